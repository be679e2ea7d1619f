//! The server itself: is it alive, is it ready, which version is it, is it paused.

use app::App;
use app::system::SystemPause;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::authenticate::Authenticated;
use crate::extract::OptionalJson;
use crate::moment::Moment;
use crate::problem::Problem;

/// It works.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// `ok`.
    #[schema(example = "ok")]
    status: &'static str,
    /// It starts nothing, because somebody has paused it.
    paused: bool,
}

/// Whether the server starts executions.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = System)]
pub struct System {
    /// It starts nothing.
    paused: bool,
    /// Who said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<Moment>,
}

impl From<Option<SystemPause>> for System {
    fn from(pause: Option<SystemPause>) -> System {
        let Some(SystemPause { by, reason, at }) = pause else {
            return System { paused: false, by: None, reason: None, since: None };
        };
        System { paused: true, by: Some(by), reason, since: Some(at.into()) }
    }
}

/// How to pause the server.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PauseSystem {
    /// Why; shown to whoever is refused.
    #[serde(default)]
    #[schema(example = "database move")]
    reason: Option<String>,
    /// Also pause the executions that run; the resume lets them go on.
    #[serde(default)]
    running: bool,
}

/// Whether the server starts executions.
#[utoipa::path(get, path = "/api/v1/system", operation_id = "getSystem", tag = "system",
    responses((status = 200, description = "As it is now", body = System)))]
pub async fn get(State(app): State<App>, Authenticated(_caller): Authenticated) -> Json<System> {
    Json(app.system_pause().into())
}

/// Pause the server: people's starts are refused with `system.paused`, triggers' with that as the stored reason. What runs goes on,
/// unless `running` is asked for. Needs `system.pause`.
#[utoipa::path(post, path = "/api/v1/system/pause", operation_id = "pauseSystem", tag = "system",
    request_body(content = Option<PauseSystem>, example = json!({"reason": "database move", "running": false})),
    responses((status = 200, description = "It is paused", body = System)))]
pub async fn pause(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    OptionalJson(PauseSystem { reason, running }): OptionalJson<PauseSystem>,
) -> Result<Json<System>, Problem> {
    Ok(Json(Some(app.pause_system(&caller, reason, running).await?).into()))
}

/// Resume the server, and every execution that its pause has paused. Needs `system.pause`.
#[utoipa::path(post, path = "/api/v1/system/resume", operation_id = "resumeSystem", tag = "system",
    responses((status = 200, description = "It starts executions", body = System)))]
pub async fn resume(State(app): State<App>, Authenticated(caller): Authenticated) -> Result<Json<System>, Problem> {
    app.resume_system(&caller).await?;
    Ok(Json(app.system_pause().into()))
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
pub async fn live(State(app): State<App>) -> Json<Health> {
    Json(Health { status: "ok", paused: app.system_pause().is_some() })
}

/// The database answers, so requests are served.
#[utoipa::path(get, path = "/api/v1/health/ready", operation_id = "getReadiness", tag = "system", security(()),
    responses((status = 200, description = "It is ready", body = Health)))]
pub async fn ready(State(app): State<App>) -> Result<Json<Health>, Problem> {
    app.ready().await?;
    Ok(Json(Health { status: "ok", paused: app.system_pause().is_some() }))
}

/// Which version this is.
#[utoipa::path(get, path = "/api/v1/version", operation_id = "getVersion", tag = "system", security(()),
    responses((status = 200, description = "The version", body = Version)))]
pub async fn version(State(app): State<App>) -> Json<Version> {
    Json(Version { name: "mainsheet", version: env!("CARGO_PKG_VERSION"), instance: app.instance().to_owned() })
}
