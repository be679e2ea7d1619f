//! The live stream: server-sent events of everything that one may look at.

use std::convert::Infallible;
use std::fmt::Write as _;
use std::time::Duration;

use app::stream::{StreamCursor, StreamFilter, StreamItem};
use app::{App, Caller, Committed};
use axum::body::Body;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use domain::code::code;
use futures::{Stream, StreamExt, stream};
use serde::Serialize;
use utoipa::ToSchema;

use crate::authenticate::Authenticated;
use crate::extract::QueryString;
use crate::problem::Problem;
use crate::serve::Closing;
use crate::v1::executions::numbered_event::NumberedEvent;
use crate::v1::filters::StreamFilters;

/// How often a silent stream says that it is alive.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// What it says then: a comment.
const ALIVE: &str = ":\n\n";
/// Commits that are written to the connection at once, if so many are there.
const AT_ONCE: usize = 64;

static LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// The data of one event of the stream.
#[derive(Debug, Serialize, ToSchema)]
pub struct StreamedEvent {
    /// Whose event.
    execution: String,
    /// Its application.
    application: String,
    /// The event with its number.
    #[serde(flatten)]
    event: NumberedEvent,
}

/// The data of `reset`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Reset {
    /// Id of this installation.
    instance: String,
    /// Position of the feed from which the stream goes on.
    feed: i64,
}

/// Events of executions as they are committed (server-sent events). Each has its `type` as name and, with the last of a commit, an
/// id to go on after (`Last-Event-ID`). The event `reset` says that the id is too old, or of another installation: read anew what
/// you show. A comment every 15 seconds says that the stream is alive.
#[utoipa::path(get, path = "/api/v1/stream", operation_id = "getStream", tag = "executions",
    params(StreamFilters), responses((status = 200, description = "Events", content_type = "text/event-stream", body = StreamedEvent)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    QueryString(filters): QueryString<StreamFilters>,
    wish: Wish,
) -> Result<Response, Problem> {
    let StreamFilters { application, execution, last_event_id } = filters;
    let filter = StreamFilter { application, execution: execution.map(Into::into) };
    respond(&app, &caller, filter, last_event_id, wish).await
}

/// What a request says about the stream that it wants.
#[derive(Debug)]
pub struct Wish {
    /// It accepts server-sent events.
    pub accepts: bool,
    /// The header `Last-Event-ID`.
    after: Option<String>,
    /// Told when the server ends.
    closing: Option<Closing>,
}

impl<S: Send + Sync> FromRequestParts<S> for Wish {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let text = |name: &HeaderName| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let accepted = parts.headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
        let accepts =
            accepted.flat_map(|value| value.split(',')).any(|kind| kind.trim().starts_with("text/event-stream"));
        let after = text(&LAST_EVENT_ID).filter(|text| !text.is_empty()).map(str::to_owned);
        Ok(Wish { accepts, after, closing: parts.extensions.get::<Closing>().cloned() })
    }
}

/// Answers with the stream; it ends when the server does. `after` is where to go on, unless the request's header says so.
pub async fn respond(
    app: &App,
    caller: &Caller,
    filter: StreamFilter,
    after: Option<String>,
    wish: Wish,
) -> Result<Response, Problem> {
    let Wish { accepts: _, after: header, closing } = wish;
    let from = header.or(after.filter(|text| !text.is_empty())).as_deref().map(cursor).transpose()?;
    let items = app.stream(caller, filter, from).await?;
    let instance = app.instance().to_owned();
    let texts = beating(items.ready_chunks(AT_ONCE).map(move |items| written(&instance, items)));
    let body = match closing {
        Some(closing) => Body::from_stream(texts.take_until(closed(closing))),
        None => Body::from_stream(texts),
    };
    Ok(([(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-cache")], body).into_response())
}

/// The texts, and a comment whenever there was none for a while.
fn beating(texts: impl Stream<Item = Bytes> + Send + 'static) -> impl Stream<Item = Result<Bytes, Infallible>> + Send {
    stream::unfold(Box::pin(texts), |mut texts| async {
        match tokio::time::timeout(HEARTBEAT, texts.next()).await {
            Ok(text) => text.map(|text| (Ok(text), texts)),
            Err(_) => Some((Ok(Bytes::from_static(ALIVE.as_bytes())), texts)),
        }
    })
}

async fn closed(Closing(mut closing): Closing) {
    // An error says that the sender is gone, and with it the server.
    drop(closing.wait_for(|closed| *closed).await);
}

fn cursor(text: &str) -> Result<StreamCursor, Problem> {
    let parsed = text
        .rsplit_once('-')
        .and_then(|(instance, feed)| Some(StreamCursor { instance: instance.to_owned(), feed: feed.parse().ok()? }));
    parsed.ok_or_else(|| {
        let detail = "`Last-Event-ID` must be the id of an event of this stream, as it was given.";
        Problem::malformed(code("request.cursor-invalid"), detail)
    })
}

/// What is said of some commits: one text, because each that is handed over on its own is a packet of its own.
fn written(instance: &str, items: Vec<StreamItem>) -> Bytes {
    let mut text = String::new();
    for item in items {
        match item {
            StreamItem::Reset(StreamCursor { instance, feed }) => {
                let id = format!("{instance}-{feed}");
                write(&mut text, Some("reset"), Some(id), &Reset { instance, feed });
            }
            StreamItem::Events(Committed { feed, execution, application, first, events }) => {
                let last = events.len().saturating_sub(1);
                for (position, (happened, number)) in events.iter().zip(first..).enumerate() {
                    // A stream that breaks within a commit goes on before it: an event may come twice, none is lost.
                    let id = (position == last).then(|| format!("{instance}-{feed}"));
                    let data = StreamedEvent {
                        execution: execution.to_string(),
                        application: application.to_string(),
                        event: NumberedEvent::of(number, happened.clone()),
                    };
                    write(&mut text, None, id, &data);
                }
            }
        }
    }
    text.into()
}

/// One event; without a name it has the `type` that its data has.
fn write<T: Serialize>(text: &mut String, name: Option<&str>, id: Option<String>, data: &T) {
    // The types above always can be written, and in one line.
    let data = serde_json::to_string(data).unwrap_or_default();
    let id = id.map(|id| format!("id: {id}\n")).unwrap_or_default();
    let name = name.unwrap_or_else(|| type_of(&data));
    // Writing to a text does not fail.
    let _ = write!(text, "event: {name}\ndata: {data}\n{id}\n");
}

/// The `type` of an event in its JSON: quotes inside of texts are escaped, so the first that are not are the member's.
fn type_of(data: &str) -> &str {
    data.split_once("\"type\":\"").and_then(|(_, rest)| rest.split('"').next()).unwrap_or("event")
}
