//! The decision on an event: recorded with its reasons and its starts, in one unit.

use std::collections::BTreeMap;

use domain::code::{Code, code};
use domain::environment::uuid;
use domain::id::{ExecutionId, PipelineId};
use domain::params::{Params, Value};
use domain::plugin::call::{Heard, Payload};
use domain::trigger::{TriggerEvent, TriggerOutcome};
use domain::{Failure, FailureClass};
use store::{ConfiguredTrigger, NewExecution, RecordedEvent, Write, WriteError};

use super::events::FORGET_EVERY;
use super::plugin::{fault, scope, unknown_type};
use crate::access::Attempt;
use crate::admission::Admission;
use crate::artifacts::with_artifacts;
use crate::authorize::{Action, Resource, authorize, managed_identity};
use crate::children::DEEPEST;
use crate::{App, AppError, Caller, ErrorClass, Via};

/// `user` of executions that no person started (reference pipelines-and-stages.md §1.5).
const ANONYMOUS: &str = "[anonymous]";
/// Most bytes of a delivery key.
const LONGEST_KEY: usize = 512;

/// What the triggers of one event came to.
struct Decided {
    event: TriggerEvent,
    outcomes: Vec<TriggerOutcome>,
    starts: Vec<NewExecution>,
}

impl App {
    /// Records events of trigger type `kind`, decides on every one of `triggers`, and starts what fits, in one unit with `more`
    /// (the cursor of the poll that heard them). Events recorded before are answered as they were.
    ///
    /// # Errors
    /// `trigger.type-unknown`, a fault of the plugin; the store cannot be read or written.
    pub async fn record(
        &self,
        kind: &str,
        triggers: &[ConfiguredTrigger],
        heard: Vec<Heard>,
        more: Vec<Write>,
    ) -> Result<Vec<RecordedEvent>, AppError> {
        let heard: Vec<Heard> = heard.into_iter().map(|heard| self.with_key(heard)).collect();
        // Beaten to it by a second delivery, everything is looked at once more, and that event is then known.
        for _ in 0..3 {
            match self.record_once(kind, triggers, &heard, &more).await {
                Err(Refused::Heard) => {}
                Err(Refused::Error(error)) => return Err(error),
                Ok(recorded) => return Ok(recorded),
            }
        }
        let message = "The same event keeps arriving while it is recorded; deliver it again.";
        Err(AppError::new(ErrorClass::Unavailable, code("trigger.event-exists"), message))
    }

    async fn record_once(
        &self,
        kind: &str,
        triggers: &[ConfiguredTrigger],
        heard: &[Heard],
        more: &[Write],
    ) -> Result<Vec<RecordedEvent>, Refused> {
        let mut recorded: Vec<RecordedEvent> = Vec::with_capacity(heard.len());
        let mut unit = Vec::new();
        for heard in heard {
            let twin =
                recorded.iter().find(|one| one.event.key == heard.key && one.event.source == heard.source).cloned();
            let known = match twin {
                Some(twin) => Some(twin),
                None => self.inner.store.triggers().event(kind, &heard.source, &heard.key).await?,
            };
            if let Some(known) = known {
                self.inner.stats.duplicates.add();
                recorded.push(known);
                continue;
            }
            let Decided { event, outcomes, starts } = self.decide(kind, triggers, heard).await?;
            unit.extend(starts.into_iter().flat_map(|start| self.write_triggered(kind, start)));
            unit.push(Write::Event { event: event.clone(), outcomes: outcomes.clone() });
            recorded.push(RecordedEvent { number: 0, event, outcomes });
        }
        unit.extend(more.iter().cloned());
        self.write_events(unit).await?;
        Ok(recorded)
    }

    /// Writes a unit with events in it, and counts them. Every so many events, the oldest go with it.
    pub(super) async fn write_events(&self, mut unit: Vec<Write>) -> Result<(), WriteError> {
        if unit.is_empty() {
            return Ok(());
        }
        let (events, starts) = unit.iter().fold((0_u64, 0_u64), |(events, starts), write| match write {
            Write::Event { .. } => (events + 1, starts),
            Write::Admit(_) => (events, starts + 1),
            _ => (events, starts),
        });
        let before = self.inner.stats.events.get();
        if before / FORGET_EVERY != (before + events) / FORGET_EVERY {
            unit.push(self.forgetting());
        }
        self.inner.store.write(unit).await?;
        (0..events).for_each(|_| self.inner.stats.events.add());
        (0..starts).for_each(|_| self.inner.stats.starts.add());
        Ok(())
    }

