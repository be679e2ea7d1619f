//! API tokens: random, shown once, kept by their hash alone.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::code::code;
use domain::principal::{Principal, Standing};
use domain::{Digest, Params, Problem, Timestamp};
use store::{Page, Token, Write};

use crate::access::Attempt;
use crate::admission::TEAM_ADMIN;
use crate::authorize::{MANAGED, TeamPermission};
use crate::{App, AppError, Caller, Cursor, ErrorClass, PageRequest, Via};

/// Tokens begin with this, so that scanners for leaked secrets find them.
const PREFIX: &str = "mst_";
/// Name of the token that the first start makes.
const FIRST: &str = "bootstrap";

/// What a new token says of its bearer.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// Name for people, unique.
    pub name: String,
    /// Whose.
    pub principal: Principal,
    /// Until when it holds.
    pub expires: Option<Timestamp>,
}

impl App {
    /// Who bears `token`.
    ///
    /// # Errors
    /// `request.token-invalid` when nobody does, or not any more.
    pub async fn authenticate(&self, token: &str) -> Result<Caller, AppError> {
        let hash = Digest::of(token.as_bytes()).to_string();
        let caller = match self.inner.callers.get(&hash) {
            Some(caller) => caller,
            None => self.read_token(hash).await?,
        };
        let expired =
            matches!(&caller.via, Via::Token { expires: Some(end), .. } if *end <= self.inner.environment.now());
        if expired { Err(no_token()) } else { Ok(Caller::clone(&caller)) }
    }

    async fn read_token(&self, hash: String) -> Result<Arc<Caller>, AppError> {
        let generation = self.inner.callers.generation();
        let token = self.inner.store.tokens().by_hash(&hash).await?.ok_or_else(no_token)?;
        let via = Via::Token { name: token.name, expires: token.expires };
        let caller = Arc::new(Caller { principal: token.principal, via });
        self.inner.callers.fill(generation, hash, Arc::clone(&caller));
        Ok(caller)
    }

    /// Makes a token and returns its text, which is shown once and kept nowhere.
    ///
    /// # Errors
    /// `token.invalid` with pointers, `token.exists`, `access.denied` without `token.mint`.
    pub async fn create_token(&self, caller: &Caller, new: NewToken) -> Result<String, AppError> {
        let attempt = Attempt { action: "token.create", noun: "token", subject: &new.name };
        self.permit_team(caller, attempt, TeamPermission::TokenMint).await?;
        self.check_token(&new)?;
        let details = serde_json::json!({ "principal": new.principal.name, "via": caller.via() });
        let entry = self.entry(caller, attempt, Params::new(details));
        self.write_token(new, Some(Write::Audit(entry))).await
    }

    async fn write_token(&self, new: NewToken, with: Option<Write>) -> Result<String, AppError> {
        let NewToken { name, principal, expires } = new;
        let mut random = [0; 32];
        self.inner.environment.random(&mut random);
        let text = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(random));
        let hash = Digest::of(text.as_bytes()).to_string();
        let created = self.inner.environment.now();
        let mut unit = vec![Write::Token { hash, name, principal, created, expires }];
        unit.extend(with);
        self.inner.store.write(unit).await?;
        Ok(text)
    }

    /// Revokes a token by its name; it holds for no request that begins after this.
    ///
    /// # Errors
    /// `token.unknown`, `access.denied` without `token.mint`.
    pub async fn revoke_token(&self, caller: &Caller, name: &str) -> Result<(), AppError> {
        let attempt = Attempt { action: "token.revoke", noun: "token", subject: name };
        self.permit_team(caller, attempt, TeamPermission::TokenMint).await?;
        if !self.inner.store.tokens().list().await?.iter().any(|token| token.name == name) {
            return Err(AppError::not_found(code("token.unknown"), format!("There is no token `{name}`.")));
        }
        let entry = self.entry(caller, attempt, Params::new(serde_json::json!({ "via": caller.via() })));
        let written = self.inner.store.write(vec![Write::RevokeToken(name.to_owned()), Write::Audit(entry)]).await;
        self.inner.callers.clear();
        Ok(written?)
    }

    /// All tokens by name, without their secrets.
    ///
    /// # Errors
    /// `access.denied` without `token.mint`.
    pub async fn tokens(&self, caller: &Caller, page: &PageRequest) -> Result<Page<Token>, AppError> {
        let attempt = Attempt { action: "token.list", noun: "token", subject: "all" };
        self.permit_team(caller, attempt, TeamPermission::TokenMint).await?;
        let after = page.after.as_ref().map(|cursor| cursor.0.as_str()).unwrap_or_default();
        let all = self.inner.store.tokens().list().await?;
        let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
        let mut items: Vec<Token> = all.into_iter().filter(|token| token.name.as_str() > after).collect();
        items.sort_by(|a, b| a.name.cmp(&b.name));
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(|token| Cursor(token.name.clone()));
        Ok(Page { items, next })
    }

    /// Makes an administrator's token if there is no token at all: the first start's only way in. Returns its text, to be shown once.
    ///
    /// # Errors
    /// The store cannot be read or written.
    pub async fn bootstrap(&self) -> Result<Option<String>, AppError> {
        if self.inner.store.tokens().any().await? {
            return Ok(None);
        }
        let principal = Principal { name: "admin".into(), standing: Standing::Admin, roles: Vec::new() };
        self.write_token(NewToken { name: FIRST.into(), principal, expires: None }, None).await.map(Some)
    }

    fn check_token(&self, new: &NewToken) -> Result<(), AppError> {
        let NewToken { name, principal, expires } = new;
        let mut problems = Vec::new();
        let mut wrong =
            |pointer: &str, message: &str| problems.push(Problem::at(pointer, code("token.invalid"), message));
        if !is_name(name) {
            wrong(
                "/name",
                "A token's name has 1 to 250 letters, digits, `-`, `_`, `.`, `@`, and begins with a letter or digit.",
            );
        }
        if !is_name(&principal.name) || principal.name == Principal::system().name || principal.name.ends_with(MANAGED)
        {
            wrong(
                "/principal",
                "Such a principal is the server's own, or no name: use letters, digits, `-`, `_`, `.`, `@`.",
            );
        }
        if principal.roles.iter().any(|role| role.trim().is_empty() || role.eq_ignore_ascii_case(TEAM_ADMIN)) {
            wrong(
                "/roles",
                "A role is a name, and not one of the server's own; give the standing `admin` to administrators.",
            );
        }
        if expires.is_some_and(|end| end <= self.inner.environment.now()) {
            wrong("/expires", "A token must end in the future.");
        }
        if problems.is_empty() { Ok(()) } else { Err(AppError::invalid("The token", problems)) }
    }
}

fn is_name(text: &str) -> bool {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '@');
    (1..=250).contains(&text.len()) && text.chars().all(fits) && text.chars().next().is_some_and(char::is_alphanumeric)
}

fn no_token() -> AppError {
    let message = "This token does not hold: it is unknown, revoked or expired. Ask an administrator for a new one.";
    AppError::new(ErrorClass::Unauthenticated, code("request.token-invalid"), message)
}
