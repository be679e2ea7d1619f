//! The operator's secrets: set, listed by name, removed, and sealed anew. Their values leave the vault at the host's edge alone.

use capabilities::{Rotation, VaultError};
use domain::code::code;
use domain::secret::{self, NamedSecret};
use domain::{Params, Problem};
use serde_json::json;
use store::{Page, Write};

use crate::access::Attempt;
use crate::authorize::TeamPermission;
use crate::{App, AppError, Caller, ErrorClass, PageRequest};

/// Most bytes of a secret.
const LARGEST: usize = 1 << 20;

impl App {
    /// Sets a secret; true when there was none of that name.
    ///
    /// # Errors
    /// `access.denied` without `secret.manage`; `secret.name-invalid`, `secret.value-invalid` for none and for more than 1 MiB.
    pub async fn save_secret(&self, caller: &Caller, name: &str, value: &[u8]) -> Result<bool, AppError> {
        let attempt = Attempt { action: "secret.save", noun: "secret", subject: name };
        self.permit_team(caller, attempt, TeamPermission::SecretManage).await?;
        let mut problems: Vec<Problem> = secret::check_name(name).into_iter().collect();
        if !(1..=LARGEST).contains(&value.len()) {
            let message = format!("A secret has 1 byte to 1 MiB, but this has {}.", value.len());
            problems.push(Problem::at("/value", code("secret.value-invalid"), message));
        }
        if !problems.is_empty() {
            return Err(AppError::invalid("The secret", problems));
        }
        let is_new = self.inner.store.secrets().get(name).await?.is_none();
        let sealing = self.inner.vault.sealing().await;
        let sealed = sealing.seal(name, None, value, self.inner.environment.now());
        let entry = self.entry(caller, attempt, Params::new(json!({ "via": caller.via() })));
        self.inner.store.write(vec![Write::SaveSecret(sealed), Write::Audit(entry)]).await?;
        Ok(is_new)
    }

    /// The operator's secrets by name, without their values.
    ///
    /// # Errors
    /// `access.denied` without `secret.manage`.
    pub async fn secrets(&self, caller: &Caller, page: &PageRequest) -> Result<Page<NamedSecret>, AppError> {
        let attempt = Attempt { action: "secret.list", noun: "secret", subject: "all" };
        self.permit_team(caller, attempt, TeamPermission::SecretManage).await?;
        Ok(self.inner.store.secrets().named(page.after.as_ref(), page.limit).await?)
    }

    /// Removes a secret that no account refers to. Pipelines that name it fail from then on.
    ///
    /// # Errors
    /// `access.denied` without `secret.manage`, `secret.unknown`, `secret.in-use`.
    pub async fn delete_secret(&self, caller: &Caller, name: &str) -> Result<(), AppError> {
        let attempt = Attempt { action: "secret.delete", noun: "secret", subject: name };
        self.permit_team(caller, attempt, TeamPermission::SecretManage).await?;
        let found = self.inner.store.secrets().get(name).await?;
        if found.is_none_or(|found| found.account.is_some()) {
            return Err(AppError::not_found(code("secret.unknown"), format!("There is no secret `{name}`.")));
        }
        let accounts = self.accounts_in_force();
        let refers = |config: &Params| secret::references(config.value()).iter().any(|(_, other)| other == name);
        let users: Vec<&str> =
            accounts.all().filter(|account| refers(&account.config)).map(|account| account.name.as_str()).collect();
        if !users.is_empty() {
            let message = format!("The secret is used by the accounts `{}`; change them first.", users.join("`, `"));
            return Err(AppError::conflict(code("secret.in-use"), message));
        }
        let entry = self.entry(caller, attempt, Params::new(json!({ "via": caller.via() })));
        self.inner.store.write(vec![Write::DeleteSecret(name.to_owned()), Write::Audit(entry)]).await?;
        Ok(())
    }

    /// Makes a new key and seals every secret under it, while everything goes on.
    ///
    /// # Errors
    /// `access.denied` without `secret.manage`; `secrets.rotate-by-hand`, `secrets.rotating`, `secrets.key-unwritable`.
    pub async fn rotate_secrets(&self, caller: &Caller) -> Result<Rotation, AppError> {
        let attempt = Attempt { action: "secret.rotate", noun: "secret", subject: "all" };
        self.permit_team(caller, attempt, TeamPermission::SecretManage).await?;
        let rotation = self.inner.vault.rotate().await?;
        let details = json!({ "key": rotation.key, "moved": rotation.moved, "via": caller.via() });
        let entry = self.entry(caller, attempt, Params::new(details));
        self.inner.store.write(vec![Write::Audit(entry)]).await?;
        Ok(rotation)
    }
}

impl From<VaultError> for AppError {
    fn from(error: VaultError) -> AppError {
        let class = match &error {
            VaultError::Read(_) | VaultError::Write(_) => {
                tracing::error!(%error, "secrets could not be read or written");
                let message = "The database failed; the server's log says how.";
                return AppError::new(ErrorClass::Internal, code("store.failed"), message);
            }
            VaultError::Unknown { .. } => ErrorClass::NotFound,
            VaultError::Rotating | VaultError::ByHand { .. } | VaultError::KeyUnwritable { .. } => ErrorClass::Conflict,
            _ => ErrorClass::Internal,
        };
        let mut message = error.to_string();
        if let Some(first) = message.get(..1).map(str::to_uppercase) {
            message.replace_range(..1, &first);
        }
        AppError::new(class, error.code(), format!("{message}."))
    }
}
