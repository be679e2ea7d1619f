//! Calls of trigger plugins: what they may do, and what their refusals and faults mean.

use domain::code::{Code, code};
use domain::plugin::call::{Mode, Scope};
use domain::plugin::{Grants, HttpGrant, Installed};
use domain::{Failure, FailureClass, Params};

use crate::{AppError, ErrorClass};

/// Distinct references of secrets that these triggers name.
pub(super) fn secrets<'t>(configs: impl Iterator<Item = &'t Params>) -> Vec<String> {
    let named = configs.filter_map(|config| config.get("secret")?.as_str());
    let mut secrets: Vec<String> = named.filter(|secret| !secret.is_empty()).map(str::to_owned).collect();
    secrets.sort();
    secrets.dedup();
    secrets
}

/// What a trigger plugin may do while it listens: look, never act. Everything it wants was granted at its install.
#[must_use]
pub(crate) fn scope(installed: &Installed) -> Scope {
    let (wanted, granted) = (&installed.manifest.grants, &installed.granted);
    let networks = granted.http.as_ref().map(|http| http.networks.clone()).unwrap_or_default();
    let http = wanted.http.as_ref().filter(|_| granted.http.is_some());
    let http = http.map(|http| HttpGrant { hosts: http.hosts.clone(), networks });
    Scope {
        plugin: installed.manifest.id.clone(),
        digest: installed.digest.clone(),
        grants: Grants { http, blobs: wanted.blobs && granted.blobs, sign: wanted.sign && granted.sign },
        mode: Mode::Read,
        application: String::new(),
        execution: String::new(),
        key: String::new(),
    }
}

pub(super) fn unknown_type(kind: &str) -> AppError {
    let message = format!("No plugin offers the trigger type `{kind}` here; install one, or look at the spelling.");
    AppError::not_found(code("trigger.type-unknown"), message)
}

pub(super) fn refused(failure: Failure) -> AppError {
    let class = match failure.class {
        FailureClass::InvalidInput => ErrorClass::Malformed,
        FailureClass::Denied => ErrorClass::Denied,
        FailureClass::NotFound => ErrorClass::NotFound,
        FailureClass::Conflict | FailureClass::Cancelled => ErrorClass::Conflict,
        FailureClass::Throttled | FailureClass::Unavailable | FailureClass::TimedOut => ErrorClass::Unavailable,
        FailureClass::Internal => ErrorClass::Internal,
    };
    AppError::new(class, failure.code, failure.message)
}

/// A fault of the plugin is nobody's mistake who sent the request; it may be sent again.
pub(super) fn fault(fault: runtime::Fault) -> AppError {
    let failure = fault.failure;
    tracing::warn!(code = %failure.code, message = %failure.message, "a trigger plugin failed");
    let message = format!("The plugin failed while it read this: {}", failure.message);
    AppError::new(ErrorClass::Unavailable, Code::clone(&failure.code), message)
}
