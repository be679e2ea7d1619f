//! `PUT /api/v1/applications/{application}`.

use app::App;
use axum::extract::State;

use super::wire::Application;
use crate::authenticate::Authenticated;
use crate::extract::{Document, Expected, Path};
use crate::problem::Problem;
use crate::response::Tagged;

/// Make or replace an application. With `If-Match`, only the version that you have read is replaced.
#[utoipa::path(put, path = "/api/v1/applications/{application}", operation_id = "saveApplication", tag = "applications",
    params(("application" = String, Path, description = "Its name")),
    request_body(content = Object, description = "The application's document",
        example = json!({"name": "shop", "email": "ops@example.com", "permissions": {"READ": ["dev"], "WRITE": ["ops"], "EXECUTE": ["dev", "ops"]}})),
    responses((status = 200, description = "Replaced", body = Application), (status = 201, description = "Made", body = Application)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(application): Path<String>,
    Expected(expected): Expected,
    Document(document): Document,
) -> Result<Tagged<Application>, Problem> {
    let saved = app.save_application(&caller, &application, document, expected).await?;
    Ok(Tagged::saved(saved.version, saved.into()))
}
