//! `GET /api/v1/me`.

use app::{Caller, Via};
use axum::Json;
use domain::principal::Principal;
use serde::Serialize;
use utoipa::ToSchema;

use super::wire::TeamStanding;
use crate::authenticate::Authenticated;
use crate::moment::Moment;

/// Who you are.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    /// Your name.
    #[schema(example = "ann")]
    principal: String,
    /// What you are in the team.
    standing: TeamStanding,
    /// Your roles.
    roles: Vec<String>,
    /// Name of your token.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    /// Until when your token holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<Moment>,
}

/// Who the server takes you for.
#[utoipa::path(get, path = "/api/v1/me", operation_id = "getMe", tag = "tokens",
    responses((status = 200, description = "You", body = Me)))]
pub async fn handler(Authenticated(caller): Authenticated) -> Json<Me> {
    let Caller { principal, via } = caller;
    let Principal { name, standing, roles } = principal;
    let (token, expires) = match via {
        Via::Token { name, expires } => (Some(name), expires),
        Via::Execution(_) | Via::Server => (None, None),
    };
    Json(Me { principal: name, standing: standing.into(), roles, token, expires: expires.map(Into::into) })
}
