//! `POST /api/v1/executions/batch`.

use app::start::{Started, Target};
use app::{App, Caller};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::Params;
use domain::code::code;
use futures::StreamExt;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::wire::Execution;
use crate::authenticate::Authenticated;
use crate::extract;
use crate::problem::{Problem, ProblemDocument};

/// Most starts of one request.
const MOST: usize = 1_000;
/// Starts under way at once; they share commits.
const TOGETHER: usize = 256;

/// Several starts.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// At most 1,000, each on its own: one that is refused stops no other.
    starts: Vec<Start>,
}

/// One of them.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Start {
    /// Application, where the pipeline is named and not given by id.
    #[serde(default)]
    #[schema(example = "shop")]
    application: Option<String>,
    /// Id of the pipeline, or its name in the application.
    #[schema(example = "release")]
    pipeline: String,
    /// The trigger, as for `startPipeline`.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    trigger: Option<Params>,
}

/// What became of them, in order.
#[derive(Debug, Serialize, ToSchema)]
pub struct BatchAnswer {
    /// One for each start.
    items: Vec<StartAnswer>,
}

/// What became of one start.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum StartAnswer {
    /// It was started, or runs already.
    Started {
        /// The execution.
        execution: Box<Execution>,
    },
    /// It was refused.
    Refused {
        /// Why.
        problem: ProblemDocument,
    },
}

/// Start many pipelines with one request.
#[utoipa::path(post, path = "/api/v1/executions/batch", operation_id = "startBatch", tag = "executions",
    request_body(content = Batch, example = json!({"starts": [{"application": "shop", "pipeline": "release", "trigger": {"parameters": {}}}]})),
    responses((status = 200, description = "What became of each", body = BatchAnswer)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    extract::Json(batch): extract::Json<Batch>,
) -> Result<Json<BatchAnswer>, Problem> {
    if batch.starts.len() > MOST {
        let detail = format!("{} starts are more than the {MOST} of one request; send several.", batch.starts.len());
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code("request.batch-too-large"), detail));
    }
    let (app, caller) = (&app, &caller);
    let starting = futures::stream::iter(batch.starts).map(|start| one(app, caller, start));
    Ok(Json(BatchAnswer { items: starting.buffered(TOGETHER).collect().await }))
}

async fn one(app: &App, caller: &Caller, start: Start) -> StartAnswer {
    let Start { application, pipeline, trigger } = start;
    let target = match application {
        Some(application) => Target::Named { application, pipeline },
        None => Target::Pipeline(pipeline),
    };
    match app.start(caller, target, &trigger.unwrap_or_else(Params::object)).await {
        Ok(Started { execution, .. }) => StartAnswer::Started { execution: Box::new(execution.into()) },
        Err(error) => StartAnswer::Refused { problem: Problem::from(error).document("/api/v1/executions/batch") },
    }
}
