//! `GET /api/v1/audit`.

use app::{App, AuditFilter};
use axum::Json;
use axum::extract::State;
use domain::Params;
use serde::Serialize;
use utoipa::ToSchema;

use crate::authenticate::Authenticated;
use crate::extract::QueryString;
use crate::moment::Moment;
use crate::paging::{self, Listing};
use crate::problem::Problem;
use crate::v1::filters::AuditFilters;

/// One row of the audit log.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditEntry {
    /// When.
    pub at: Moment,
    /// Who.
    pub principal: String,
    /// What was done.
    #[schema(example = "pipeline.save")]
    pub action: String,
    /// What it was done to.
    #[schema(example = "pipeline/6f0a4d2e-6a0b-4f0e-9d55-1f8f3f1c2a11")]
    pub target: String,
    /// `allowed` or `denied`.
    #[schema(example = "allowed")]
    pub outcome: &'static str,
    /// More for people: reason given, revision made, digest installed.
    #[schema(value_type = Object)]
    pub details: Params,
}

impl From<domain::audit::AuditEntry> for AuditEntry {
    fn from(entry: domain::audit::AuditEntry) -> AuditEntry {
        let domain::audit::AuditEntry { at, who, action, subject, allowed, details } = entry;
        let outcome = if allowed { "allowed" } else { "denied" };
        AuditEntry { at: at.into(), principal: who, action, target: subject, outcome, details }
    }
}

/// The audit log: every write and every refusal of one, newest first. Administrators read it.
#[utoipa::path(get, path = "/api/v1/audit", operation_id = "listAudit", tag = "audit",
    params(AuditFilters), responses((status = 200, description = "A page", body = Listing<AuditEntry>)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    QueryString(filters): QueryString<AuditFilters>,
) -> Result<Json<Listing<AuditEntry>>, Problem> {
    let AuditFilters { limit, after, principal, action, target, allowed } = filters;
    let filter = AuditFilter { who: principal, action, subject: target, allowed };
    let page = app.audit(&caller, &filter, &paging::request(limit, after.as_deref())?).await?;
    Ok(Json(paging::listing(page, AuditEntry::from)))
}
