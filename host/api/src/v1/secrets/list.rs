//! `GET /api/v1/secrets`.

use app::App;
use axum::Json;
use axum::extract::State;
use domain::secret::NamedSecret;
use serde::Serialize;
use utoipa::ToSchema;

use crate::authenticate::Authenticated;
use crate::extract::QueryString;
use crate::moment::Moment;
use crate::paging::{self, ListQuery, Listing};
use crate::problem::Problem;

/// A secret, without its value.
#[derive(Debug, Serialize, ToSchema)]
pub struct Secret {
    /// Its name: documents refer to it as `{"$secret": name}`.
    #[schema(example = "chat")]
    pub name: String,
    /// When it was first set.
    pub created: Moment,
    /// When it was last set.
    pub updated: Moment,
}

impl From<NamedSecret> for Secret {
    fn from(secret: NamedSecret) -> Secret {
        let NamedSecret { name, created, updated } = secret;
        Secret { name, created: created.into(), updated: updated.into() }
    }
}

/// The operator's secrets by name, without their values; those of accounts are not among them. Needs `secret.manage`.
#[utoipa::path(get, path = "/api/v1/secrets", operation_id = "listSecrets", tag = "secrets",
    params(ListQuery), responses((status = 200, description = "A page", body = Listing<Secret>)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    QueryString(query): QueryString<ListQuery>,
) -> Result<Json<Listing<Secret>>, Problem> {
    let page = app.secrets(&caller, &query.page()?).await?;
    Ok(Json(paging::listing(page, Secret::from)))
}
