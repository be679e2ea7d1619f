//! `POST /api/v1/system/rotate-secrets`.

use app::App;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::authenticate::Authenticated;
use crate::problem::Problem;

/// What a rotation did.
#[derive(Debug, Serialize, ToSchema)]
pub struct Rotated {
    /// Id of the key that seals now; it tells nothing of the key.
    #[schema(example = "9f86d081884c")]
    pub key: String,
    /// How many secrets were sealed anew.
    pub moved: u64,
}

/// Make a new key and seal every secret under it, while everything goes on; the old key is forgotten. Needs `secret.manage`.
#[utoipa::path(post, path = "/api/v1/system/rotate-secrets", operation_id = "rotateSecrets", tag = "secrets",
    responses((status = 200, description = "Done", body = Rotated)))]
pub async fn handler(State(app): State<App>, Authenticated(caller): Authenticated) -> Result<Json<Rotated>, Problem> {
    let rotation = app.rotate_secrets(&caller).await?;
    Ok(Json(Rotated { key: rotation.key, moved: rotation.moved }))
}
