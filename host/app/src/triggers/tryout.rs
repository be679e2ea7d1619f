//! Trying a pipeline's triggers on a payload: which would fire, with what, and why the others would not. Nothing is started or recorded.

use domain::code::{Code, code};
use domain::params::{Params, Value};
use domain::pipeline::definition::TriggerDefinition;
use domain::plugin::Installed;
use domain::plugin::call::Heard;
use domain::plugin::manifest::TriggerOffer;
use domain::trigger::identity;
use domain::{Timestamp, pipeline::Pipeline};
use store::ConfiguredTrigger;

use super::dates::probe;
use super::plugin::{fault, scope, secrets, unknown_type};
use super::{Delivery, plugin};
use crate::access::Attempt;
use crate::authorize::Action;
use crate::{App, AppError, Caller};

/// Dates that are told of a trigger.
const DATES: usize = 5;

/// What to try.
#[derive(Clone, Debug, Default)]
pub struct Sample {
    /// Only triggers of this type; absent: all.
    pub kind: Option<String>,
    /// Source that the request would be sent to; absent: each trigger's own.
    pub source: Option<String>,
    /// Body of the request, or the host event.
    pub payload: Params,
    /// Headers of the request.
    pub headers: Vec<(String, String)>,
}

/// What came of one trigger.
#[derive(Clone, Debug)]
pub struct Tried {
    /// Its position in the document.
    pub index: usize,
    /// Its type.
    pub kind: String,
    /// What it would start with; or the code and sentence of why it would not.
    pub result: Result<WouldStart, (Code, String)>,
    /// Its next dates.
    pub dates: Vec<Timestamp>,
}

/// An execution that would be started.
#[derive(Clone, Debug)]
pub struct WouldStart {
    /// The execution's trigger, parameters and artifacts in it.
    pub trigger: Params,
    /// Why it would fail at once.
    pub fails: Option<String>,
}

impl App {
    /// Tries the triggers of a pipeline on a sample.
    ///
    /// # Errors
    /// `pipeline.unknown`, `access.denied` without READ; trouble of the server's own.
    pub async fn try_triggers(
        &self,
        caller: &Caller,
        application: Option<&str>,
        pipeline: &str,
        sample: &Sample,
    ) -> Result<Vec<Tried>, AppError> {
        let known = match application {
            Some(application) => {
                self.acl(&application.into()).await?;
                self.known_in(&application.into(), pipeline).await?
            }
            None => self.known(&pipeline.into()).await?,
        };
        let subject = known.pipeline.id.as_str();
        let attempt = Attempt { action: "trigger.test", noun: "pipeline", subject };
        self.permit(caller, attempt, Action::Read, &known.pipeline.application).await?;
        let definition = &known.read.0;
        let wanted = |trigger: &&TriggerDefinition| sample.kind.as_ref().is_none_or(|kind| *kind == trigger.kind);
        let mut tried = Vec::new();
        for trigger in definition.triggers.iter().filter(wanted) {
            let configured = configured(&known.pipeline, definition.disabled, trigger);
            tried.push(self.try_one(trigger, &configured, sample).await?);
        }
        Ok(tried)
    }

    async fn try_one(
        &self,
        trigger: &TriggerDefinition,
        configured: &ConfiguredTrigger,
        sample: &Sample,
    ) -> Result<Tried, AppError> {
        let catalog = self.inner.catalogs.current();
        let (index, kind) = (trigger.index, trigger.kind.clone());
        let tried = |result| Tried { index, kind: trigger.kind.clone(), result, dates: Vec::new() };
        let Some((installed, offer)) = catalog.find_trigger(&kind) else {
            let AppError { code, message, .. } = unknown_type(&kind);
            return Ok(tried(Err((code, message))));
        };
        let mut result = match self.sample_event((installed, offer), configured, sample).await {
            Err(error) => Err((error.code, error.message)),
            Ok(heard) => self.would_start(configured, &heard).await?,
        };
        if result.is_ok() && !trigger.enabled {
            let message = "The trigger is not enabled: it fits, and would start nothing.".to_owned();
            result = Err((code("trigger.disabled"), message));
        }
        let dates = if offer.dates { self.next_dates(configured).await? } else { Vec::new() };
        Ok(Tried { dates, ..tried(result) })
    }

