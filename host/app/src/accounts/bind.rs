//! Binding an account to a call: the one place that says whether a run may use it. Asked before every call, so that a permission that is
//! taken back, a configuration that changes and a verification that fails hold from the next call on.

use std::sync::Arc;

use domain::account::Status;
use domain::code::code;
use domain::execution::Execution;
use domain::plugin::Manifest;
use domain::plugin::call::{BoundAccount, Mode};
use domain::{Failure, FailureClass};

use crate::access::Attempt;
use crate::authorize::Action;
use crate::{App, Caller, ErrorClass, Via};

/// Which account a call wants.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Its name.
    pub account: String,
    /// The provider that is called.
    pub provider: String,
    /// Kinds of credentials that accounts of that provider can lend.
    pub identities: Vec<String>,
    /// Who the run acts as.
    pub principal: String,
    /// Operations need WRITE and an account that is verified; queries need READ.
    pub mode: Mode,
}

impl Wanted {
    /// What a call of the provider that `manifest` describes wants.
    #[must_use]
    pub fn new(account: &str, manifest: &Manifest, principal: &str, mode: Mode) -> Wanted {
        Wanted {
            account: account.to_owned(),
            provider: manifest.provider.clone().unwrap_or_default(),
            identities: manifest.account_offer().map(|offer| offer.identities).unwrap_or_default(),
            principal: principal.to_owned(),
            mode,
        }
    }
}

/// For which execution.
pub type Use<'e> = (&'e Execution, &'e Wanted);

impl App {
    /// The account that a call may use.
    ///
    /// # Errors
    /// `account.unknown` with names that are near, `account.wrong-provider`, `account.forbidden` (also in the audit log),
    /// `account.not-verified`; `store.failed`, after which asking again may help.
    pub async fn bind_account(&self, (execution, wanted): Use<'_>) -> Result<Arc<BoundAccount>, Failure> {
        let all = self.accounts_in_force();
        let Some(account) = all.get(&wanted.account) else {
            return Err(Failure::new(FailureClass::NotFound, code("account.unknown"), all.unknown(&wanted.account)));
        };
        if account.provider != wanted.provider {
            return Err(wrong_provider(&wanted.account, &account.provider, &wanted.provider));
        }
        let caller = Caller {
            principal: self.acting(execution, &wanted.principal).await?,
            via: Via::Execution(execution.id.clone()),
        };
        let (action, verb) = match wanted.mode {
            Mode::Act => (Action::Write, "act on"),
            Mode::Read => (Action::Read, "read from"),
        };
        let attempt = Attempt { action: "account.use", noun: "account", subject: account.name.as_str() };
        if let Err(refused) = self.permit_account(&caller, attempt, account, action).await {
            if refused.class != ErrorClass::Denied {
                return Err(refused.into());
            }
            let message = format!(
                "`{}`, who this run acts as, may not {verb} the account `{}`: {}",
                caller.principal.name, account.name, refused.message
            );
            return Err(Failure::new(FailureClass::Denied, code("account.forbidden"), message));
        }
        if wanted.mode == Mode::Act && account.verification.status != Status::Verified {
            let findings = &account.verification.findings;
            let why = findings.iter().find(|finding| finding.level == "error").map(|finding| finding.message.as_str());
            let message = format!(
                "The account `{}` is {}, and only a verified one is acted on. {}Correct it, then run `mainsheet account verify {}`.",
                account.name,
                account.verification.status.as_str(),
                why.map(|why| format!("{why} ")).unwrap_or_default(),
                account.name
            );
            return Err(Failure::new(FailureClass::Conflict, code("account.not-verified"), message));
        }
        Ok(Arc::new(BoundAccount { view: account.view(), identities: wanted.identities.clone() }))
    }
}

/// The failure of a request that names an account and another provider than the account's.
#[must_use]
pub fn wrong_provider(account: &str, own: &str, asked: &str) -> Failure {
    let message = format!(
        "The account `{account}` belongs to the provider `{own}`, but `{asked}` is asked; name an account of that provider."
    );
    Failure::new(FailureClass::InvalidInput, code("account.wrong-provider"), message)
}
