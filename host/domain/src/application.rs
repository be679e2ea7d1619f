//! Applications: what pipelines and permissions hang from.

use std::collections::BTreeMap;

use crate::code::code;
use crate::id::ApplicationName;
use crate::params::Params;
use crate::problem::Problem;
use crate::time::Timestamp;

/// What an application's permissions distinguish (Fiat's F2, reference access-control.md §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Access {
    /// See it, its pipelines and executions.
    Read,
    /// Change it and its pipelines.
    Write,
    /// Start and steer executions.
    Execute,
}

/// An application.
#[derive(Clone, Debug, PartialEq)]
pub struct Application {
    /// Unique, case-insensitively.
    pub name: ApplicationName,
    /// The document as written, unknown members included (`email`, `description`, `permissions` …).
    pub document: Params,
    /// When it was first saved.
    pub created: Timestamp,
    /// When it was last saved.
    pub updated: Timestamp,
    /// Grows with every save; the ETag.
    pub version: i64,
}

impl Application {
    /// Role names by access, from `permissions` of the document; empty when unrestricted.
    #[must_use]
    pub fn permissions(&self) -> BTreeMap<Access, Vec<String>> {
        let names = [("READ", Access::Read), ("WRITE", Access::Write), ("EXECUTE", Access::Execute)];
        let mut map = BTreeMap::new();
        for (key, access) in names {
            let roles = self.document.get("permissions").and_then(|all| all.get(key)).and_then(|list| list.as_array());
            let roles: Vec<String> = roles
                .into_iter()
                .flatten()
                .filter_map(|role| role.as_str())
                .map(|role| role.trim().to_lowercase())
                .collect();
            if !roles.is_empty() {
                map.insert(access, roles);
            }
        }
        map
    }
}

/// What is wrong with an application's name; Spinnaker's rule, widened by `-`, `_` and `.`.
#[must_use]
pub fn check_name(name: &str) -> Option<Problem> {
    let fits = !name.is_empty()
        && name.len() <= 250
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'))
        && name.chars().next().is_some_and(char::is_alphanumeric);
    if fits {
        return None;
    }
    Some(Problem::at(
        "/name",
        code("application.name-invalid"),
        format!(
            "`{name}` is no application name: use 1 to 250 letters, digits, `-`, `_` or `.`, beginning with a letter or digit."
        ),
    ))
}
