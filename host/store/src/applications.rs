//! Applications. Names are compared without regard to the case of ASCII letters.

use domain::application::Application;
use domain::id::ApplicationName;

use crate::{Cursor, Page, ReadError, Store};

/// Reads applications.
pub struct Applications<'s> {
    pub(crate) store: &'s Store,
}

impl Applications<'_> {
    /// The application of that name.
    pub async fn get(&self, name: &ApplicationName) -> Result<Option<Application>, ReadError> {
        let _ = (self.store, name);
        todo!()
    }

    /// Applications by name.
    pub async fn list(&self, cursor: Option<&Cursor>, limit: u32) -> Result<Page<Application>, ReadError> {
        let _ = (cursor, limit);
        todo!()
    }
}
