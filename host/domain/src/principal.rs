//! Who acts.

use serde::{Deserialize, Serialize};

/// Team standing (reference access-control.md §3.1): what a principal is in the team, before any role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// May do everything; everything is audited.
    Admin,
    /// May do what roles and application permissions say.
    Member,
}

/// A user, a service account or the server itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Principal {
    /// Stable name.
    pub name: String,
    /// Team standing.
    pub standing: Standing,
    /// Names of roles, lower-cased.
    pub roles: Vec<String>,
}

impl Principal {
    /// The server acting on its own behalf.
    #[must_use]
    pub fn system() -> Principal {
        Principal { name: "system".into(), standing: Standing::Admin, roles: Vec::new() }
    }

    /// Nobody: an unsigned webhook.
    #[must_use]
    pub fn anonymous() -> Principal {
        Principal { name: "[anonymous]".into(), standing: Standing::Member, roles: Vec::new() }
    }

    /// Whether the principal holds one of `roles`; an empty list asks for nothing.
    #[must_use]
    pub fn holds_any(&self, roles: &[String]) -> bool {
        roles.is_empty() || roles.iter().any(|role| self.roles.iter().any(|own| own.eq_ignore_ascii_case(role.trim())))
    }
}
