//! Events from outside: heard by trigger plugins, recorded, and matched with configured triggers. The record of an event, the
//! reasons of those that did not start, and the starts are one unit (design §5 *Triggers*).

use std::collections::BTreeMap;

use domain::code::{Code, code};
use domain::environment::uuid;
use domain::id::{ExecutionId, PipelineId};
use domain::plugin::call::{Heard, Hook, HookReply, Mode, Payload, Scope};
use domain::plugin::{Grants, HttpGrant, Installed};
use domain::trigger::{TriggerEvent, TriggerOutcome};
use domain::{Failure, FailureClass, Params};
use store::{ConfiguredTrigger, EventFilter, NewExecution, Page, RecordedEvent, Write, WriteError};

use crate::access::Attempt;
use crate::admission::Admission;
use crate::artifacts::with_artifacts;
use crate::authorize::{Action, Resource, authorize, managed_identity};
use crate::{App, AppError, Caller, ErrorClass, PageRequest, Via};

/// `user` of executions that no person started (reference pipelines-and-stages.md §1.5).
const ANONYMOUS: &str = "[anonymous]";
/// Most bytes of a delivery key.
const LONGEST_KEY: usize = 512;

/// A request at a trigger's endpoint, as it came.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Trigger type.
    pub kind: String,
    /// The rest of the path.
    pub source: String,
    /// HTTP method.
    pub method: String,
    /// Whole path.
    pub path: String,
    /// Query text.
    pub query: String,
    /// Headers, in order.
    pub headers: Vec<(String, String)>,
    /// The body as received.
    pub body: Vec<u8>,
}

/// What a delivery came to.
#[derive(Clone, Debug)]
pub struct Received {
    /// What the plugin answers its sender.
    pub reply: HookReply,
    /// Each event with what became of it.
    pub events: Vec<RecordedEvent>,
}

/// What the triggers of one event came to.
struct Decided {
    event: TriggerEvent,
    outcomes: Vec<TriggerOutcome>,
    starts: Vec<NewExecution>,
}

impl App {
    /// Hears a request: the plugin reads it, what it heard is recorded, and pipelines start. A delivery heard before is answered
    /// the same, and starts nothing.
    ///
    /// # Errors
    /// `trigger.type-unknown`; what the plugin refuses, in its own words; a fault of the plugin.
    pub async fn receive(&self, delivery: Delivery) -> Result<Received, AppError> {
        let Delivery { kind, source, method, path, query, headers, body } = delivery;
        let catalog = self.inner.catalogs.current();
        let found = catalog.find_trigger(&kind).filter(|(_, offer)| offer.hooks);
        let (installed, offer) = found.ok_or_else(|| unknown_type(&kind))?;
        let triggers = self.inner.store.pipelines().triggers_of(&offer.kind, Some(&source)).await?;
        let hook = Hook {
            source,
            method,
            path,
            query,
            headers,
            body,
            secrets: secrets(&triggers),
            now: self.inner.environment.now(),
        };
        let heard = self.inner.runtime.hear(&scope(installed), hook).await;
        let reply = heard.map_err(fault)?.map_err(refused_by_plugin)?;
        let events = self.record(&offer.kind, &triggers, reply.events.clone(), Vec::new()).await?;
        Ok(Received { reply, events })
    }

