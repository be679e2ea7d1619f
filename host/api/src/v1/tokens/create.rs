//! `POST /api/v1/tokens`.

use app::App;
use app::tokens::NewToken;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::principal::Principal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::wire::TeamStanding;
use crate::authenticate::Authenticated;
use crate::extract;
use crate::moment::Moment;
use crate::problem::Problem;

/// A token to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateToken {
    /// Name of the token, unique.
    #[schema(example = "ci")]
    name: String,
    /// Whose it is; the token's own name unless given.
    #[serde(default)]
    #[schema(example = "ci-bot")]
    principal: Option<String>,
    /// What that is in the team; `member` unless given.
    #[serde(default)]
    standing: TeamStanding,
    /// Its roles.
    #[serde(default)]
    #[schema(example = json!(["deployers"]))]
    roles: Vec<String>,
    /// Until when it holds; until it is revoked unless given.
    #[serde(default)]
    expires: Option<Moment>,
}

/// A token that was made.
#[derive(Debug, Serialize, ToSchema)]
pub struct CreatedToken {
    /// Name of the token.
    name: String,
    /// Its text: shown now, and never again.
    #[schema(example = "mst_JzZCg0s6m1Jc1o6mYcVtN4xk1vXg1r3Dk0mJmXh4b1Q")]
    token: String,
}

/// Make a token. Its text is in this answer and kept nowhere. Administrators make tokens.
#[utoipa::path(post, path = "/api/v1/tokens", operation_id = "createToken", tag = "tokens",
    request_body(content = CreateToken, example = json!({"name": "ci", "principal": "ci-bot", "roles": ["deployers"]})),
    responses((status = 201, description = "Made", body = CreatedToken)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    extract::Json(new): extract::Json<CreateToken>,
) -> Result<(StatusCode, Json<CreatedToken>), Problem> {
    let CreateToken { name, principal, standing, roles, expires } = new;
    let roles = roles.iter().map(|role| role.trim().to_lowercase()).collect();
    let principal = Principal { name: principal.unwrap_or_else(|| name.clone()), standing: standing.into(), roles };
    let new = NewToken { name: name.clone(), principal, expires: expires.map(|Moment(at)| at) };
    let token = app.create_token(&caller, new).await?;
    Ok((StatusCode::CREATED, Json(CreatedToken { name, token })))
}
