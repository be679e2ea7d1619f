//! Looking at accounts: their providers say whether they work. Nothing waits for it: an account that nobody came to look at, because the
//! server stopped after its save, is unverified, and looked at by the next start.

use std::sync::Arc;

use domain::Params;
use domain::account::{Account, Status, Verification};
use domain::code::code;
use domain::plugin::Installed;
use domain::plugin::call::{BoundAccount, Finding, Mode, Scope};
use store::{Write, WriteError};
use tokio::sync::oneshot;

use super::TURN;
use crate::access::Attempt;
use crate::authorize::{Action, TeamPermission};
use crate::{App, AppError, Caller};

/// Milliseconds that whoever saves waits for what the provider finds; it goes on looking after that.
const PATIENCE: i64 = 30_000;

impl App {
    /// Has an account looked at again, and returns it with what was found.
    ///
    /// # Errors
    /// `access.denied` without WRITE on it, `account.unknown`.
    pub async fn verify_account(&self, caller: &Caller, name: &str) -> Result<Arc<Account>, AppError> {
        let attempt = Attempt { action: "account.verify", noun: "account", subject: name };
        let account = self.accounts_in_force().get(name).cloned();
        match &account {
            Some(account) => self.permit_account(caller, attempt, account, Action::Write).await?,
            None => self.permit_team(caller, attempt, TeamPermission::AccountManage).await?,
        }
        let account = self.find_account(name)?;
        let entry = self.entry(caller, attempt, Params::new(serde_json::json!({ "via": caller.via() })));
        self.inner.store.write(vec![Write::Audit(entry)]).await?;
        Ok(self.look_at(account).await)
    }

    /// Looks at every account that nobody has looked at since it was saved.
    pub async fn verify_accounts(&self) {
        for account in self.accounts_in_force().all() {
            if account.verification.status == Status::Unverified {
                drop(self.look_at(Arc::clone(account)).await);
            }
        }
    }

    /// Has the provider look at an account, whoever goes away meanwhile; returns the account with what was found in good time.
    pub(super) async fn look_at(&self, account: Arc<Account>) -> Arc<Account> {
        let (sender, found) = oneshot::channel();
        let (app, looked_at) = (self.clone(), Arc::clone(&account));
        self.inner.environment.spawn(Box::pin(async move {
            let findings = app.findings(&looked_at).await;
            // Whoever waited may be gone.
            let _ = sender.send(app.note_findings(&looked_at, findings).await);
        }));
        let patience = self.inner.environment.sleep_until(self.inner.environment.now().plus(PATIENCE));
        tokio::select! {
            biased;
            found = found => found.unwrap_or(account),
            () = patience => account,
        }
    }

    async fn findings(&self, account: &Account) -> Vec<Finding> {
        let error = |code: String, message: String| vec![Finding { level: "error".into(), code, message }];
        let catalog = self.inner.catalogs.current();
        let Some(installed) = catalog.find_provider(&account.provider) else {
            let message = format!("No installed plugin is the provider `{}`; install one.", account.provider);
            return error(code("account.provider-unknown").to_string(), message);
        };
        let scope = verifying(installed, account);
        match self.inner.runtime.verify(&scope, account.view()).await {
            Ok(findings) => findings,
            Err(fault) => error(fault.failure.code.to_string(), fault.failure.message),
        }
    }

    /// Stores what was found, unless the account is another by now; returns it as it stands.
    async fn note_findings(&self, looked_at: &Account, findings: Vec<Finding>) -> Arc<Account> {
        let _deciding = self.inner.deciding.of(TURN).await;
        let verification = Verification::of(findings, self.inner.environment.now());
        let write = Write::AccountVerified {
            name: looked_at.name.clone(),
            revision: looked_at.revision,
            verification: verification.clone(),
        };
        let all = self.accounts_in_force();
        match self.inner.store.write(vec![write]).await {
            Ok(()) => {
                let account = Account { verification, ..looked_at.clone() };
                self.inner.accounts.store(Arc::new(all.with(account.clone())));
                return Arc::new(account);
            }
            Err(WriteError::Changed { .. } | WriteError::Closed) => {}
            Err(error) => {
                tracing::error!(%error, account = %looked_at.name, "what was found of an account could not be stored")
            }
        }
        all.get(looked_at.name.as_str()).cloned().unwrap_or_else(|| Arc::new(looked_at.clone()))
    }
}

/// A provider that looks at one of its accounts: it reads, with that account's credentials.
fn verifying(installed: &Installed, account: &Account) -> Scope {
    let identities = installed.manifest.account_offer().map(|offer| offer.identities).unwrap_or_default();
    Scope {
        plugin: installed.manifest.id.clone(),
        digest: installed.digest.clone(),
        grants: installed.manifest.grants.within(&installed.granted),
        mode: Mode::Read,
        application: String::new(),
        execution: String::new(),
        key: String::new(),
        account: Some(Arc::new(BoundAccount { view: account.view(), identities })),
    }
}
