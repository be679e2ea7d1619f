//! A reply as stages see it, and what a status means.

use mainsheet_sdk::http::Response;
use mainsheet_sdk::prelude::*;

/// `{status, headers, body}`: one value a header, the body as JSON where it is JSON.
pub fn show(response: &Response) -> Value {
    let mut headers = Map::new();
    for (name, value) in &response.headers {
        headers.entry(spelled(name)).or_insert_with(|| value.clone().into());
    }
    json!({ "status": response.status, "headers": headers, "body": body(response) })
}

/// The body as JSON, else as text; nothing if there is none.
pub fn body(response: &Response) -> Value {
    if response.body.is_empty() {
        return Value::Null;
    }
    response.json().unwrap_or_else(|_| response.text().into())
}

/// `content-type` as `Content-Type`, so that expressions which name a header go on working whatever protocol brought it.
fn spelled(name: &str) -> String {
    let part = |part: &str| {
        let mut characters = part.chars();
        characters.next().map_or_else(String::new, |first| {
            first.to_uppercase().chain(characters.flat_map(char::to_lowercase)).collect()
        })
    };
    name.split('-').map(part).collect::<Vec<String>>().join("-")
}

/// The failure that a status is.
pub fn failure(response: &Response, url: &str) -> Failure {
    let class = match response.status {
        401 | 403 => FailureClass::Denied,
        404 | 410 => FailureClass::NotFound,
        408 | 504 => FailureClass::TimedOut,
        409 | 412 => FailureClass::Conflict,
        429 => FailureClass::Throttled,
        500.. => FailureClass::Unavailable,
        _ => FailureClass::InvalidInput,
    };
    Failure::new(class, code("http.status"), format!("{url} answered {}.", response.status))
        .with_details(show(response))
}
