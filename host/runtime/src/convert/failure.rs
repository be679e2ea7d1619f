//! Failures.

use bindings::mainsheet::types::common::{Failure as WitFailure, FailureClass as WitClass};
use domain::code::Code;
use domain::{Failure, FailureClass};

use super::reply::{Malformed, Reply};

/// To the contract.
pub(crate) fn to_wit(failure: Failure) -> WitFailure {
    let Failure { class, code, message, retry_after, details } = failure;
    WitFailure {
        class: match class {
            FailureClass::InvalidInput => WitClass::InvalidInput,
            FailureClass::Denied => WitClass::Denied,
            FailureClass::NotFound => WitClass::NotFound,
            FailureClass::Conflict => WitClass::Conflict,
            FailureClass::Throttled => WitClass::Throttled,
            FailureClass::Unavailable => WitClass::Unavailable,
            FailureClass::TimedOut => WitClass::TimedOut,
            FailureClass::Cancelled => WitClass::Cancelled,
            FailureClass::Internal => WitClass::Internal,
        },
        code: code.as_str().to_owned(),
        message,
        retry_after,
        details: details.map(|details| details.text().to_owned()),
    }
}

/// From the contract.
///
/// # Errors
/// The details are not JSON, or the code is empty.
pub(crate) fn from_wit(reply: &mut Reply, failure: WitFailure) -> Result<Failure, Malformed> {
    let WitFailure { class, code, message, retry_after, details } = failure;
    Ok(Failure {
        class: match class {
            WitClass::InvalidInput => FailureClass::InvalidInput,
            WitClass::Denied => FailureClass::Denied,
            WitClass::NotFound => FailureClass::NotFound,
            WitClass::Conflict => FailureClass::Conflict,
            WitClass::Throttled => FailureClass::Throttled,
            WitClass::Unavailable => FailureClass::Unavailable,
            WitClass::TimedOut => FailureClass::TimedOut,
            WitClass::Cancelled => FailureClass::Cancelled,
            WitClass::Internal => FailureClass::Internal,
        },
        code: Code::from(reply.name("failure.code", code)?),
        message: reply.text("failure.message", message)?,
        retry_after,
        details: reply.optional("failure.details", details)?,
    })
}
