//! `Authorization: Bearer <token>`.

use app::{App, Caller};
use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use domain::code::code;

use crate::problem::Problem;

/// Whoever asks, known by a token. First in every handler that is not open to strangers.
#[derive(Debug)]
pub struct Authenticated(pub Caller);

impl<S: Send + Sync> FromRequestParts<S> for Authenticated
where
    App: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let app = App::from_ref(state);
        let token = bearer(&parts.headers)?.ok_or_else(|| {
            let detail = "This needs a token: send `Authorization: Bearer <token>`. An administrator makes tokens.";
            Problem::new(StatusCode::UNAUTHORIZED, code("request.token-missing"), detail)
        })?;
        Ok(Authenticated(app.authenticate(&token).await?))
    }
}

/// Whoever asks, if they say so; a stranger otherwise. Senders of webhooks use the header for secrets of their own, so what is no token of ours makes a stranger.
#[derive(Debug)]
pub struct Known(pub Option<Caller>);

impl<S: Send + Sync> FromRequestParts<S> for Known
where
    App: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let app = App::from_ref(state);
        match bearer(&parts.headers) {
            Ok(Some(token)) => Ok(Known(app.authenticate(&token).await.ok())),
            _ => Ok(Known(None)),
        }
    }
}

fn bearer(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let wrong = || {
        let detail = "The header must be `Authorization: Bearer <token>`, once.";
        Problem::new(StatusCode::UNAUTHORIZED, code("request.token-invalid"), detail)
    };
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(wrong());
    }
    let text = value.to_str().map_err(|_| wrong())?;
    let (scheme, token) = text.split_once(' ').ok_or_else(wrong)?;
    if !scheme.eq_ignore_ascii_case("bearer") || token.trim().is_empty() {
        return Err(wrong());
    }
    Ok(Some(token.trim().to_owned()))
}