    /// The event that the sample would become for this trigger.
    async fn sample_event(
        &self,
        (installed, offer): (&Installed, &TriggerOffer),
        trigger: &ConfiguredTrigger,
        sample: &Sample,
    ) -> Result<Heard, AppError> {
        if offer.dates {
            return Ok(probe(self.inner.environment.as_ref(), &self.inner.config.triggers.zone));
        }
        if !offer.hooks {
            let source =
                offer.source.iter().map(|key| (key.as_str(), trigger.config.get(key).cloned().unwrap_or_default()));
            let (source, payload) = (Params::from_members(source), sample.payload.clone());
            return Ok(Heard { key: "test".into(), source, verified: Vec::new(), payload, occurred: None });
        }
        let own = trigger.config.get("source").and_then(Value::as_str).unwrap_or_default();
        let source = sample.source.clone().unwrap_or_else(|| own.to_owned());
        let delivery = Delivery {
            path: format!("/webhooks/{}/{source}", trigger.kind),
            kind: trigger.kind.clone(),
            source,
            method: "POST".into(),
            query: String::new(),
            headers: sample.headers.iter().map(|(name, value)| (name.to_lowercase(), value.clone())).collect(),
            body: sample.payload.text().as_bytes().to_vec(),
        };
        let hook = self.hook(delivery, secrets(std::iter::once(&trigger.config)));
        let reply = self.inner.runtime.hear(&scope(installed), hook).await.map_err(fault)?.map_err(plugin::refused)?;
        reply.events.into_iter().next().ok_or_else(|| {
            let message = "The plugin takes this request for no event; nothing would be recorded.";
            AppError::not_found(code("trigger.no-event"), message)
        })
    }

    async fn would_start(
        &self,
        trigger: &ConfiguredTrigger,
        heard: &Heard,
    ) -> Result<Result<WouldStart, (Code, String)>, AppError> {
        let answers = self.matches(&trigger.kind, std::slice::from_ref(trigger), heard).await;
        let answer = match answers {
            Ok(answers) => answers.into_iter().next(),
            Err(error) => return Ok(Err((error.code, error.message))),
        };
        Ok(match answer {
            None => Err((code("trigger.unanswered"), "The plugin did not answer for this trigger.".to_owned())),
            Some(Err(failure)) => Err((failure.code, failure.message)),
            Some(Ok(payload)) => match self.start_triggered(&trigger.kind, trigger, payload, heard).await {
                Ok(new) => Ok(WouldStart { trigger: new.execution.trigger, fails: new.refused }),
                Err(error) => Err((error.code, error.message)),
            },
        })
    }

    async fn next_dates(&self, trigger: &ConfiguredTrigger) -> Result<Vec<Timestamp>, AppError> {
        let (mut dates, mut at) = (Vec::new(), self.inner.environment.now());
        while dates.len() < DATES
            && let Some(next) = self.next_date(trigger, at).await?
        {
            dates.push(next);
            at = next;
        }
        Ok(dates)
    }
}

/// A trigger of a document, as if it were enabled.
fn configured(pipeline: &Pipeline, disabled: bool, trigger: &TriggerDefinition) -> ConfiguredTrigger {
    ConfiguredTrigger {
        id: identity(&trigger.config),
        kind: trigger.kind.clone(),
        pipeline: pipeline.id.clone(),
        application: pipeline.application.clone(),
        disabled,
        index: trigger.index,
        config: trigger.config.clone(),
        since: pipeline.updated,
        fired: None,
    }
}
