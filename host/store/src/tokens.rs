//! API tokens, kept by their hash alone.

use domain::Timestamp;
use domain::principal::Principal;

use crate::{ReadError, Store};

/// Reads tokens.
pub struct Tokens<'s> {
    pub(crate) store: &'s Store,
}

/// A token without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Name for people, unique.
    pub name: String,
    /// Whose.
    pub principal: Principal,
    /// When it was made.
    pub created: Timestamp,
    /// Until when it holds; the caller compares.
    pub expires: Option<Timestamp>,
}

impl Tokens<'_> {
    /// The token with this SHA-256 (hexadecimal), expired or not.
    pub async fn by_hash(&self, hash: &str) -> Result<Option<Token>, ReadError> {
        let _ = (self.store, hash);
        todo!()
    }

    /// All tokens by name.
    pub async fn list(&self) -> Result<Vec<Token>, ReadError> {
        todo!()
    }

    /// Whether there is any token.
    pub async fn any(&self) -> Result<bool, ReadError> {
        todo!()
    }
}
