//! Installing a component: what it says of itself, what it wants, and whether it may have that.

use bytes::Bytes;
use domain::code::code;
use domain::plugin::{Catalog, Grants, Installed, Manifest};
use domain::{Digest, Params, Problem};
use store::{CatalogEntry, Write};

use super::change::{Changed, entries};
use crate::access::Attempt;
use crate::authorize::TeamPermission;
use crate::{App, AppError, Caller, ErrorClass, schema};

/// Largest component that is taken.
const LARGEST: usize = 64 << 20;

/// What the operator grants with an install.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Granted {
    /// Whatever the manifest wants; the operator has read it.
    Wanted,
    /// Exactly this.
    These(Grants),
    /// What it had before; nothing where it is new.
    AsBefore,
}

/// What a component is, without installing it.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// Its digest.
    pub digest: Digest,
    /// What it says of itself.
    pub manifest: Manifest,
    /// What it wants and would not have; empty when it can be installed.
    pub missing: Vec<String>,
}

impl App {
    /// Reads, compiles and describes a component without installing it.
    ///
    /// # Errors
    /// `access.denied` without `plugin.manage`, `plugin.too-large`, and what the runtime refuses, in its own words.
    pub async fn inspect_plugin(
        &self,
        caller: &Caller,
        bytes: Bytes,
        granted: Granted,
    ) -> Result<Inspection, AppError> {
        let digest = Digest::of(&bytes);
        let attempt = Attempt { action: "plugin.inspect", noun: "component", subject: digest.as_str() };
        self.permit_team(caller, attempt, TeamPermission::PluginManage).await?;
        let manifest = self.describe(bytes).await?;
        let catalog = self.inner.catalogs.current();
        let missing = manifest.grants.missing_from(&resolve(&granted, &manifest, &catalog));
        Ok(Inspection { digest, manifest, missing })
    }

    /// Installs a component and grants it what `granted` says: a new revision of the catalogue. The same component with the same
    /// grants is left as it is.
    ///
    /// # Errors
    /// As [`App::inspect_plugin`], and `plugin.grants-missing` with what it wants, `plugin.type-taken`, `plugin.schema-invalid`.
    pub async fn install_plugin(&self, caller: &Caller, bytes: Bytes, granted: Granted) -> Result<Installed, AppError> {
        let digest = Digest::of(&bytes);
        let attempt = Attempt { action: "plugin.install", noun: "component", subject: digest.as_str() };
        self.permit_team(caller, attempt, TeamPermission::PluginManage).await?;
        let manifest = self.describe(bytes.clone()).await?;
        check_schemas(&manifest)?;
        let (name, attempt) =
            (manifest.id.clone(), Attempt { noun: "plugin", subject: manifest.id.as_str(), ..attempt });
        let catalog = self
            .change_catalog(caller, attempt, |catalog| {
                let granted = resolve(&granted, &manifest, catalog);
                check_grants(&manifest, &granted)?;
                check_taken(&manifest, catalog)?;
                Ok(self.installed(catalog, &manifest, &digest, granted, &bytes))
            })
            .await?;
        catalog.plugins().get(&name).cloned().ok_or_else(|| super::unknown(name.as_str()))
    }

    /// The catalogue with this component in it; nothing where it is in it already.
    fn installed(
        &self,
        catalog: &Catalog,
        manifest: &Manifest,
        digest: &Digest,
        granted: Grants,
        bytes: &Bytes,
    ) -> Option<Changed> {
        let before = catalog.plugins().get(&manifest.id);
        if before.is_some_and(|before| before.digest == *digest && before.granted == granted && before.enabled) {
            return None;
        }
        let at = self.inner.environment.now();
        let previous = match before {
            Some(before) if before.digest == *digest => before.previous.clone(),
            before => before.map(|before| before.digest.clone()),
        };
        let details = Params::new(serde_json::json!({
            "digest": digest.as_str(), "version": manifest.version, "granted": granted,
            "previous": previous.as_ref().map(Digest::as_str),
        }));
        let entry = CatalogEntry {
            name: manifest.id.clone(),
            digest: digest.clone(),
            granted,
            enabled: true,
            previous,
            installed: at,
        };
        let mut entries = entries(catalog);
        entries.retain(|other| other.name != manifest.id);
        entries.push(entry);
        let component =
            Write::Component { digest: digest.clone(), bytes: bytes.to_vec(), manifest: manifest.clone(), at };
        Some(Changed { entries, with: vec![component], details })
    }

