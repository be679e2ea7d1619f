//! Accounts on the wire. Secrets are references: nothing here has ever seen a value.

use std::collections::BTreeMap;
use std::sync::Arc;

use app::{Action, App, Caller};
use domain::Params;
use domain::application::Access;
use serde::Serialize;
use utoipa::ToSchema;

use crate::moment::Moment;

/// How an account stands with its provider.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AccountStatus {
    /// Not looked at since it was saved.
    Unverified,
    /// Its provider has no error to tell; it can be acted on.
    Verified,
    /// Its provider found an error.
    Failed,
}

/// Something that the provider found.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountFinding {
    /// `ok`, `warning` or `error`.
    #[schema(example = "warning")]
    pub level: String,
    /// Stable.
    #[schema(example = "http.no-credentials")]
    pub code: String,
    /// What was found and what to do.
    pub message: String,
}

/// What came of looking at an account.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountVerification {
    /// When it was looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Moment>,
    /// What was found.
    pub findings: Vec<AccountFinding>,
}

/// An account.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// Unique; case does not count.
    #[schema(example = "artifacts")]
    pub name: String,
    /// The provider that it belongs to.
    #[schema(example = "http")]
    pub provider: String,
    /// How it stands with its provider.
    pub status: AccountStatus,
    /// When it was looked at, and what was found.
    pub verification: AccountVerification,
    /// Whether you may act on it.
    pub authorized: bool,
    /// Role names under READ and WRITE; empty when unrestricted.
    #[schema(example = json!({"READ": ["dev"], "WRITE": ["ops"]}))]
    pub permissions: BTreeMap<&'static str, Vec<String>>,
    /// Its configuration; a secret is `{"$secret": name}`.
    #[schema(value_type = Object, example = json!({"hosts": ["artifacts.example.com"], "username": "ci", "password": {"$secret": "account:6f9619ff-8b86-4d01-b42d-00cf4fc964ff"}}))]
    pub config: Params,
    /// Grows with every save; the ETag.
    #[schema(example = 3)]
    pub revision: i64,
    /// When it was first saved.
    pub created: Moment,
    /// When it was last saved.
    pub updated: Moment,
    /// By whom.
    #[schema(example = "ann")]
    pub updated_by: String,
}

impl Account {
    /// An account as `caller` sees it.
    pub fn of(app: &App, caller: &Caller, account: &Arc<domain::account::Account>) -> Account {
        let authorized = app.account_allows(caller, account, Action::Write);
        let domain::account::Account {
            name,
            provider,
            config,
            permissions,
            verification,
            revision,
            created,
            updated,
            updated_by,
        } = account.as_ref();
        let lists = permissions.iter().filter_map(|(access, roles)| match access {
            Access::Read => Some(("READ", roles.clone())),
            Access::Write => Some(("WRITE", roles.clone())),
            Access::Execute => None,
        });
        let findings = verification.findings.iter().cloned().map(|finding| {
            let domain::plugin::call::Finding { level, code, message } = finding;
            AccountFinding { level, code, message }
        });
        Account {
            name: name.to_string(),
            provider: provider.clone(),
            status: match verification.status {
                domain::account::Status::Unverified => AccountStatus::Unverified,
                domain::account::Status::Verified => AccountStatus::Verified,
                domain::account::Status::Failed => AccountStatus::Failed,
            },
            verification: AccountVerification { at: verification.at.map(Into::into), findings: findings.collect() },
            authorized,
            permissions: lists.collect(),
            config: config.clone(),
            revision: *revision,
            created: (*created).into(),
            updated: (*updated).into(),
            updated_by: updated_by.clone(),
        }
    }
}
