//! Components in quarantine: kept in the store, so that a restart releases nothing, and asked for by every step.

use std::sync::Arc;

use arc_swap::ArcSwap;
use domain::code::code;
use domain::plugin::{Installed, Quarantine, Quarantined};
use domain::{Digest, Failure, Params};
use store::{Store, Write};
use tokio::sync::watch;

use crate::access::Attempt;
use crate::authorize::TeamPermission;
use crate::{App, AppError, Caller, ErrorClass};

/// Setting that remembers it.
const REMEMBERED: &str = "quarantine";

/// The quarantine as this process knows it.
pub(crate) struct Quarantines {
    current: ArcSwap<Quarantine>,
    changes: watch::Sender<u64>,
}

impl Quarantines {
    /// As the store remembers it.
    ///
    /// # Errors
    /// The store cannot be read.
    pub(crate) async fn load(store: &Store) -> Result<Quarantines, AppError> {
        let current = match store.settings().get(REMEMBERED).await? {
            None => Quarantine::default(),
            Some(stored) => serde_json::from_str(stored.text()).map_err(|error| damaged(&error))?,
        };
        Ok(Quarantines { current: ArcSwap::from_pointee(current), changes: watch::Sender::new(0) })
    }
}

impl App {
    /// Why the component `digest` is not called for now; absent when it is.
    #[must_use]
    pub fn quarantined(&self, digest: &Digest) -> Option<Failure> {
        let quarantine = self.inner.quarantine.current.load();
        if quarantine.held.is_empty() { None } else { quarantine.reason(digest) }
    }

    /// The component that counts for executions pinned to `digest`: itself, unless it was released from quarantine in favour of another.
    #[must_use]
    pub fn digest_in_force(&self, digest: &Digest) -> Digest {
        self.inner.quarantine.current.load().in_force(digest).clone()
    }

    /// Components in quarantine.
    #[must_use]
    pub fn quarantine(&self) -> Arc<Quarantine> {
        self.inner.quarantine.current.load_full()
    }

    /// Tells of every change of the quarantine.
    #[must_use]
    pub fn quarantine_changes(&self) -> watch::Receiver<u64> {
        self.inner.quarantine.changes.subscribe()
    }

    /// Puts a component into quarantine; one that is in it stays as it is.
    ///
    /// # Errors
    /// The store cannot be written.
    pub async fn put_in_quarantine(&self, digest: &Digest, evidence: Quarantined) -> Result<(), AppError> {
        let _deciding = self.inner.deciding.of(REMEMBERED).await;
        let mut quarantine = Quarantine::clone(&self.quarantine());
        if quarantine.held.contains_key(digest) {
            return Ok(());
        }
        let plugin = evidence.plugin.clone();
        let details = Params::new(serde_json::json!({ "digest": digest.as_str(), "evidence": evidence }));
        quarantine.held.insert(digest.clone(), evidence);
        let attempt = Attempt { action: "plugin.quarantine", noun: "plugin", subject: plugin.as_str() };
        self.keep(&Caller::system(), attempt, quarantine, details).await
    }

    /// Lets a plugin be called again. What waited goes on with the version in force, or with its own where that is the one in force.
    /// Returns the plugin as it is installed; nothing where it was removed meanwhile.
    ///
    /// # Errors
    /// `access.denied` without `plugin.manage`, `plugin.unknown`, `plugin.not-quarantined`.
    pub async fn release_plugin(&self, caller: &Caller, name: &str) -> Result<Option<Installed>, AppError> {
        let attempt = Attempt { action: "plugin.release", noun: "plugin", subject: name };
        self.permit_team(caller, attempt, TeamPermission::PluginManage).await?;
        let _deciding = self.inner.deciding.of(REMEMBERED).await;
        let installed = self.inner.catalogs.current().plugins().get(&name.into()).cloned();
        let mut quarantine = Quarantine::clone(&self.quarantine());
        let current = installed.as_ref().map(|installed| &installed.digest);
        let released = quarantine.release(&name.into(), current);
        if released.is_empty() {
            let installed = installed.ok_or_else(|| super::unknown(name))?;
            let message = format!(
                "No version of `{}` is in quarantine, so there is nothing to release; `mainsheet plugin show {name}` says how it stands.",
                installed.manifest.id
            );
            return Err(AppError::conflict(code("plugin.not-quarantined"), message));
        }
        let details = Params::new(serde_json::json!({
            "released": released.iter().map(Digest::as_str).collect::<Vec<&str>>(),
            "goesOnWith": current.map(Digest::as_str), "via": caller.via(),
        }));
        self.keep(caller, attempt, quarantine, details).await?;
        Ok(installed)
    }

    async fn keep(
        &self,
        caller: &Caller,
        attempt: Attempt<'_>,
        quarantine: Quarantine,
        details: Params,
    ) -> Result<(), AppError> {
        let value = Params::new(serde_json::json!(quarantine));
        let entry = self.entry(caller, attempt, details);
        self.inner.store.write(vec![Write::Setting { key: REMEMBERED.into(), value }, Write::Audit(entry)]).await?;
        self.inner.quarantine.current.store(Arc::new(quarantine));
        self.inner.quarantine.changes.send_modify(|number| *number += 1);
        Ok(())
    }
}

fn damaged(error: &serde_json::Error) -> AppError {
    let message = format!("What the store remembers of the quarantine is not understood: {error}.");
    AppError::new(ErrorClass::Internal, code("store.failed"), message)
}
