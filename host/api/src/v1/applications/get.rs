//! `GET /api/v1/applications/{application}`.

use app::App;
use axum::extract::State;

use super::wire::Application;
use crate::authenticate::Authenticated;
use crate::extract::Path;
use crate::problem::Problem;
use crate::response::Tagged;

/// One application.
#[utoipa::path(get, path = "/api/v1/applications/{application}", operation_id = "getApplication", tag = "applications",
    params(("application" = String, Path, description = "Its name")),
    responses((status = 200, description = "The application", body = Application)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(application): Path<String>,
) -> Result<Tagged<Application>, Problem> {
    let found = app.application(&caller, &application).await?;
    Ok(Tagged::ok(found.version, found.into()))
}
