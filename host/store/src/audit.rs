//! The audit log.

use domain::audit::AuditEntry;

use crate::page::{LOOK_AT_MOST, by_number, cut, with_one_more};
use crate::read::Columns;
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
    /// Rows, newest first. A page may be short, even empty, although there is a next one: a bounded number of rows is looked at.
    pub async fn list(
        &self,
        filter: &AuditFilter,
        cursor: Option<&Cursor>,
        limit: u32,
    ) -> Result<Page<AuditEntry>, ReadError> {
        let AuditFilter { who, action, subject, allowed } = filter;
        let before = Cursor::number(cursor, i64::MAX)?;
        let newest: Option<i64> = sqlx::query_scalar("select max(number) from audit where number < $1")
            .bind(before)
            .fetch_one(self.store.readers())
            .await?;
        let floor = newest.unwrap_or(0).saturating_sub(LOOK_AT_MOST);
        let rows = sqlx::query(
            "select * from audit where number < $1 and number > $2 and ($3 is null or who = $3) and ($4 is null or action = $4)
              and ($5 is null or subject = $5) and ($6 is null or allowed = $6)
            order by number desc limit $7",
        )
        .bind(before)
        .bind(floor)
        .bind(who.as_deref())
        .bind(action.as_deref())
        .bind(subject.as_deref())
        .bind(*allowed)
        .bind(with_one_more(limit))
        .fetch_all(self.store.readers())
        .await?;
        let mut page = cut(("audit", &rows, limit), by_number, read)?;
        if page.next.is_none() && floor > 0 {
            page.next = Some(Cursor((floor + 1).to_string()));
        }
        Ok(page)
    }
}

fn read(row: &Columns<'_>) -> Result<AuditEntry, ReadError> {
    Ok(AuditEntry {
        at: row.time("at")?,
        who: row.get("who")?,
        action: row.get("action")?,
        subject: row.get("subject")?,
        allowed: row.get("allowed")?,
        details: row.params("details")?,
    })
}
