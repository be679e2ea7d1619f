//! Where keys come from. Secrets stay on this side: plugins hold references and handles.

use async_trait::async_trait;
use domain::plugin::call::Scope;

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
