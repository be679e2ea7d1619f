//! Credentials of accounts: added at the host's edge, to the hosts that the account names and no others.

use async_trait::async_trait;
use domain::plugin::call::Scope;

/// Where credentials come from.
#[async_trait]
pub trait Identities: Send + Sync {
    /// The credentials of an account that this call may act with; absent if there are none.
    async fn identity(&self, scope: &Scope, account: &str) -> Option<Identity>;
}

/// Credentials. Not `Debug`: they are in no log.
#[derive(Clone)]
pub struct Identity {
    /// Host names that get them; `*.example.com` is any below it. None: nobody does.
    pub hosts: Vec<String>,
    /// Headers that they are, such as `Authorization`.
    pub headers: Vec<(String, String)>,
}

/// No accounts are configured.
pub(crate) struct None;

#[async_trait]
impl Identities for None {
    async fn identity(&self, _: &Scope, _: &str) -> Option<Identity> {
        Option::None
    }
}