    /// Records events of trigger type `kind`, decides on every one of `triggers`, and starts what fits, in one unit with `more`
    /// (the cursor of the poll that heard them). Events recorded before are answered as they were.
    ///
    /// # Errors
    /// `trigger.type-unknown`, a fault of the plugin; the store cannot be written.
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
        let (events, starts) = unit.iter().fold((0, 0), |(events, starts), write| match write {
            Write::Event { .. } => (events + 1, starts),
            Write::Admit(_) => (events, starts + 1),
            _ => (events, starts),
        });
        unit.extend(more.iter().cloned());
        if !unit.is_empty() {
            self.inner.store.write(unit).await?;
        }
        (0..events).for_each(|_| self.inner.stats.events.add());
        (0..starts).for_each(|_| self.inner.stats.starts.add());
        Ok(recorded)
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
        let event = TriggerEvent {
            key: heard.key.clone(),
            kind: kind.to_owned(),
            source: heard.source.clone(),
            payload: heard.payload.clone(),
            received: self.inner.environment.now(),
        };
        let answers = self.matches(kind, triggers, heard).await?;
        let mut starts: BTreeMap<PipelineId, NewExecution> = BTreeMap::new();
        let mut outcomes = Vec::with_capacity(triggers.len());
        for (trigger, answer) in triggers.iter().zip(answers) {
            let result = match (answer, starts.get(&trigger.pipeline)) {
                (Err(failure), _) => Err((failure.code, failure.message)),
                (Ok(_), Some(start)) => Ok(start.execution.id.clone()),
                (Ok(payload), None) => match self.start_triggered(kind, trigger, payload, &heard.key).await {
                    Ok(start) => {
                        let id: ExecutionId = start.execution.id.clone();
                        starts.insert(trigger.pipeline.clone(), start);
                        Ok(id)
                    }
                    Err(error) => Err((error.code, error.message)),
                },
            };
            outcomes.push(TriggerOutcome { pipeline: trigger.pipeline.clone(), index: trigger.index, result });
        }
        Ok(Decided { event, outcomes, starts: starts.into_values().collect() })
    }

    async fn matches(
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
        let configs: Vec<Params> = triggers.iter().map(|trigger| trigger.config.clone()).collect();
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
    async fn start_triggered(
        &self,
        kind: &str,
        trigger: &ConfiguredTrigger,
        payload: Payload,
        key: &str,
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
        let given = with_artifacts(payload, key, &trigger.config);
        self.check_artifacts(kind, &known.read.0.document, trigger, &given)?;
        let admitted = self.admit(Admission {
            id: None,
            application: &pipeline.application,
            pipeline: Some(&known),
            definition: &known.read.0,
            trigger: &given,
            kind,
            user: ANONYMOUS,
            principal: &principal,
            parent: None,
            by_hand: false,
        });
        Ok(admitted.await?.new)
    }

    /// Recorded events, newest first, as far as `caller` may look at the pipelines they were looked at for. A page may be short
    /// although there is a next one.
    ///
    /// # Errors
    /// `request.cursor-invalid`.
    pub async fn events(
        &self,
        caller: &Caller,
        filter: &EventFilter,
        page: &PageRequest,
    ) -> Result<Page<RecordedEvent>, AppError> {
        let Page { items, next } = self.inner.store.triggers().events(filter, page.after.as_ref(), page.limit).await?;
        let mut readable = Vec::with_capacity(items.len());
        for mut event in items {
            event.outcomes = self.readable_outcomes(caller, event.outcomes).await?;
            if !event.outcomes.is_empty() || self.may_audit(caller) {
                readable.push(event);
            }
        }
        Ok(Page { items: readable, next })
    }

    /// The outcomes whose pipelines `caller` may look at.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn readable_outcomes(
        &self,
        caller: &Caller,
        outcomes: Vec<TriggerOutcome>,
    ) -> Result<Vec<TriggerOutcome>, AppError> {
        let mut readable = Vec::with_capacity(outcomes.len());
        for outcome in outcomes {
            let may = match self.known(&outcome.pipeline).await {
                Ok(known) => self.may_read(caller, known.pipeline.application.as_str()).await?,
                Err(error) if error.class == ErrorClass::NotFound => self.may_audit(caller),
                Err(error) => return Err(error),
            };
            if may {
                readable.push(outcome);
            }
        }
        Ok(readable)
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

/// Distinct references of secrets that the triggers name.
fn secrets(triggers: &[ConfiguredTrigger]) -> Vec<String> {
    let named = triggers.iter().filter_map(|trigger| trigger.config.get("secret")?.as_str());
    let mut secrets: Vec<String> = named.filter(|secret| !secret.is_empty()).map(str::to_owned).collect();
    secrets.sort();
    secrets.dedup();
    secrets
}

/// What a trigger plugin may do while it listens: look, never act. Everything it wants was granted at its install.
#[must_use]
pub fn scope(installed: &Installed) -> Scope {
    let (wanted, granted) = (&installed.manifest.grants, &installed.granted);
    let networks = granted.http.as_ref().map(|http| http.networks.clone()).unwrap_or_default();
    let http = wanted.http.as_ref().filter(|_| granted.http.is_some());
    let http = http.map(|http| HttpGrant { hosts: http.hosts.clone(), networks });
    Scope {
        plugin: installed.manifest.id.clone(),
        digest: installed.digest.clone(),
        grants: Grants { http, blobs: wanted.blobs && granted.blobs, sign: wanted.sign && granted.sign },
        mode: Mode::Read,
        application: String::new(),
        execution: String::new(),
        key: String::new(),
        account: None,
    }
}

fn unknown_type(kind: &str) -> AppError {
    let message =
        format!("No plugin hears requests for the trigger type `{kind}`; install one, or look at the spelling.");
    AppError::not_found(code("trigger.type-unknown"), message)
}

fn refused_by_plugin(failure: Failure) -> AppError {
    let class = match failure.class {
        FailureClass::InvalidInput => ErrorClass::Malformed,
        FailureClass::Denied => ErrorClass::Denied,
        FailureClass::NotFound => ErrorClass::NotFound,
        FailureClass::Conflict | FailureClass::Cancelled => ErrorClass::Conflict,
        FailureClass::Throttled | FailureClass::Unavailable | FailureClass::TimedOut => ErrorClass::Unavailable,
        FailureClass::Internal => ErrorClass::Internal,
    };
    AppError::new(class, failure.code, failure.message)
}

/// A fault of the plugin is nobody's mistake who sent the request; it may be sent again.
fn fault(fault: runtime::Fault) -> AppError {
    let failure = fault.failure;
    tracing::warn!(code = %failure.code, message = %failure.message, "a trigger plugin failed");
    let message = format!("The plugin failed while it read this: {}", failure.message);
    AppError::new(ErrorClass::Unavailable, Code::clone(&failure.code), message)
}
