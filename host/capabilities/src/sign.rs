//! Keys as handles: what is computed from a secret leaves, the secret does not.

use std::sync::Arc;

use async_trait::async_trait;
use domain::plugin::call::Scope;
use domain::{Failure, FailureClass, code::code};
use runtime::{Key, Sign};

use crate::grant::Grants;

/// Keys made from stored secrets. No secret can be stored yet (accounts bring them), so every name is unknown.
pub(crate) struct Keys {
    grants: Arc<Grants>,
}

impl Keys {
    pub(crate) fn new(grants: Arc<Grants>) -> Keys {
        Keys { grants }
    }
}

#[async_trait]
impl Sign for Keys {
    async fn open(&self, scope: &Scope, secret: &str, _prefix: &[u8]) -> Result<Arc<dyn Key>, Failure> {
        self.grants.sign(scope)?;
        let message = format!("There is no secret called `{secret}`.");
        Err(Failure::new(FailureClass::NotFound, code("secret.not-found"), message))
    }
}