    async fn describe(&self, bytes: Bytes) -> Result<Manifest, AppError> {
        if bytes.len() > LARGEST {
            let message = format!("The component has {} bytes; at most {LARGEST} are taken.", bytes.len());
            return Err(AppError::new(ErrorClass::TooLarge, code("plugin.too-large"), message));
        }
        Ok(self.inner.runtime.inspect(&bytes).await?.manifest)
    }
}

fn resolve(granted: &Granted, manifest: &Manifest, catalog: &Catalog) -> Grants {
    match granted {
        Granted::Wanted => manifest.grants.clone(),
        Granted::These(grants) => grants.clone(),
        Granted::AsBefore => {
            catalog.plugins().get(&manifest.id).map(|before| before.granted.clone()).unwrap_or_default()
        }
    }
}

/// Refuses what wants more than it was given: it would fail later, where nobody looks.
pub(super) fn check_grants(manifest: &Manifest, granted: &Grants) -> Result<(), AppError> {
    let missing = manifest.grants.missing_from(granted);
    if missing.is_empty() {
        return Ok(());
    }
    let message = format!(
        "`{}` wants what it was not granted: {}. Read what it is for, and grant it with the install.",
        manifest.id,
        missing.join(", ")
    );
    Err(AppError::new(ErrorClass::Invalid, code("plugin.grants-missing"), message))
}

/// Refuses what offers the same as another enabled plugin: which of the two would run, nobody could tell.
pub(super) fn check_taken(manifest: &Manifest, catalog: &Catalog) -> Result<(), AppError> {
    for other in catalog.plugins().values().filter(|other| other.enabled && other.manifest.id != manifest.id) {
        let taken = taken(manifest, &other.manifest);
        if let Some(taken) = taken {
            let message = format!("`{}` offers {taken} already; disable or remove it first.", other.manifest.id);
            return Err(AppError::conflict(code("plugin.type-taken"), message));
        }
    }
    Ok(())
}

fn taken(new: &Manifest, other: &Manifest) -> Option<String> {
    let keys = |manifest: &Manifest| -> Vec<(String, Option<String>)> {
        let of = |stage: &domain::plugin::manifest::StageOffer| {
            let provider = stage.provider.clone();
            let all = std::iter::once(&stage.kind).chain(&stage.aliases).cloned();
            all.map(move |key| (key, provider.clone())).collect::<Vec<_>>()
        };
        manifest.stages.iter().flat_map(of).collect()
    };
    let known = keys(other);
    if let Some((key, _)) = keys(new).into_iter().find(|key| known.contains(key)) {
        return Some(format!("the stage type `{key}`"));
    }
    if let Some(provider) = new.provider.as_ref().filter(|name| other.provider.as_ref() == Some(name)) {
        return Some(format!("the provider `{provider}`"));
    }
    let heard = new.triggers.iter().find(|trigger| other.triggers.iter().any(|known| known.kind == trigger.kind))?;
    Some(format!("the trigger type `{}`", heard.kind))
}

/// A schema that cannot be used would make every configuration wrong, or right.
fn check_schemas(manifest: &Manifest) -> Result<(), AppError> {
    let stages = manifest.stages.iter().enumerate().map(|(i, stage)| (format!("/stages/{i}/schema"), &stage.schema));
    let operations = manifest
        .operations
        .iter()
        .enumerate()
        .map(|(i, operation)| (format!("/operations/{i}/schema"), &operation.schema));
    let queries = manifest.queries.iter().enumerate().map(|(i, query)| (format!("/queries/{i}/schema"), &query.schema));
    let triggers =
        manifest.triggers.iter().enumerate().map(|(i, trigger)| (format!("/triggers/{i}/schema"), &trigger.schema));
    let problems: Vec<Problem> = stages
        .chain(operations)
        .chain(queries)
        .chain(triggers)
        .filter_map(|(pointer, schema)| {
            let message = schema::compile(schema).err()?;
            Some(Problem::at(pointer, code("plugin.schema-invalid"), format!("The schema cannot be used: {message}.")))
        })
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(AppError::invalid("The manifest", problems)) }
}
