//! Who is told of what happens in an application, whatever its pipelines say (reference pipelines-and-stages.md §2.14).

use std::sync::Arc;

use domain::id::ApplicationName;
use domain::notification::{Notification, of_application};

use crate::{App, AppError};

impl App {
    /// Entries of the application's document, kept in memory: every start and every end asks for them.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn notifications_of(&self, application: &ApplicationName) -> Result<Arc<Vec<Notification>>, AppError> {
        let key = application.as_str().to_ascii_lowercase();
        if let Some(known) = self.inner.notifications.get(&key) {
            return Ok(known);
        }
        let generation = self.inner.notifications.generation();
        let found = self.inner.store.applications().get(application).await?;
        let entries = Arc::new(found.map(|found| of_application(&found.document)).unwrap_or_default());
        self.inner.notifications.fill(generation, key, Arc::clone(&entries));
        Ok(entries)
    }

    /// Address of the console, without a slash at its end; empty where nobody said.
    #[must_use]
    pub fn console(&self) -> &str {
        self.inner.config.console.trim_end_matches('/')
    }
}
