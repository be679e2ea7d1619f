//! Accounts: saved with their secrets sealed, looked at by their providers, and bound to calls that may use them.

mod bind;
mod save;
mod verify;

use std::sync::Arc;

use domain::Params;
use domain::account::{Account, Accounts};
use domain::code::code;
use store::{Page, Write};

pub use bind::{Use, Wanted, wrong_provider};

use crate::access::Attempt;
use crate::authorize::{AccountAcl, Action, Resource, TeamPermission, authorize};
use crate::{App, AppError, Caller, Cursor, PageRequest};

/// Accounts of an installation are few, and all changes of them take turns.
const TURN: &str = "accounts";

impl App {
    /// All accounts as they are now.
    #[must_use]
    pub fn accounts_in_force(&self) -> Arc<Accounts> {
        self.inner.accounts.load_full()
    }

    /// Accounts that `caller` may look at, by name, of one provider or of all.
    ///
    /// # Errors
    /// None so far.
    pub fn accounts(&self, caller: &Caller, provider: Option<&str>, page: &PageRequest) -> Page<Arc<Account>> {
        let after = page.after.as_ref().map_or("", |cursor| cursor.0.as_str());
        let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
        let all = self.accounts_in_force();
        let mut fitting = all
            .all()
            .filter(|account| key(account).as_str() > after)
            .filter(|account| provider.is_none_or(|provider| account.provider == provider))
            .filter(|account| self.account_allows(caller, account, Action::Read));
        let items: Vec<Arc<Account>> = fitting.by_ref().take(limit).cloned().collect();
        let next = fitting.next().and(items.last()).map(|last| Cursor(key(last)));
        Page { items, next }
    }

    /// One account.
    ///
    /// # Errors
    /// `account.unknown`, `access.denied`.
    pub async fn account(&self, caller: &Caller, name: &str) -> Result<Arc<Account>, AppError> {
        let account = self.find_account(name)?;
        let attempt = Attempt { action: "account.read", noun: "account", subject: name };
        self.permit_account(caller, attempt, &account, Action::Read).await?;
        Ok(account)
    }

    /// Removes an account with its secrets. What names it fails from then on.
    ///
    /// # Errors
    /// `access.denied` without `account.manage`, `account.unknown`.
    pub async fn delete_account(&self, caller: &Caller, name: &str) -> Result<(), AppError> {
        let attempt = Attempt { action: "account.delete", noun: "account", subject: name };
        self.permit_team(caller, attempt, TeamPermission::AccountManage).await?;
        let _deciding = self.inner.deciding.of(TURN).await;
        let account = self.find_account(name)?;
        let entry = self.entry(caller, attempt, Params::new(serde_json::json!({ "via": caller.via() })));
        self.inner.store.write(vec![Write::DeleteAccount(account.name.clone()), Write::Audit(entry)]).await?;
        self.inner.accounts.store(Arc::new(self.accounts_in_force().without(name)));
        Ok(())
    }

    /// Whether `caller` may do `action` with an account.
    #[must_use]
    pub fn account_allows(&self, caller: &Caller, account: &Account, action: Action) -> bool {
        authorize(&caller.principal, action, Resource::Account(&self.account_acl(account))).is_ok()
    }

    /// Refuses, and records that, unless `caller` may do `action` with an account.
    pub(crate) async fn permit_account(
        &self,
        caller: &Caller,
        attempt: Attempt<'_>,
        account: &Account,
        action: Action,
    ) -> Result<(), AppError> {
        let answer = authorize(&caller.principal, action, Resource::Account(&self.account_acl(account)));
        self.settle(caller, attempt, answer).await
    }

    fn account_acl<'a>(&self, account: &'a Account) -> AccountAcl<'a> {
        AccountAcl {
            name: account.name.as_str(),
            permissions: &account.permissions,
            unrestricted: self.inner.config.unrestricted,
        }
    }

    fn find_account(&self, name: &str) -> Result<Arc<Account>, AppError> {
        let all = self.accounts_in_force();
        all.get(name).cloned().ok_or_else(|| AppError::not_found(code("account.unknown"), all.unknown(name)))
    }
}

fn key(account: &Account) -> String {
    account.name.as_str().to_ascii_lowercase()
}
