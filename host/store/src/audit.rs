//! The audit log.

use domain::audit::AuditEntry;

use crate::{Cursor, Page, ReadError, Store};

/// Reads the audit log.
pub struct Audit<'s> {
    pub(crate) store: &'s Store,
}

/// Which rows. Absent members ask for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// By this principal.
    pub who: Option<String>,
    /// This action.
    pub action: Option<String>,
    /// This subject.
    pub subject: Option<String>,
    /// Allowed or denied ones alone.
    pub allowed: Option<bool>,
}

impl Audit<'_> {
    /// Rows, newest first. A page may be short although there is a next one: a bounded number of rows is looked at.
    pub async fn list(&self, filter: &AuditFilter, cursor: Option<&Cursor>, limit: u32) -> Result<Page<AuditEntry>, ReadError> {
        let _ = (self.store, filter, cursor, limit);
        todo!()
    }
}