    fn write_triggered(&self, kind: &str, start: NewExecution) -> [Write; 2] {
        let caller = Caller { principal: managed_identity(start.execution.application.as_str()), via: Via::Server };
        let subject = start.execution.pipeline.as_ref().map_or("", |at| at.id.as_str());
        let attempt = Attempt { action: "execution.start", noun: "pipeline", subject };
        let details = serde_json::json!({ "execution": start.execution.id.as_str(), "via": format!("trigger {kind}") });
        let entry = self.entry(&caller, attempt, Params::new(details));
        [Write::Admit(start), Write::Audit(entry)]
    }

    /// What each trigger makes of an event, in order of the pipelines; one start for each pipeline, however many triggers fit.
    async fn decide(&self, kind: &str, triggers: &[ConfiguredTrigger], heard: &Heard) -> Result<Decided, AppError> {
        let event = self.event_of(kind, heard);
        let answers = self.matches(kind, triggers, heard).await?;
        let mut starts: BTreeMap<PipelineId, NewExecution> = BTreeMap::new();
        let mut outcomes = Vec::with_capacity(triggers.len());
        for (trigger, answer) in triggers.iter().zip(answers) {
            let result = match (answer, starts.get(&trigger.pipeline)) {
                (Err(failure), _) => Err((failure.code, failure.message)),
                (Ok(_), Some(start)) => Ok(start.execution.id.clone()),
                (Ok(payload), None) => match self.start_triggered(kind, trigger, payload, heard).await {
                    Ok(start) => {
                        let id: ExecutionId = start.execution.id.clone();
                        starts.insert(trigger.pipeline.clone(), start);
                        Ok(id)
                    }
                    // Not a word about the event: whoever delivers it tries again.
                    Err(error) if is_own_trouble(error.class) => return Err(error),
                    Err(error) => Err((error.code, error.message)),
                },
            };
            outcomes.push(TriggerOutcome { pipeline: trigger.pipeline.clone(), index: trigger.index, result });
        }
        Ok(Decided { event, outcomes, starts: starts.into_values().collect() })
    }

    pub(super) fn event_of(&self, kind: &str, heard: &Heard) -> TriggerEvent {
        TriggerEvent {
            key: heard.key.clone(),
            kind: kind.to_owned(),
            source: heard.source.clone(),
            payload: heard.payload.clone(),
            received: self.inner.environment.now(),
        }
    }

    /// One answer of the plugin for each trigger.
    pub(super) async fn matches(
        &self,
        kind: &str,
        triggers: &[ConfiguredTrigger],
        heard: &Heard,
    ) -> Result<Vec<Result<Payload, Failure>>, AppError> {
        if triggers.is_empty() {
            return Ok(Vec::new());
        }
        let catalog = self.inner.catalogs.current();
        let (installed, _) = catalog.find_trigger(kind).ok_or_else(|| unknown_type(kind))?;
        let configs: Vec<Params> = triggers.iter().map(ConfiguredTrigger::named).collect();
        let mut answers = self.inner.runtime.matches(&scope(installed), heard, &configs).await.map_err(fault)?;
        // A plugin that answers too few times has said nothing about the rest.
        answers.resize_with(triggers.len(), || {
            let message = "The plugin did not answer for this trigger.";
            Err(Failure::new(FailureClass::Internal, code("trigger.unanswered"), message))
        });
        Ok(answers)
    }

