//! `GET /api/v1/plugins/refused`.

use app::{App, Page, plugins};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::authenticate::Authenticated;
use crate::extract::QueryString;
use crate::paging::{self, ListQuery, Listing};
use crate::problem::Problem;

/// A component of the watched folder that was not installed.
#[derive(Debug, Serialize, ToSchema)]
pub struct RefusedPlugin {
    /// Its file's name.
    file: String,
    /// Why; stable.
    code: String,
    /// Why, as a sentence.
    message: String,
}

impl From<plugins::Refused> for RefusedPlugin {
    fn from(refused: plugins::Refused) -> RefusedPlugin {
        let plugins::Refused { file, code, message } = refused;
        RefusedPlugin { file, code: code.to_string(), message }
    }
}

/// Components of the watched folder that were not installed when it was last looked at, and why. All come on one page.
#[utoipa::path(get, path = "/api/v1/plugins/refused", operation_id = "listRefusedPlugins", tag = "plugins",
    params(ListQuery), responses((status = 200, description = "All of them", body = Listing<RefusedPlugin>)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    QueryString(query): QueryString<ListQuery>,
) -> Result<Json<Listing<RefusedPlugin>>, Problem> {
    query.page()?;
    let page = Page { items: app.refused_plugins(&caller), next: None };
    Ok(Json(paging::listing(page, RefusedPlugin::from)))
}
