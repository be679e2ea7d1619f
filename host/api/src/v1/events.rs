//! `GET /api/v1/triggers/events`, and one of them.

use app::{App, EventFilter, RecordedEvent};
use axum::Json;
use axum::extract::State;
use domain::Params;
use domain::trigger::{TriggerEvent, TriggerOutcome};
use serde::Serialize;
use utoipa::ToSchema;

use crate::authenticate::Authenticated;
use crate::extract::{Path, QueryString};
use crate::moment::Moment;
use crate::paging::{self, Listing};
use crate::problem::Problem;
use crate::v1::filters::EventFilters;

/// An event from outside with what became of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct HeardEvent {
    /// Grows with every event recorded.
    pub number: i64,
    /// Names one delivery of its source; a second one is the same event.
    pub key: String,
    /// Trigger type that heard it.
    #[serde(rename = "type")]
    pub kind: String,
    /// Where it came from.
    #[schema(value_type = Object)]
    pub source: Params,
    /// What it carries.
    #[schema(value_type = Object)]
    pub payload: Params,
    /// When it was heard.
    pub received: Moment,
    /// What became of it, for every trigger that it was looked at for.
    pub outcomes: Vec<Outcome>,
}

/// What became of an event for one configured trigger.
#[derive(Debug, Serialize, ToSchema)]
pub struct Outcome {
    /// Id of the pipeline that has the trigger.
    pub pipeline: String,
    /// Position of the trigger in its document.
    pub trigger: usize,
    /// The execution that it started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution: Option<String>,
    /// Why it started none; stable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Why it started none, as a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

impl From<TriggerOutcome> for Outcome {
    fn from(outcome: TriggerOutcome) -> Outcome {
        let TriggerOutcome { pipeline, index, result } = outcome;
        let (execution, refused) = match result {
            Ok(execution) => (Some(execution.to_string()), None),
            Err(refused) => (None, Some(refused)),
        };
        let (code, message) = refused.map(|(code, message)| (code.to_string(), message)).unzip();
        Outcome { pipeline: pipeline.to_string(), trigger: index, execution, code, message }
    }
}

impl From<RecordedEvent> for HeardEvent {
    fn from(recorded: RecordedEvent) -> HeardEvent {
        let RecordedEvent { number, event, outcomes } = recorded;
        let TriggerEvent { key, kind, source, payload, received } = event;
        let outcomes = outcomes.into_iter().map(Outcome::from).collect();
        HeardEvent { number, key, kind, source, payload, received: received.into(), outcomes }
    }
}

/// Events heard, newest first: which pipelines each started, and why others did not.
#[utoipa::path(get, path = "/api/v1/triggers/events", operation_id = "listTriggerEvents", tag = "triggers",
    params(EventFilters), responses((status = 200, description = "A page", body = Listing<HeardEvent>)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    QueryString(filters): QueryString<EventFilters>,
) -> Result<Json<Listing<HeardEvent>>, Problem> {
    let EventFilters { limit, after, kind, pipeline } = filters;
    let filter = EventFilter { kind, pipeline: pipeline.map(Into::into) };
    let page = app.events(&caller, &filter, &paging::request(limit, after.as_deref())?).await?;
    Ok(Json(paging::listing(page, HeardEvent::from)))
}

/// The event that the reply to its sender named as `eventId`: which pipelines it started, and why others did not.
#[utoipa::path(get, path = "/api/v1/triggers/events/{event}", operation_id = "getTriggerEvent", tag = "triggers",
    params(("event" = String, Path, description = "Key of the event, `eventId` in the reply")),
    responses((status = 200, description = "The event", body = HeardEvent)))]
pub async fn one(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(event): Path<String>,
) -> Result<Json<HeardEvent>, Problem> {
    Ok(Json(app.event(&caller, &event).await?.into()))
}
