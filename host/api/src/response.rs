//! Answers with an ETag.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// A document with the version that `If-Match` takes.
#[derive(Debug)]
pub struct Tagged<T> {
    /// 200, or 201 for what is new.
    pub status: StatusCode,
    /// The version.
    pub version: i64,
    /// The document.
    pub body: T,
}

impl<T> Tagged<T> {
    /// An answer to a read.
    pub fn ok(version: i64, body: T) -> Tagged<T> {
        Tagged { status: StatusCode::OK, version, body }
    }

    /// An answer to a save: 201 if this is its first version.
    pub fn saved(version: i64, body: T) -> Tagged<T> {
        let status = if version == 1 { StatusCode::CREATED } else { StatusCode::OK };
        Tagged { status, version, body }
    }
}

impl<T: Serialize> IntoResponse for Tagged<T> {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body)).into_response();
        if let Ok(tag) = HeaderValue::try_from(format!("\"{}\"", self.version)) {
            response.headers_mut().insert(header::ETAG, tag);
        }
        response
    }
}
