//! The logic of stages and providers linked natively: the same code as the components, without the sandbox.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use domain::operation::OperationKey;
use domain::stage::request::OperationRequest;
use domain::stage::{Renewal, Verdict};
use domain::{Failure, FailureClass, Params, StageId, Timestamp, code::code};
use mainsheet_sdk::provider::{OperationCall, Progress, ProviderPlugin, Wake};
use mainsheet_sdk::stage::StagePlugin;
use scheduler::{Fault, View, inputs};

use super::convert;

/// Every stage plugin and provider that scenarios use.
pub struct Native {
    stages: Vec<StagePlugin>,
    idle: ProviderPlugin,
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
            guest_scripted::plugin(),
        ];
        Native { stages, idle: guest_idle::plugin() }
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

    /// What an operation of the provider `idle` comes to, and after how many milliseconds.
    ///
    /// # Errors
    /// Another provider: scenarios against `decide` have only this one.
    pub fn operate(&self, key: &OperationKey, request: &OperationRequest) -> Result<(i64, Result<Params, Failure>)> {
        if request.provider.as_deref() != Some("idle") {
            bail!("scenarios against `decide` know the provider `idle` only, not {:?}", request.provider);
        }
        let mut call = OperationCall {
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
        let mut waited = 0;
        for _ in 0..1_000 {
            match self.idle.operate(call.clone()) {
                Ok(Progress::Done(value)) => return Ok((waited, Ok(Params::new(value)))),
                Err(failure) => return Ok((waited, Err(convert::failure(failure)))),
                Ok(Progress::Again { checkpoint, wakes, .. }) => {
                    let after = wakes.iter().find_map(|wake| match wake {
                        Wake::After(millis) => Some(i64::from(*millis)),
                        Wake::Changed(_) => None,
                    });
                    waited += after.context("an operation that nothing wakes")?;
                    call.checkpoint = Some(checkpoint);
                }
            }
        }
        bail!("the operation never ends")
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