    /// The execution that a trigger starts, or why it does not. A document that no longer fits what is installed leaves a failed
    /// execution behind, because nobody is there to be told (reference pipelines-and-stages.md §1.5).
    pub(super) async fn start_triggered(
        &self,
        kind: &str,
        trigger: &ConfiguredTrigger,
        payload: Payload,
        heard: &Heard,
    ) -> Result<NewExecution, AppError> {
        let known = self.known(&trigger.pipeline).await?;
        let pipeline = &known.pipeline;
        if trigger.disabled || known.read.0.disabled {
            let message = format!("Pipeline `{}` is disabled: no trigger of it fires.", pipeline.name);
            return Err(AppError::conflict(code("pipeline.disabled"), message));
        }
        self.refuse_paused()?;
        self.refuse_quiet(&known.read.0, kind)?;
        let principal = managed_identity(pipeline.application.as_str());
        let acl = self.acl(&pipeline.application).await?;
        authorize(&principal, Action::Execute, Resource::Application(&acl)).map_err(|denied| {
            AppError::new(ErrorClass::Denied, code("access.denied"), format!("The trigger needs {}.", denied.missing))
        })?;
        let dates = self.inner.catalogs.current().find_trigger(kind).is_some_and(|(_, offer)| offer.dates);
        let given = with_artifacts(payload, &heard.key, &trigger.config, dates);
        refuse_too_deep(&given)?;
        self.check_artifacts(kind, &known.read.0.document, trigger, &given)?;
        let admitted = self.admit(Admission {
            id: None,
            application: &pipeline.application,
            pipeline: Some(&known),
            definition: &known.read.0,
            trigger: &given,
            kind,
            user: self.user_of(kind, heard).unwrap_or(ANONYMOUS),
            principal: &principal,
            parent: None,
            by_hand: false,
        });
        Ok(admitted.await?.new)
    }

    /// A host event is of an execution, whose user is shown on (reference pipelines-and-stages.md §5.7). What strangers send names nobody.
    fn user_of<'h>(&self, kind: &str, heard: &'h Heard) -> Option<&'h str> {
        let catalog = self.inner.catalogs.current();
        let (_, offer) = catalog.find_trigger(kind)?;
        let listens_only = !offer.listens.is_empty() && !offer.hooks && !offer.polls;
        let user = heard.payload.value().pointer("/execution/trigger/user")?.as_str()?;
        listens_only.then_some(user)
    }

    fn with_key(&self, mut heard: Heard) -> Heard {
        if heard.key.is_empty() {
            heard.key = uuid(self.inner.environment.as_ref());
        } else if heard.key.len() > LONGEST_KEY {
            heard.key = domain::Digest::of(heard.key.as_bytes()).to_string();
        }
        heard
    }
}

/// How many executions stand above one with this trigger. What was started by a trigger says its depth; a stage's child has the whole
/// trigger of its parent in its own.
pub(super) fn depth(trigger: &Value) -> u32 {
    let (mut depth, mut at) = (0_u32, trigger);
    while let Some(parent) = at.get("parentExecution").filter(|parent| parent.is_object()) {
        depth += 1;
        if let Some(above) = parent.get("depth").and_then(Value::as_u64) {
            return depth.saturating_add(u32::try_from(above).unwrap_or(u32::MAX));
        }
        let Some(above) = parent.get("trigger") else { break };
        at = above;
    }
    depth
}

fn refuse_too_deep(given: &Params) -> Result<(), AppError> {
    if depth(given.value()) <= DEEPEST {
        return Ok(());
    }
    let message = format!(
        "An execution may have at most {DEEPEST} others above it; do the pipelines start one another in a circle?"
    );
    Err(AppError::conflict(code("execution.too-deep"), message))
}

fn is_own_trouble(class: ErrorClass) -> bool {
    matches!(class, ErrorClass::Unavailable | ErrorClass::NoRoom | ErrorClass::Internal)
}

/// An outcome that is no start.
pub(super) fn outcome(trigger: &ConfiguredTrigger, code: Code, message: String) -> TriggerOutcome {
    TriggerOutcome { pipeline: trigger.pipeline.clone(), index: trigger.index, result: Err((code, message)) }
}

enum Refused {
    Heard,
    Error(AppError),
}

impl From<WriteError> for Refused {
    fn from(error: WriteError) -> Refused {
        if matches!(error, WriteError::Exists { what: "event" }) {
            Refused::Heard
        } else {
            Refused::Error(error.into())
        }
    }
}

impl From<AppError> for Refused {
    fn from(error: AppError) -> Refused {
        Refused::Error(error)
    }
}

impl From<store::ReadError> for Refused {
    fn from(error: store::ReadError) -> Refused {
        Refused::Error(error.into())
    }
}
