//! Where keys come from. Secrets stay on this side: plugins hold references and handles.

use std::sync::Arc;

use async_trait::async_trait;
use domain::plugin::call::Scope;

use crate::vault::{Vault, VaultError};

/// The operator's secrets.
#[async_trait]
pub trait Secrets: Send + Sync {
    /// The bytes of a secret that this call may use; absent if there is none.
    async fn secret(&self, scope: &Scope, name: &str) -> Option<Vec<u8>>;
}

/// No secrets are configured.
pub(crate) struct None;

#[async_trait]
impl Secrets for None {
    async fn secret(&self, _: &Scope, _: &str) -> Option<Vec<u8>> {
        Option::None
    }
}

/// The operator's secrets, and those of the account that the call acts on.
pub(crate) struct OfVault(pub(crate) Arc<Vault>);

#[async_trait]
impl Secrets for OfVault {
    async fn secret(&self, scope: &Scope, name: &str) -> Option<Vec<u8>> {
        let account = scope.account.as_ref().map(|account| account.view.name.as_str());
        match self.0.reveal(name, account).await {
            Ok(value) => Some(value.to_vec()),
            Err(VaultError::Unknown { .. }) => Option::None,
            Err(error) => {
                tracing::error!(%error, code = %error.code(), plugin = %scope.plugin, "a secret could not be opened");
                Option::None
            }
        }
    }
}
