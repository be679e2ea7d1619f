//! The secrets of a bed: each is its own name, backwards.

use async_trait::async_trait;
use capabilities::Secrets;
use domain::plugin::call::Scope;

/// Where the bed's keys come from.
pub struct Written;

#[async_trait]
impl Secrets for Written {
    async fn secret(&self, _: &Scope, name: &str) -> Option<Vec<u8>> {
        Some(name.bytes().rev().collect())
    }
}
