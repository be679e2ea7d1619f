//! Reading requests: paths, queries, headers and bodies. Whatever cannot be read is refused in words, never by a panic or a hang.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use bytes::{Bytes, BytesMut};
use domain::Params;
use domain::code::code;
use futures::StreamExt;
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// Most bytes of a JSON body. A pipeline of 2,000 stages with manifests in it fits.
pub const JSON_LIMIT: usize = 8 << 20;
/// How long a body may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(60);
/// How much of a body that is too large is read and dropped, so that the client gets to read the refusal.
const DRAIN: usize = 128 << 20;
/// How long that may take.
const DRAIN_TIME: Duration = Duration::from_secs(10);

/// Parameters of the path.
#[derive(Debug)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read: Result<_, PathRejection> = axum::extract::Path::from_request_parts(parts, state).await;
        read.map(|axum::extract::Path(value)| Path(value)).map_err(|rejection| {
            Problem::malformed(code("request.path-invalid"), format!("{}.", rejection.body_text()))
        })
    }
}

/// Parameters of the query. What the operation does not know is refused, so that a misspelt filter does not show everything.
#[derive(Debug)]
pub struct QueryString<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for QueryString<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read: Result<_, QueryRejection> = axum::extract::Query::from_request_parts(parts, state).await;
        read.map(|axum::extract::Query(value)| QueryString(value)).map_err(|rejection| {
            Problem::malformed(code("request.query-invalid"), format!("{}.", rejection.body_text()))
        })
    }
}

/// A JSON body.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let bytes = read(&parts.headers, body, JSON_LIMIT).await?;
        json_type(&parts.headers)?;
        parse(&bytes).map(Json)
    }
}

/// A JSON body that may be left out.
#[derive(Debug)]
pub struct OptionalJson<T>(pub T);

impl<T: DeserializeOwned + Default, S: Send + Sync> FromRequest<S> for OptionalJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let bytes = read(&parts.headers, body, JSON_LIMIT).await?;
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Ok(OptionalJson(T::default()));
        }
        json_type(&parts.headers)?;
        parse(&bytes).map(OptionalJson)
    }
}

/// A JSON body that is somebody's document: any JSON object, kept as it is.
#[derive(Debug)]
pub struct Document(pub Params);

impl<S: Send + Sync> FromRequest<S> for Document {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let Json(value) = Json::<serde_json::Value>::from_request(request, state).await?;
        object(value).map(Document)
    }
}

/// The same, or nothing at all, which is `{}`.
#[derive(Debug)]
pub struct OptionalDocument(pub Params);

impl<S: Send + Sync> FromRequest<S> for OptionalDocument {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let OptionalJson(value) = OptionalJson::<Option<serde_json::Value>>::from_request(request, state).await?;
        value.map_or_else(|| Ok(Params::object()), object).map(OptionalDocument)
    }
}

fn object(value: serde_json::Value) -> Result<Params, Problem> {
    if value.is_object() {
        return Ok(Params::new(value));
    }
    Err(Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        code("request.not-an-object"),
        "The body must be a JSON object.",
    ))
}

/// A body of at most `LIMIT` bytes, as it is.
#[derive(Debug)]
pub struct Raw<const LIMIT: usize>(pub Bytes);

impl<S: Send + Sync, const LIMIT: usize> FromRequest<S> for Raw<LIMIT> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        read(&parts.headers, body, LIMIT).await.map(Raw)
    }
}

/// Parses JSON; depth is bounded by the parser.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(|error| {
        if error.is_data() {
            let detail = format!("The body is JSON, but not what this operation takes: {error}.");
            return Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code("request.field-invalid"), detail);
        }
        Problem::malformed(code("request.json-invalid"), format!("The body is no JSON: {error}."))
    })
}

fn json_type(headers: &HeaderMap) -> Result<(), Problem> {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json")) {
        return Ok(());
    }
    let detail = format!("The body must be sent as `Content-Type: application/json`, but came as `{given}`.");
    Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, code("request.content-type"), detail))
}

async fn read(headers: &HeaderMap, body: Body, limit: usize) -> Result<Bytes, Problem> {
    let announced =
        headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()).and_then(|n| n.parse().ok());
    let mut chunks = body.into_data_stream();
    let outcome = match announced {
        Some(length) if length > limit => Err(Problem::too_large(limit)),
        _ => {
            let reading = collect(&mut chunks, announced.unwrap_or(0).min(limit), limit);
            tokio::time::timeout(BODY_TIME, reading).await.unwrap_or_else(|_| {
                let detail = format!("The body took longer than {} seconds to arrive.", BODY_TIME.as_secs());
                Err(Problem::new(StatusCode::REQUEST_TIMEOUT, code("request.body-slow"), detail))
            })
        }
    };
    if outcome.is_err() {
        drop(tokio::time::timeout(DRAIN_TIME, drain(chunks)).await);
    }
    outcome
}

async fn collect(chunks: &mut BodyDataStream, expected: usize, limit: usize) -> Result<Bytes, Problem> {
    let mut bytes = BytesMut::with_capacity(expected);
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| {
            Problem::malformed(code("request.body-incomplete"), format!("The body did not arrive: {error}."))
        })?;
        if bytes.len() + chunk.len() > limit {
            return Err(Problem::too_large(limit));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}

async fn drain(mut chunks: BodyDataStream) {
    let mut dropped = 0;
    while let Some(Ok(chunk)) = chunks.next().await {
        dropped += chunk.len();
        if dropped > DRAIN {
            return;
        }
    }
}

/// Which version a write replaces, from `If-Match` and `If-None-Match`.
#[derive(Clone, Copy, Debug)]
pub struct Expected(pub Option<i64>);

impl<S: Send + Sync> FromRequestParts<S> for Expected {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let text = |name| match parts.headers.get_all(name).iter().collect::<Vec<_>>().as_slice() {
            [] => Ok(None),
            [only] => only.to_str().map(|text| Some(text.trim())).map_err(|_| wrong_tag()),
            _ => Err(wrong_tag()),
        };
        match (text(header::IF_MATCH)?, text(header::IF_NONE_MATCH)?) {
            (None, None) | (Some("*"), None) => Ok(Expected(None)),
            (None, Some("*")) => Ok(Expected(Some(0))),
            (Some(tag), None) => {
                let quoted = tag.strip_prefix("W/").unwrap_or(tag);
                let version = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
                version
                    .and_then(|digits| digits.parse().ok())
                    .map(|version| Expected(Some(version)))
                    .ok_or_else(wrong_tag)
            }
            _ => Err(wrong_tag()),
        }
    }
}

fn wrong_tag() -> Problem {
    let detail =
        "Send `If-Match` with one ETag as it was given (such as `\"3\"`), or `If-None-Match: *` to create only.";
    Problem::malformed(code("request.etag-invalid"), detail)
}
