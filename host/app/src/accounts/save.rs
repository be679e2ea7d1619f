//! Saving an account: checked under its provider's schema, its secrets taken out and sealed, then looked at.

use std::sync::Arc;

use domain::account::{self, Account, Draft, Held, Sealable, Verification};
use domain::code::code;
use domain::environment::uuid;
use domain::id::AccountName;
use domain::plugin::manifest::AccountOffer;
use domain::problem::nearest;
use domain::secret::{self, SealedSecret};
use domain::{Params, Problem};
use store::Write;

use super::TURN;
use crate::access::Attempt;
use crate::authorize::{Action, TeamPermission};
use crate::{App, AppError, Caller, schema};

impl App {
    /// Makes or replaces an account, `{provider, config, permissions}`, and has its provider look at it. `expect` is the revision it
    /// replaces: absent for whatever is there, 0 for nothing. A secret that is given as its reference stays; one that is given as a
    /// value is sealed, and a reference stands in its place from then on.
    ///
    /// # Errors
    /// `access.denied` without `account.manage`; `account.…` and `secret.unknown` with pointers; `account.exists`, `account.changed`.
    pub async fn save_account(
        &self,
        caller: &Caller,
        name: &str,
        document: Params,
        expect: Option<i64>,
    ) -> Result<Arc<Account>, AppError> {
        let attempt = Attempt { action: "account.save", noun: "account", subject: name };
        self.permit_team(caller, attempt, TeamPermission::AccountManage).await?;
        let draft = Draft::read(name, &document).map_err(|problems| AppError::invalid("The account", problems))?;
        let saved = {
            let _deciding = self.inner.deciding.of(TURN).await;
            let before = self.accounts_in_force().get(name).cloned();
            if let Some(before) = &before {
                self.permit_account(caller, attempt, before, Action::Write).await?;
            }
            let sealable = self.check_account(&draft, before.as_deref()).await?;
            let name = before.as_ref().map_or_else(|| AccountName::from(name), |before| before.name.clone());
            self.keep_account(caller, attempt, (name, draft, sealable), before.as_deref(), expect).await?
        };
        Ok(self.look_at(saved).await)
    }

    /// What the provider's schema has against a draft, and where its secrets are.
    async fn check_account(&self, draft: &Draft, before: Option<&Account>) -> Result<Sealable, AppError> {
        let refuse = |problems| AppError::invalid("The account", problems);
        let offer = self.account_offer(&draft.provider).map_err(|problem| refuse(vec![problem]))?;
        if let Some(before) = before.filter(|before| before.provider != draft.provider) {
            let message = format!(
                "The account belongs to the provider `{}`, and cannot be given to another; remove it first.",
                before.provider
            );
            return Err(refuse(vec![Problem::at("/provider", code("account.wrong-provider"), message)]));
        }
        let sealable = account::held(&offer.schema, &draft.config, "/config").map_err(refuse)?;
        let mut problems = account::unknown_fields(&offer.schema, &draft.config, "/config");
        // Complaints quote what they are about, so the schema sees no secret.
        let masked = sealable.masked();
        problems.extend(schema::problems(&offer.schema, &masked, "/config", &code("account.config-invalid")));
        problems.extend(self.strange_references(&sealable, before).await?);
        if problems.is_empty() { Ok(sealable) } else { Err(refuse(problems)) }
    }

    /// What accounts of a provider look like.
    fn account_offer(&self, provider: &str) -> Result<AccountOffer, Problem> {
        let catalog = self.inner.catalogs.current();
        let Some(installed) = catalog.find_provider(provider) else {
            let known = catalog.plugins().values().filter_map(|installed| installed.manifest.provider.as_deref());
            let near = nearest(provider, known);
            let hint = near.first().map_or_else(String::new, |near| format!(" (did you mean `{near}`?)"));
            let message =
                format!("No installed plugin is the provider `{provider}`{hint}; correct it, or install one.");
            return Err(Problem::at("/provider", code("account.provider-unknown"), message));
        };
        installed.manifest.account_offer().ok_or_else(|| {
            let message = format!("The provider `{provider}` needs no accounts, and has none.");
            Problem::at("/provider", code("account.provider-unknown"), message)
        })
    }

    /// References to what is neither this account's nor the operator's.
    async fn strange_references(
        &self,
        sealable: &Sealable,
        before: Option<&Account>,
    ) -> Result<Vec<Problem>, AppError> {
        let own: Vec<String> = before.map(own_secrets).unwrap_or_default();
        let mut problems = Vec::new();
        for (pointer, held) in &sealable.held {
            let Held::Reference(name) = held else { continue };
            if own.contains(name) {
                continue;
            }
            let found = self.inner.store.secrets().get(name).await?;
            if found.is_none_or(|found| found.account.is_some()) {
                let message = format!(
                    "There is no secret `{name}` that this account may use: write the value itself, or set it with `mainsheet secrets set`."
                );
                problems.push(Problem::at(format!("/config{pointer}"), code("secret.unknown"), message));
            }
        }
        Ok(problems)
    }

    async fn keep_account(
        &self,
        caller: &Caller,
        attempt: Attempt<'_>,
        (name, draft, sealable): (AccountName, Draft, Sealable),
        before: Option<&Account>,
        expect: Option<i64>,
    ) -> Result<Arc<Account>, AppError> {
        let now = self.inner.environment.now();
        // Held until the commit: a rotation of the key waits for it.
        let sealing = self.inner.vault.sealing().await;
        let mut secrets: Vec<SealedSecret> = Vec::new();
        let config = sealable.sealed(|_, value| {
            let reference = secret::of_account(&uuid(self.inner.environment.as_ref()));
            secrets.push(sealing.seal(&reference, Some(&name), value.as_bytes(), now));
            reference
        });
        let revision = before.map_or(1, |before| before.revision + 1);
        let account = Account {
            name,
            provider: draft.provider,
            config,
            permissions: draft.permissions,
            verification: Verification::default(),
            revision,
            created: before.map_or(now, |before| before.created),
            updated: now,
            updated_by: caller.principal.name.clone(),
        };
        let details = serde_json::json!({
            "revision": revision, "provider": account.provider, "secretsSet": secrets.len(), "via": caller.via(),
        });
        let keep = own_secrets(&account);
        let write =
            Write::SaveAccount { account: account.clone(), expect: expect.or(Some(revision - 1)), keep, secrets };
        let entry = self.entry(caller, attempt, Params::new(details));
        self.inner.store.write(vec![write, Write::Audit(entry)]).await?;
        drop(sealing);
        self.inner.accounts.store(Arc::new(self.accounts_in_force().with(account.clone())));
        Ok(Arc::new(account))
    }
}

/// Names of the secrets that an account refers to.
fn own_secrets(account: &Account) -> Vec<String> {
    secret::references(account.config.value()).into_iter().map(|(_, name)| name).collect()
}
