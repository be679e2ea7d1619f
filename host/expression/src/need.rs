//! What an expression needs from outside, as values.
use std::collections::HashMap;

use serde_json::Value;

/// Something that the caller has to fetch before an expression has a value.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Need {
    /// The body of a GET as text (`#fromUrl`, `#jsonFromUrl`, `#yamlFromUrl`, `#propertiesFromUrl`). Answer: string.
    Url {
        /// The address; its form was checked, what it resolves to was not.
        url: String,
    },
    /// The id of a pipeline by name. Answer: string, or null when there is none.
    PipelineId {
        /// Application that owns the pipeline.
        application: String,
        /// Name of the pipeline.
        name: String,
    },
    /// The attributes of an application. Answer: object.
    ApplicationMetadata {
        /// Name of the application.
        application: String,
    },
    /// The id of a canary configuration. Answer: string, or null when there is none.
    CanaryConfigId {
        /// Application that lists the configuration.
        application: String,
        /// Name of the configuration.
        name: String,
    },
}

/// Answers to needs of an earlier round; an error text fails the expression that asked.
pub type Answers = HashMap<Need, Result<Value, String>>;
