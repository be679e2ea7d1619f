//! What was changed, by whom, and what came of it.

use crate::params::Params;
use crate::time::Timestamp;

/// One row of the audit log: every write, and every refusal of one.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// Name of the principal.
    pub who: String,
    /// The action, such as `pipeline.save`, `execution.cancel`, `plugin.install`.
    pub action: String,
    /// What it was done to: `application/demo`, `execution/01J…`.
    pub subject: String,
    /// `allowed` or `denied`.
    pub allowed: bool,
    /// More for people: reason given, revision made, digest installed. Never a secret.
    pub details: Params,
}
