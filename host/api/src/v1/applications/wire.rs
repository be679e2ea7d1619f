//! Applications on the wire.

use domain::Params;
use serde::Serialize;
use utoipa::ToSchema;

use crate::moment::Moment;

/// An application.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Application {
    /// Unique; case does not count.
    #[schema(example = "shop")]
    pub name: String,
    /// Grows with every save; the ETag.
    #[schema(example = 3)]
    pub version: i64,
    /// When it was first saved.
    pub created: Moment,
    /// When it was last saved.
    pub updated: Moment,
    /// As written.
    #[schema(value_type = Object, example = json!({"name": "shop", "email": "ops@example.com", "permissions": {"READ": ["dev"], "WRITE": ["ops"], "EXECUTE": ["dev", "ops"]}}))]
    pub document: Params,
}

impl From<domain::application::Application> for Application {
    fn from(application: domain::application::Application) -> Application {
        let domain::application::Application { name, document, created, updated, version } = application;
        Application { name: name.to_string(), version, created: created.into(), updated: updated.into(), document }
    }
}
