//! The logic of stages and providers linked natively: the same code as the components, without the sandbox.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use domain::operation::OperationKey;
use domain::stage::request::{OperationRequest, QueryRequest};
use domain::stage::{Renewal, Verdict};
use domain::{Failure, FailureClass, Params, StageId, Timestamp, code::code};
use mainsheet_sdk::provider::{OperationCall, Progress, ProviderPlugin, QueryCall, Wake};
use mainsheet_sdk::stage::StagePlugin;
use scheduler::{Fault, View, inputs};

use super::convert;

/// Every stage plugin and provider that scenarios use.
pub struct Native {
    stages: Vec<StagePlugin>,
    providers: Vec<ProviderPlugin>,
}

/// An operation under way: how it is called next.
pub struct Operating {
    call: OperationCall,
    provider: usize,
    pace: i64,
}

/// What a call of an operation comes to.
pub enum Called {
    /// It has its outcome.
    Ended(Result<Params, Failure>),
    /// It wants to be called again after so many milliseconds.
    Again(i64),
}

impl Native {
    /// All of them.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "what it holds is decided here, not defaulted")]
    pub fn new() -> Native {
        let stages = vec![
            stage_wait::plugin(),
            stage_manual_judgment::plugin(),
            stage_webhook::plugin(),
            stage_pipeline::plugin(),
            stage_check_preconditions::plugin(),
            stage_ci_build::plugin(),
            stage_evaluate_artifacts::plugin(),
            stage_evaluate_variables::plugin(),
            stage_find_artifact_from_execution::plugin(),
            stage_save_pipelines_from_artifact::plugin(),
            stage_wait_for_condition::plugin(),
            guest_scripted::plugin(),
        ];
        Native { stages, providers: vec![guest_idle::plugin(), provider_http::plugin(), provider_jenkins::plugin()] }
    }

    /// Default timeouts by stage type, from the manifests.
    #[must_use]
    pub fn timeouts(&self) -> BTreeMap<String, i64> {
        let mut timeouts = BTreeMap::new();
        for manifest in self.stages.iter().map(StagePlugin::describe) {
            for stage in manifest.get("stages").and_then(|all| all.as_array()).into_iter().flatten() {
                if let (Some(kind), Some(timeout)) = (
                    stage.get("type").and_then(|kind| kind.as_str()),
                    stage.get("timeout").and_then(serde_json::Value::as_f64),
                ) {
                    timeouts.insert(kind.to_owned(), Timestamp::from_f64(timeout).0);
                }
            }
        }
        timeouts
    }

    /// What a restart does to the keys of each stage, from the manifests.
    #[must_use]
    pub fn renewals(&self, view: &View) -> BTreeMap<StageId, Renewal> {
        let manifests: Vec<_> = self.stages.iter().map(StagePlugin::describe).collect();
        let offers = manifests.iter().filter_map(|manifest| manifest.get("stages")?.as_array()).flatten();
        let drops: BTreeMap<&str, Vec<String>> = offers
            .filter_map(|offer| {
                let drop = offer.get("restart")?.get("drop")?.as_array()?;
                let keys = drop.iter().filter_map(|key| key.as_str().map(str::to_owned)).collect();
                Some((offer.get("type")?.as_str()?, keys))
            })
            .collect();
        let renewal = |stage: &domain::stage::Stage| {
            let drop = drops.get(stage.kind.as_str())?.clone();
            Some((stage.id.clone(), Renewal { drop, fresh: Params::null() }))
        };
        view.stages.iter().filter_map(renewal).collect()
    }

    /// Steps the stage at `position`.
    ///
    /// # Errors
    /// No plugin has the type: a fault, as the server would have it.
    pub fn step(&self, view: &View, position: usize, now: Timestamp) -> Result<Verdict, Fault> {
        let fault = |message: String| Fault {
            failure: Failure::new(FailureClass::Internal, code("scenario.no-logic"), message),
            retryable: false,
        };
        let kind = view.stages[position].kind.as_str();
        let plugin = self.stages.iter().find(|plugin| plugin.kinds().contains(&kind));
        let plugin = plugin.ok_or_else(|| fault(format!("no native logic for `{kind}`")))?;
        let reads = reads(plugin, kind);
        let turn = inputs::turn(view, position, &reads, now).ok_or_else(|| fault("not running".into()))?;
        Ok(convert::verdict(plugin.step(convert::turn(&turn))))
    }

