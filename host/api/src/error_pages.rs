//! The pages that errors link to: `docs/errors`, built into the program.

use axum::extract::OriginalUri;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::code::code;

use crate::extract::Path;
use crate::problem::Problem;

/// Code and Markdown text, sorted by code.
static PAGES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/error_pages.rs"));

/// The page of `code`, if it has one.
#[must_use]
pub fn page(code: &str) -> Option<&'static str> {
    let position = PAGES.binary_search_by_key(&code, |(code, _)| code).ok()?;
    PAGES.get(position).map(|(_, text)| *text)
}

/// `GET /docs/errors`: all codes, with links.
pub async fn index() -> Response {
    let mut text = String::from("# Errors\n\n");
    for (code, _) in PAGES.iter().filter(|(code, _)| code.contains('.')) {
        text.push_str(&format!("- [{code}](/docs/errors/{code})\n"));
    }
    markdown(text)
}

/// `GET /docs/errors/{code}`.
pub async fn get(uri: OriginalUri, Path(name): Path<String>) -> Result<Response, Problem> {
    page(&name).map(markdown).ok_or_else(|| {
        let detail = format!("{} is no page: a plugin's own code is explained by the plugin's README.", uri.path());
        Problem::new(StatusCode::NOT_FOUND, code("request.path-unknown"), detail)
    })
}

fn markdown(text: impl Into<axum::body::Body>) -> Response {
    ([(header::CONTENT_TYPE, "text/markdown; charset=utf-8")], text.into()).into_response()
}
