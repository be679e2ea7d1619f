//! The server itself: is it alive, is it ready, which version is it.

use app::App;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::Problem;

/// It works.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// `ok`.
    #[schema(example = "ok")]
    status: &'static str,
}

/// Which server this is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Version {
    /// Name of the program.
    #[schema(example = "mainsheet")]
    name: &'static str,
    /// Its version.
    #[schema(example = "0.1.0")]
    version: &'static str,
    /// Id of this installation.
    instance: String,
}

/// The process answers.
#[utoipa::path(get, path = "/api/v1/health/live", operation_id = "getLiveness", tag = "system", security(()),
    responses((status = 200, description = "It is alive", body = Health)))]
pub async fn live() -> Json<Health> {
    Json(Health { status: "ok" })
}

/// The database answers, so requests are served.
#[utoipa::path(get, path = "/api/v1/health/ready", operation_id = "getReadiness", tag = "system", security(()),
    responses((status = 200, description = "It is ready", body = Health)))]
pub async fn ready(State(app): State<App>) -> Result<Json<Health>, Problem> {
    app.ready().await?;
    Ok(Json(Health { status: "ok" }))
}

/// Which version this is.
#[utoipa::path(get, path = "/api/v1/version", operation_id = "getVersion", tag = "system", security(()),
    responses((status = 200, description = "The version", body = Version)))]
pub async fn version(State(app): State<App>) -> Json<Version> {
    Json(Version { name: "mainsheet", version: env!("CARGO_PKG_VERSION"), instance: app.instance().to_owned() })
}
