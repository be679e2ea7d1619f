//! `GET /api/v1/operations/{operation}`.

use app::App;
use axum::Json;
use axum::extract::State;

use super::wire::Operation;
use crate::authenticate::Authenticated;
use crate::extract::Path;
use crate::problem::Problem;

/// One operation.
#[utoipa::path(get, path = "/api/v1/operations/{operation}", operation_id = "getOperation", tag = "operations",
    params(("operation" = String, Path, description = "Its id")),
    responses((status = 200, description = "The operation", body = Operation)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(operation): Path<String>,
) -> Result<Json<Operation>, Problem> {
    Ok(Json(app.operation(&caller, &operation).await?.into()))
}
