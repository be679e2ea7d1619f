//! `/webhooks/{type}/{source}`: what other systems tell us. No token: a trigger plugin knows a genuine sender by its signature.

use app::triggers::{Delivery, Received};
use app::{App, AppError, Caller, RecordedEvent};
use axum::Json;
use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::plugin::call::HookReply;
use serde::Serialize;
use utoipa::ToSchema;

use crate::authenticate::Known;
use crate::extract::{Path, Raw};
use crate::problem::Problem;
use crate::v1::events::Outcome;

/// Most bytes of a delivery: the bound on one value.
const LIMIT: usize = 1 << 20;

/// What became of a delivery, where the plugin has nothing of its own to say.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryTaken {
    /// It was read.
    event_processed: bool,
    /// Key of the event; a second delivery with it starts nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    event_id: Option<String>,
    /// Executions that it started.
    started: Vec<String>,
    /// What became of it trigger by trigger. For senders with a token, and for pipelines that they may look at.
    #[serde(skip_serializing_if = "Option::is_none")]
    outcomes: Option<Vec<Outcome>>,
}

/// Tell the server of an event. What is answered says what was started; why other triggers did not fire is told to senders that
/// bring a token, and stands in `/api/v1/triggers/events`.
#[utoipa::path(post, path = "/webhooks/{type}/{source}", operation_id = "deliverEvent", tag = "triggers", security(()),
    params(("type" = String, Path, description = "Trigger type"), ("source" = String, Path, description = "Source that triggers name")),
    request_body(content = Object, description = "What the sender says", example = json!({"ref": "refs/heads/main"})),
    responses((status = 200, description = "Heard", body = DeliveryTaken)))]
pub async fn handler(
    State(app): State<App>,
    Known(caller): Known,
    uri: OriginalUri,
    method: Method,
    headers: HeaderMap,
    Path((kind, source)): Path<(String, String)>,
    Raw(body): Raw<LIMIT>,
) -> Result<Response, Problem> {
    deliver(&app, caller, delivery((kind, source), &uri, &method, &headers, body.to_vec())).await
}

/// Tell the server of an event whose payload says in `source` which source it is of.
#[utoipa::path(post, path = "/webhooks/{type}", operation_id = "deliverUnaddressedEvent", tag = "triggers", security(()),
    params(("type" = String, Path, description = "Trigger type")),
    request_body(content = Object, description = "What the sender says", example = json!({"source": "ci"})),
    responses((status = 200, description = "Heard", body = DeliveryTaken)))]
pub async fn unaddressed(
    State(app): State<App>,
    Known(caller): Known,
    uri: OriginalUri,
    method: Method,
    headers: HeaderMap,
    Path(kind): Path<String>,
    Raw(body): Raw<LIMIT>,
) -> Result<Response, Problem> {
    deliver(&app, caller, delivery((kind, String::new()), &uri, &method, &headers, body.to_vec())).await
}

fn delivery(
    (kind, source): (String, String),
    uri: &OriginalUri,
    method: &Method,
    headers: &HeaderMap,
    body: Vec<u8>,
) -> Delivery {
    Delivery {
        kind,
        source,
        method: method.as_str().to_owned(),
        path: uri.path().to_owned(),
        query: uri.query().unwrap_or_default().to_owned(),
        headers: heard(headers),
        body,
    }
}

async fn deliver(app: &App, caller: Option<Caller>, delivery: Delivery) -> Result<Response, Problem> {
    let Received { reply, events } = app.receive(delivery).await?;
    let taken = taken(app, caller.as_ref(), events).await?;
    Ok(answer(reply, taken))
}

/// Headers as a plugin gets them: those that are text, and no token of ours.
fn heard(headers: &HeaderMap) -> Vec<(String, String)> {
    let shown = headers.iter().filter(|(name, value)| {
        let ours = *name == header::AUTHORIZATION && value.to_str().is_ok_and(|text| text.contains("mst_"));
        !ours && *name != header::COOKIE
    });
    shown.filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))).collect()
}

async fn taken(app: &App, caller: Option<&Caller>, events: Vec<RecordedEvent>) -> Result<DeliveryTaken, AppError> {
    let event_id = events.first().map(|event| event.event.key.clone());
    let all: Vec<_> = events.into_iter().flat_map(|event| event.outcomes).collect();
    let mut started: Vec<String> =
        all.iter().filter_map(|outcome| outcome.result.as_ref().ok().map(ToString::to_string)).collect();
    started.dedup();
    let outcomes = match caller {
        Some(caller) => Some(app.readable_outcomes(caller, all).await?.into_iter().map(Outcome::from).collect()),
        None => None,
    };
    Ok(DeliveryTaken { event_processed: true, event_id, started, outcomes })
}

/// The plugin's reply. Where its body is empty or a JSON object, what was started stands in it.
fn answer(reply: HookReply, taken: DeliveryTaken) -> Response {
    let HookReply { status, headers, body, events: _ } = reply;
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let own: Option<serde_json::Map<String, serde_json::Value>> = serde_json::from_slice(&body).ok();
    let mut response = match (own, serde_json::to_value(&taken)) {
        (Some(own), Ok(serde_json::Value::Object(mut members))) => {
            members
                .extend(own.into_iter().filter(|(key, _)| key != "started" && key != "outcomes" && key != "eventId"));
            (status, Json(members)).into_response()
        }
        _ if body.is_empty() => (status, Json(taken)).into_response(),
        _ => (status, Body::from(body)).into_response(),
    };
    for (name, value) in headers {
        let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) else { continue };
        // What frames the message is the server's to say.
        if name != header::CONTENT_LENGTH && name != header::TRANSFER_ENCODING && name != header::CONNECTION {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