    /// JSON pointers of the configuration that stages of this type evaluate themselves.
    #[must_use]
    pub fn deferred(&self, kind: &str) -> Vec<String> {
        let manifests = self.stages.iter().map(StagePlugin::describe);
        let mut stages = manifests.filter_map(|manifest| manifest.get("stages")?.as_array().cloned()).flatten();
        let stage = stages.find(|stage| stage.get("type").and_then(|known| known.as_str()) == Some(kind));
        let schema = stage.and_then(|stage| stage.get("schema").cloned()).unwrap_or_default();
        domain::plugin::manifest::deferred(&Params::new(schema))
    }

    /// Begins an operation.
    ///
    /// # Errors
    /// A provider that scenarios against `decide` do not have.
    pub fn begin(&self, key: &OperationKey, request: &OperationRequest) -> Result<Operating> {
        let name = request.provider.as_deref().unwrap_or_default();
        let call = OperationCall {
            kind: request.kind.clone(),
            input: request.input.value().clone(),
            idempotency_key: key.idempotency_key(),
            meta: mainsheet_sdk::Meta::default(),
            account: None,
            repeated: false,
            dry_run: false,
            checkpoint: None,
            cancelling: false,
        };
        Ok(Operating { call, provider: self.provider(name)?, pace: request.pace.unwrap_or(0) })
    }

    /// Calls an operation.
    ///
    /// # Errors
    /// It waits for what nothing in a scenario wakes.
    pub fn operate(&self, operating: &mut Operating, cancelling: bool, now: Timestamp) -> Result<Called> {
        operating.call.cancelling = cancelling;
        operating.call.meta.now = now.as_f64();
        Ok(match self.providers[operating.provider].operate(operating.call.clone()) {
            Ok(Progress::Done(value)) => Called::Ended(Ok(Params::new(value))),
            Err(failure) => Called::Ended(Err(convert::failure(failure))),
            Ok(Progress::Again { checkpoint, wakes, .. }) => {
                let after = wakes.iter().find_map(|wake| match wake {
                    Wake::After(millis) => Some(i64::from(*millis)),
                    Wake::Changed(_) => None,
                });
                operating.call.checkpoint = Some(checkpoint);
                Called::Again(after.context("an operation that nothing wakes")?.max(operating.pace))
            }
        })
    }

    /// Asks a provider.
    ///
    /// # Errors
    /// A provider that scenarios against `decide` do not have.
    pub fn query(&self, request: &QueryRequest) -> Result<Result<Params, Failure>> {
        let provider = self.provider(request.provider.as_deref().unwrap_or_default())?;
        let answer = self.providers[provider].read(QueryCall {
            meta: mainsheet_sdk::Meta::default(),
            account: None,
            kind: request.kind.clone(),
            input: request.input.value().clone(),
            max_age: request.max_age,
        });
        Ok(answer.map(Params::new).map_err(convert::failure))
    }

    fn provider(&self, name: &str) -> Result<usize> {
        let provides = |provider: &ProviderPlugin| {
            provider.describe().get("provider").and_then(|known| known.as_str()) == Some(name)
        };
        let found = self.providers.iter().position(provides);
        found.with_context(|| format!("scenarios against `decide` have no provider {name:?}"))
    }
}

/// What the stage type reads of its ancestors, from the manifest.
fn reads(plugin: &StagePlugin, kind: &str) -> Vec<String> {
    let manifest = plugin.describe();
    let offers = manifest.get("stages").and_then(|all| all.as_array());
    let offer =
        offers.into_iter().flatten().find(|offer| offer.get("type").and_then(|kind| kind.as_str()) == Some(kind));
    let keys = offer.and_then(|offer| offer.get("reads")?.as_array());
    keys.into_iter().flatten().filter_map(|key| key.as_str().map(str::to_owned)).collect()
}
