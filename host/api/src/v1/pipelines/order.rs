//! `POST /api/v1/applications/{application}/pipeline-order`.

use app::App;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::authenticate::Authenticated;
use crate::extract::{self, Path};
use crate::problem::Problem;

/// A move in a list; places are counted from 0.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Move {
    /// Where it stands.
    from: usize,
    /// Where it is to stand.
    to: usize,
}

/// Pipelines in the order in which their application lists them.
#[derive(Debug, Serialize, ToSchema)]
pub struct Order {
    /// Their ids.
    pipelines: Vec<String>,
}

/// Move a pipeline to another place in its application's list. Its document and revision stay as they are.
#[utoipa::path(post, path = "/api/v1/applications/{application}/pipeline-order", operation_id = "movePipeline", tag = "pipelines",
    params(("application" = String, Path, description = "Name of the application")),
    request_body(content = Move, example = json!({"from": 0, "to": 0})),
    responses((status = 200, description = "The new order", body = Order)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(application): Path<String>,
    extract::Json(Move { from, to }): extract::Json<Move>,
) -> Result<Json<Order>, Problem> {
    let order = app.move_pipeline(&caller, &application, from, to).await?;
    Ok(Json(Order { pipelines: order.iter().map(ToString::to_string).collect() }))
}
