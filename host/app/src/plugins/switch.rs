//! Enabling, disabling, rolling back and removing an installed plugin.

use domain::code::code;
use domain::plugin::{Catalog, Installed};
use domain::{Digest, Params};
use store::CatalogEntry;

use super::change::{Changed, entries, entry};
use super::install::{check_grants, check_taken};
use crate::access::Attempt;
use crate::authorize::TeamPermission;
use crate::{App, AppError, Caller};

/// What is done to an installed plugin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// New executions find it again.
    Enable,
    /// New executions do not find it.
    Disable,
    /// The component before it is in force again.
    Rollback,
    /// It leaves the catalogue.
    Remove,
}

impl App {
    /// Switches a plugin: a new revision of the catalogue. What is so already stays as it is. Returns the plugin as it is now;
    /// nothing after a removal.
    ///
    /// # Errors
    /// `plugin.unknown`, `plugin.nothing-before`, `plugin.grants-missing`, `plugin.type-taken`, `access.denied`.
    pub async fn switch_plugin(
        &self,
        caller: &Caller,
        name: &str,
        switch: Switch,
    ) -> Result<Option<Installed>, AppError> {
        let action = match switch {
            Switch::Enable => "plugin.enable",
            Switch::Disable => "plugin.disable",
            Switch::Rollback => "plugin.rollback",
            Switch::Remove => "plugin.remove",
        };
        let attempt = Attempt { action, noun: "plugin", subject: name };
        self.permit_team(caller, attempt, TeamPermission::PluginManage).await?;
        let before = self.plugin(caller, name)?;
        if let (Switch::Rollback, Some(previous)) = (switch, &before.previous) {
            let manifest = self.inner.catalogs.manifest(previous).await?;
            check_grants(&manifest, &before.granted)?;
            check_taken(&manifest, &self.inner.catalogs.current())?;
        }
        let catalog = self.change_catalog(caller, attempt, |catalog| changed(catalog, name, switch)).await?;
        Ok(catalog.plugins().get(&name.into()).cloned())
    }
}

fn changed(catalog: &Catalog, name: &str, switch: Switch) -> Result<Option<Changed>, AppError> {
    let before = catalog.plugins().get(&name.into()).ok_or_else(|| super::unknown(name))?;
    let now: Option<CatalogEntry> = match switch {
        Switch::Enable if before.enabled => return Ok(None),
        Switch::Disable if !before.enabled => return Ok(None),
        Switch::Enable => {
            check_taken(&before.manifest, catalog)?;
            Some(CatalogEntry { enabled: true, ..entry(before) })
        }
        Switch::Disable => Some(CatalogEntry { enabled: false, ..entry(before) }),
        Switch::Rollback => Some(rolled_back(before)?),
        Switch::Remove => None,
    };
    let digest = now.as_ref().map_or(&before.digest, |now| &now.digest);
    let details = Params::new(serde_json::json!({ "digest": digest.as_str(), "version": before.manifest.version }));
    let mut entries = entries(catalog);
    entries.retain(|other| other.name.as_str() != name);
    entries.extend(now);
    Ok(Some(Changed { entries, with: Vec::new(), details }))
}

/// Rolling back twice is back where it was.
fn rolled_back(before: &Installed) -> Result<CatalogEntry, AppError> {
    let previous: Digest = before.previous.clone().ok_or_else(|| {
        let message = format!("There was nothing before this version of `{}`.", before.manifest.id);
        AppError::conflict(code("plugin.nothing-before"), message)
    })?;
    Ok(CatalogEntry { digest: previous, previous: Some(before.digest.clone()), enabled: true, ..entry(before) })
}
