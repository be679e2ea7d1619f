//! Paths of the API, in one place.

use super::segment;

/// Everything the API offers stands below it.
const BASE: &str = "/api/v1";

/// A resource below the base, such as `executions`.
#[must_use]
pub fn all(resource: &str) -> String {
    format!("{BASE}/{resource}")
}

/// One of a resource.
#[must_use]
pub fn one(resource: &str, id: &str) -> String {
    format!("{BASE}/{resource}/{}", segment(id))
}

/// What can be done to one of a resource, or hangs from it.
#[must_use]
pub fn below(resource: &str, id: &str, rest: &str) -> String {
    format!("{BASE}/{resource}/{}/{rest}", segment(id))
}

/// A pipeline of an application, by name or id.
#[must_use]
pub fn pipeline(application: &str, pipeline: &str) -> String {
    below("applications", application, &format!("pipelines/{}", segment(pipeline)))
}

/// A stage of an execution.
#[must_use]
pub fn stage(execution: &str, stage: &str) -> String {
    below("executions", execution, &format!("stages/{}", segment(stage)))
}
