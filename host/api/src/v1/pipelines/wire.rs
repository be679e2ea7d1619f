//! Pipelines on the wire.

use domain::Params;
use serde::Serialize;
use utoipa::ToSchema;

use crate::moment::Moment;

/// A pipeline at one revision.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Pipeline {
    /// Its id.
    #[schema(example = "6f0a4d2e-6a0b-4f0e-9d55-1f8f3f1c2a11")]
    pub id: String,
    /// Owning application.
    #[schema(example = "shop")]
    pub application: String,
    /// Unique in the application; case does not count.
    #[schema(example = "release")]
    pub name: String,
    /// Grows with every save; the ETag.
    #[schema(example = 7)]
    pub revision: i64,
    /// When this revision was saved.
    pub updated: Moment,
    /// Who saved it.
    pub updated_by: String,
    /// As written.
    #[schema(value_type = Object, example = json!({"application": "shop", "name": "release", "stages": []}))]
    pub document: Params,
}

impl From<domain::pipeline::Pipeline> for Pipeline {
    fn from(pipeline: domain::pipeline::Pipeline) -> Pipeline {
        let domain::pipeline::Pipeline { id, application, name, revision, document, updated, updated_by } = pipeline;
        Pipeline {
            id: id.to_string(),
            application: application.to_string(),
            name,
            revision,
            updated: updated.into(),
            updated_by,
            document,
        }
    }
}
