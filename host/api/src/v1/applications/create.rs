//! `POST /api/v1/applications`.

use app::App;
use axum::extract::State;
use domain::Params;

use super::wire::Application;
use crate::authenticate::Authenticated;
use crate::extract::Document;
use crate::problem::Problem;
use crate::response::Tagged;

/// Make an application. It must not exist yet.
#[utoipa::path(post, path = "/api/v1/applications", operation_id = "createApplication", tag = "applications",
    request_body(content = Object, description = "The application's document; `name` is required, members that the server does not know are kept",
        example = json!({"name": "shop", "email": "ops@example.com", "permissions": {"READ": ["dev"], "WRITE": ["ops"], "EXECUTE": ["dev", "ops"]}})),
    responses((status = 201, description = "Made", body = Application)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Document(document): Document,
) -> Result<Tagged<Application>, Problem> {
    let name = name_of(&document);
    let saved = app.save_application(&caller, &name, document, Some(0)).await?;
    Ok(Tagged::saved(saved.version, saved.into()))
}

fn name_of(document: &Params) -> String {
    document.get("name").and_then(|name| name.as_str()).unwrap_or_default().trim().to_owned()
}
