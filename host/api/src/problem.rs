//! Errors as people and programs get them: RFC 9457, `application/problem+json`.

use std::sync::Arc;

use app::{AppError, ErrorClass};
use axum::body::Body;
use axum::extract::{OriginalUri, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::code::{Code, code};
use serde::Serialize;
use utoipa::ToSchema;

/// A refusal on its way out. It becomes bytes in [`render`], where the path of the request is known.
#[derive(Clone, Debug)]
pub struct Problem {
    status: StatusCode,
    error: Arc<AppError>,
}

impl Problem {
    /// A refusal of the HTTP layer itself.
    pub fn new(status: StatusCode, code: Code, detail: impl Into<String>) -> Problem {
        Problem { status, error: Arc::new(AppError::new(ErrorClass::Malformed, code, detail)) }
    }

    /// The request cannot be read.
    pub fn malformed(code: Code, detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// The body is longer than `limit` bytes.
    pub fn too_large(limit: usize) -> Problem {
        let detail = format!("The body is larger than the {limit} bytes that are taken here; send less.");
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, code("request.too-large"), detail)
    }

    /// The document that tells it; `instance` is the path of the request.
    pub fn document(&self, instance: &str) -> ProblemDocument {
        let Problem { status, error } = self;
        ProblemDocument {
            kind: format!("/docs/errors/{}", error.code),
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: status.as_u16(),
            code: error.code.to_string(),
            detail: error.message.clone(),
            problems: error.problems.iter().map(ProblemPlace::of).collect(),
            execution: error.execution.as_ref().map(ToString::to_string),
            instance: instance.to_owned(),
        }
    }
}

impl From<AppError> for Problem {
    fn from(error: AppError) -> Problem {
        let status = match error.class {
            ErrorClass::Malformed => StatusCode::BAD_REQUEST,
            ErrorClass::Unauthenticated => StatusCode::UNAUTHORIZED,
            ErrorClass::Denied => StatusCode::FORBIDDEN,
            ErrorClass::NotFound => StatusCode::NOT_FOUND,
            ErrorClass::Conflict => StatusCode::CONFLICT,
            ErrorClass::Changed => StatusCode::PRECONDITION_FAILED,
            ErrorClass::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            ErrorClass::Throttled => StatusCode::TOO_MANY_REQUESTS,
            ErrorClass::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            ErrorClass::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            ErrorClass::NoRoom => StatusCode::INSUFFICIENT_STORAGE,
            ErrorClass::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Problem { status, error: Arc::new(error) }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if self.status == StatusCode::TOO_MANY_REQUESTS {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// An error (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemDocument {
    /// Page that explains the code.
    #[serde(rename = "type")]
    #[schema(example = "/docs/errors/pipeline.cycle")]
    pub kind: String,
    /// The status in words.
    #[schema(example = "Unprocessable Entity")]
    pub title: String,
    /// HTTP status.
    #[schema(example = 422)]
    pub status: u16,
    /// Stable code.
    #[schema(example = "pipeline.cycle")]
    pub code: String,
    /// What is wrong, and what to do.
    pub detail: String,
    /// Each thing wrong with the document sent, if it is about one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<ProblemPlace>,
    /// The failed execution that a start has left behind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution: Option<String>,
    /// Path of the request.
    pub instance: String,
}

/// One thing wrong with a document.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemPlace {
    /// JSON pointer (RFC 6901) into the document.
    #[schema(example = "/stages/1/requisiteStageRefIds")]
    pub pointer: String,
    /// Stable code.
    pub code: String,
    /// What is wrong there, and what to do.
    pub message: String,
}

impl ProblemPlace {
    fn of(problem: &domain::Problem) -> ProblemPlace {
        let domain::Problem { pointer, code, message } = problem;
        ProblemPlace { pointer: pointer.clone(), code: code.to_string(), message: message.clone() }
    }
}

/// Gives every refusal its body, whichever layer it comes from.
pub async fn render(uri: OriginalUri, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let Some(problem) = response.extensions().get::<Problem>().cloned() else { return response };
    let document = problem.document(uri.path());
    let (mut parts, _) = response.into_parts();
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(serde_json::to_vec(&document).unwrap_or_default()))
}

/// No route has this path.
pub async fn unknown_path(uri: OriginalUri) -> Problem {
    let detail = format!("Nothing is at {}; /api/v1/openapi.json lists what there is.", uri.path());
    Problem::new(StatusCode::NOT_FOUND, code("request.path-unknown"), detail)
}

/// The route does not know this method.
pub async fn unknown_method(uri: OriginalUri, request: Request) -> Problem {
    let detail = format!("{} does not take {}; the header Allow lists what it takes.", uri.path(), request.method());
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, code("request.method-unknown"), detail)
}

/// A handler panicked: told like every other error, and logged with its message.
pub fn panicked(panic: Box<dyn std::any::Any + Send>) -> Response {
    let message = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    tracing::error!(message, "a handler panicked");
    let detail = "The server made a mistake; its log says where. Please report it.";
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, code("server.panicked"), detail).into_response()
}
