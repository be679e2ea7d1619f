//! Presets: stage types that operators make of others (reference pipelines-and-stages.md §3.8, §3.9). Kept as one value of the
//! installation, and in memory: every start looks at them.

use std::sync::Arc;

use domain::code::code;
use domain::pipeline::preset::stage_pointer;
use domain::pipeline::{Preset, Presets};
use domain::plugin::Catalog;
use domain::principal::Principal;
use domain::{Params, Problem};
use serde_json::{Value, json};
use store::{Store, Write};

use crate::access::Attempt;
use crate::authorize::TeamPermission;
use crate::{App, AppError, Caller, ErrorClass};

/// Setting that holds them: `{revision, presets}`.
const SETTING: &str = "presets";

/// Reads what is stored. One that can no longer be read is left out, and said in the log.
pub(crate) async fn load(store: &Store) -> Result<Presets, AppError> {
    let stored = store.settings().get(SETTING).await?.unwrap_or_default();
    let documents = stored.get("presets").and_then(Value::as_array).cloned().unwrap_or_default();
    let read = documents.into_iter().filter_map(|document| {
        let preset = Preset::read(&Params::new(document));
        preset.inspect_err(|problems| tracing::error!(?problems, "a stored preset cannot be read")).ok()
    });
    let revision = stored.get("revision").and_then(Value::as_i64).unwrap_or_default();
    Ok(Presets::new(revision, read))
}

impl App {
    /// The presets in force.
    #[must_use]
    pub fn presets(&self) -> Arc<Presets> {
        self.inner.presets.load_full()
    }

    /// The preset with this type key.
    ///
    /// # Errors
    /// `preset.unknown`.
    pub fn preset(&self, kind: &str) -> Result<Preset, AppError> {
        self.presets().get(kind).cloned().ok_or_else(|| unknown(kind))
    }

    /// Makes or replaces a preset; true when it is new. Executions that run already keep what they began with.
    ///
    /// # Errors
    /// `access.denied` without `plugin.manage`; `preset.invalid`, `preset.type-taken` when a plugin offers that stage type,
    /// `pipeline.stage-type-unknown` when no plugin offers its target.
    pub async fn save_preset(&self, caller: &Caller, kind: &str, document: Params) -> Result<(Preset, bool), AppError> {
        let attempt = Attempt { action: "preset.save", noun: "preset", subject: kind };
        self.permit_team(caller, attempt, TeamPermission::PluginManage).await?;
        let preset = Preset::read(&document).map_err(|problems| AppError::invalid("The preset", problems))?;
        check(&preset, kind, &self.inner.catalogs.current())?;
        let _deciding = self.inner.deciding.of(SETTING).await;
        let others: Vec<Preset> = self.presets().all().filter(|other| other.kind != kind).cloned().collect();
        let is_new = others.len() == self.presets().all().count();
        self.keep_presets(caller, attempt, others.into_iter().chain([preset.clone()]).collect()).await?;
        Ok((preset, is_new))
    }

    /// Removes a preset. Pipelines that use it cannot be started until another offers its type.
    ///
    /// # Errors
    /// `access.denied` without `plugin.manage`, `preset.unknown`.
    pub async fn delete_preset(&self, caller: &Caller, kind: &str) -> Result<(), AppError> {
        let attempt = Attempt { action: "preset.delete", noun: "preset", subject: kind };
        self.permit_team(caller, attempt, TeamPermission::PluginManage).await?;
        let _deciding = self.inner.deciding.of(SETTING).await;
        self.preset(kind)?;
        let left = self.presets().all().filter(|other| other.kind != kind).cloned().collect();
        self.keep_presets(caller, attempt, left).await
    }

    async fn keep_presets(&self, caller: &Caller, attempt: Attempt<'_>, presets: Vec<Preset>) -> Result<(), AppError> {
        let presets = Presets::new(self.presets().revision + 1, presets);
        let documents: Vec<Value> = presets.all().map(|preset| preset.document.value().clone()).collect();
        let value = Params::new(json!({ "revision": presets.revision, "presets": documents }));
        let entry = self.entry(caller, attempt, Params::new(json!({ "via": caller.via() })));
        self.inner.store.write(vec![Write::Setting { key: SETTING.into(), value }, Write::Audit(entry)]).await?;
        self.inner.presets.store(Arc::new(presets));
        Ok(())
    }

    /// A document as it is validated and run: with its presets laid over the stages that use them.
    pub(crate) fn expanded(&self, document: &Params) -> Option<Params> {
        self.inner.presets.load().expand(document)
    }

    /// Refuses a start by somebody who may not use one of its presets.
    ///
    /// # Errors
    /// `access.denied`, with the stage.
    pub(crate) fn permit_presets(&self, document: &Params, principal: &Principal) -> Result<(), AppError> {
        let presets = self.inner.presets.load();
        let Some((index, preset)) = presets.used(document).find(|(_, preset)| !preset.allows(principal)) else {
            return Ok(());
        };
        self.inner.stats.denials.add();
        let message = format!(
            "`{}` may not use the stage type `{}`: it needs one of the roles {}.",
            principal.name,
            preset.kind,
            preset.write.join(", ")
        );
        let problem = Problem::at(stage_pointer(index, "type"), code("access.denied"), message.clone());
        Err(AppError { problems: vec![problem], ..AppError::new(ErrorClass::Denied, code("access.denied"), message) })
    }
}

fn check(preset: &Preset, kind: &str, catalog: &Catalog) -> Result<(), AppError> {
    let refuse = |pointer: &str, code, message: String| {
        Err(AppError::invalid("The preset", vec![Problem::at(pointer, code, message)]))
    };
    if preset.kind != kind {
        let message = format!("`type` is `{}`, but the path says `{kind}`; make them equal.", preset.kind);
        return refuse("/type", code("preset.invalid"), message);
    }
    if catalog.find_stage(kind, None).is_some() {
        let message = format!("A plugin offers the stage type `{kind}` already; choose another name.");
        return refuse("/type", code("preset.type-taken"), message);
    }
    if catalog.find_stage(&preset.target, None).is_none() {
        let message = format!("No plugin offers `{}`, which the preset is made of; install one.", preset.target);
        return refuse("/target", code("pipeline.stage-type-unknown"), message);
    }
    Ok(())
}

fn unknown(kind: &str) -> AppError {
    AppError::not_found(code("preset.unknown"), format!("There is no preset with the type `{kind}`."))
}
