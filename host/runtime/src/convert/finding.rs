//! What verifying an account found.

use bindings::mainsheet::provider::provider::Finding as WitFinding;
use domain::plugin::call::Finding;

use super::reply::{Malformed, Reply};

/// From the contract.
///
/// # Errors
/// The level is none.
pub(crate) fn from_wit(reply: &mut Reply, finding: WitFinding) -> Result<Finding, Malformed> {
    let WitFinding { level, code, message } = finding;
    if !matches!(level.as_str(), "ok" | "warning" | "error") {
        return Err(Malformed(format!("`finding.level` is `{level}`, not ok, warning or error")));
    }
    Ok(Finding { level, code: reply.text("finding.code", code)?, message: reply.text("finding.message", message)? })
}
