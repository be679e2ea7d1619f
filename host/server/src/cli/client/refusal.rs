//! From the API's problem documents to errors of the command line.

use domain::code::{Code, code};
use serde::Deserialize;
use ureq::http::StatusCode;

use crate::cli::error::{CliError, Complaint, Exit};

/// What the API answers when it refuses (RFC 9457).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ProblemDocument {
    code: String,
    #[serde(default)]
    detail: String,
    #[serde(default)]
    title: String,
    #[serde(default, rename = "type")]
    page: Option<String>,
    #[serde(default)]
    problems: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    code: String,
    #[serde(default)]
    pointer: String,
    #[serde(default, alias = "detail")]
    message: String,
}

/// The error that `text`, a body that came with `status`, tells; none if it is no problem document.
pub(super) fn read(server: &str, status: StatusCode, text: &str, with_token: bool) -> Option<CliError> {
    let document: ProblemDocument = serde_json::from_str(text).ok()?;
    if status == StatusCode::UNAUTHORIZED && !with_token {
        let message =
            "the server wants a token: give --token, set MAINSHEET_TOKEN, or store one with `mainsheet login`";
        return Some(CliError::new(Exit::Refused, code("cli.token-missing"), message));
    }
    let code = Code::from(document.code);
    let message = if document.detail.is_empty() { document.title } else { document.detail };
    let mut error = CliError::new(Exit::Refused, code, message);
    if let Some(page) = document.page.filter(|page| page.starts_with('/')) {
        error.page = format!("{server}{page}");
    }
    error.problems = document
        .problems
        .into_iter()
        .map(|listed| Complaint { code: listed.code.into(), pointer: listed.pointer, message: listed.message })
        .collect();
    if let [only] = error.problems.as_slice() {
        error.pointer = Some(only.pointer.clone());
        error.message.clone_from(&only.message);
        error.problems.clear();
    }
    Some(error)
}
