//! Plugins: installing, switching and removing. Each makes a new revision of the catalogue; executions that run keep theirs.

mod change;
mod folder;
mod install;
mod quarantine;
mod switch;

use domain::code::code;
use domain::plugin::Installed;
use store::Page;

use crate::{App, AppError, Caller, Cursor, PageRequest};

pub use folder::{FolderReport, Refused};
pub use install::{Granted, Inspection};
pub(crate) use quarantine::Quarantines;
pub use switch::Switch;

impl App {
    /// Installed plugins by name, disabled ones included. Everybody may see what is installed: it is what pipelines are made of.
    #[must_use]
    pub fn plugins(&self, _: &Caller, page: &PageRequest) -> Page<Installed> {
        let catalog = self.inner.catalogs.current();
        let after = page.after.as_ref().map(|cursor| cursor.0.as_str()).unwrap_or_default();
        let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
        let mut items: Vec<Installed> = catalog
            .plugins()
            .values()
            .filter(|one| one.manifest.id.as_str() > after)
            .take(limit + 1)
            .cloned()
            .collect();
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(|last| Cursor(last.manifest.id.to_string()));
        Page { items, next }
    }

    /// One installed plugin.
    ///
    /// # Errors
    /// `plugin.unknown`.
    pub fn plugin(&self, _: &Caller, name: &str) -> Result<Installed, AppError> {
        let catalog = self.inner.catalogs.current();
        catalog.plugins().get(&name.into()).cloned().ok_or_else(|| unknown(name))
    }
}

fn unknown(name: &str) -> AppError {
    AppError::not_found(
        code("plugin.unknown"),
        format!("There is no plugin `{name}`; `GET /api/v1/plugins` lists them."),
    )
}
