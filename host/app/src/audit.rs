//! The audit log, for those who may read it.

use domain::audit::AuditEntry;
use store::{AuditFilter, Page};

use crate::access::Attempt;
use crate::authorize::TeamPermission;
use crate::{App, AppError, Caller, PageRequest};

impl App {
    /// Rows, newest first.
    ///
    /// # Errors
    /// `access.denied` without `audit.read`; `request.cursor-invalid`.
    pub async fn audit(
        &self,
        caller: &Caller,
        filter: &AuditFilter,
        page: &PageRequest,
    ) -> Result<Page<AuditEntry>, AppError> {
        let attempt = Attempt { action: "audit.read", noun: "audit", subject: "log" };
        self.permit_team(caller, attempt, TeamPermission::AuditRead).await?;
        Ok(self.inner.store.audit().list(filter, page.after.as_ref(), page.limit).await?)
    }
}
