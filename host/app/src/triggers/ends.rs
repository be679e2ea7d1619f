//! Host events: an execution has ended, and triggers listen to that (reference pipelines-and-stages.md §5.7).
//!
//! Ends are read from the feed of events, in its order. Up to where stands in a setting, which moves in the unit that records an end, so
//! each is told once, whenever the process dies (docs/decisions/0503-ends-are-read-from-the-feed.md).

use std::collections::BTreeMap;

use domain::ExecutionId;
use domain::code::code;
use domain::params::{Params, Value};
use domain::plugin::call::Heard;
use serde_json::{Map, json};
use store::{ConfiguredTrigger, Write};

use super::record::{depth, outcome};
use crate::view::{ExecutionView, StageView};
use crate::{App, AppError, Caller, ErrorClass};

/// The host event, as manifests name it.
pub const EXECUTION_ENDED: &str = "execution.ended";
/// Setting with the position of the feed up to which ends were told.
const HEARD: &str = "triggers.heard";
/// Bytes beyond which an execution is told without what its stages knew, and then without what they left.
const LARGE: usize = 256 << 10;

/// Who listens to ends, by the values of the keys that are their source.
#[derive(Debug, Default)]
pub struct Listeners {
    kinds: Vec<(String, Vec<String>)>,
    triggers: BTreeMap<(String, String), Vec<ConfiguredTrigger>>,
}

/// One end, as the feed tells it.
#[derive(Clone, Debug)]
pub struct End {
    /// Whose.
    pub execution: ExecutionId,
    /// Number of its event; an execution that was restarted ends again, under another.
    pub number: i64,
    /// Position in the feed.
    pub feed: i64,
}

impl Listeners {
    /// Whether nobody listens.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.triggers.is_empty()
    }

    /// The triggers of a kind whose source is this execution's.
    fn of(&self, (kind, keys): &(String, Vec<String>), attributes: &Value) -> &[ConfiguredTrigger] {
        let source = source(keys, attributes);
        self.triggers.get(&(kind.clone(), source.to_string())).map(Vec::as_slice).unwrap_or_default()
    }
}

/// The source keys of a document; a key that is not there is null.
fn source(keys: &[String], document: &Value) -> Value {
    let members = keys.iter().map(|key| (key.clone(), document.get(key).cloned().unwrap_or_default()));
    Value::Object(members.collect())
}

impl App {
    /// Who listens to ends now.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn listeners(&self) -> Result<Listeners, AppError> {
        let catalog = self.inner.catalogs.current();
        let mut listeners = Listeners::default();
        for kind in self.kinds_that_listen(EXECUTION_ENDED) {
            let keys = catalog.find_trigger(&kind).map(|(_, offer)| offer.source.clone()).unwrap_or_default();
            for trigger in self.inner.store.pipelines().triggers_of(&kind, None).await? {
                let place = (kind.clone(), source(&keys, trigger.config.value()).to_string());
                listeners.triggers.entry(place).or_default().push(trigger);
            }
            listeners.kinds.push((kind, keys));
        }
        Ok(listeners)
    }

    /// The position of the feed up to which ends were told. The first time, what has ended before is not told.
    ///
    /// # Errors
    /// The store cannot be read or written.
    pub async fn heard_up_to(&self) -> Result<i64, AppError> {
        if let Some(feed) = self.inner.store.settings().get(HEARD).await?.and_then(|heard| heard.value().as_i64()) {
            return Ok(feed);
        }
        let newest = self.inner.store.events().newest().await?;
        self.note_heard(newest).await?;
        Ok(newest)
    }

    /// Notes that everything up to a position was told or concerned nobody.
    ///
    /// # Errors
    /// The store cannot be written.
    pub async fn note_heard(&self, feed: i64) -> Result<(), AppError> {
        Ok(self.inner.store.write(vec![heard(feed)]).await?)
    }

    /// Tells an end to those who listen, and starts what fits. False when nobody listens to that pipeline.
    ///
    /// # Errors
    /// A fault of a plugin; the store cannot be read or written. Told again, nothing starts twice.
    pub async fn tell_end(&self, listeners: &Listeners, end: &End) -> Result<bool, AppError> {
        let told = self.those_who_listen(listeners, end).await?;
        let Some((last, rest)) = told.split_last() else { return Ok(false) };
        let event = self.end_event(end).await?;
        for (kind, keys, triggers) in rest {
            self.record(kind, triggers, vec![event.of(keys)], Vec::new()).await?;
        }
        let (kind, keys, triggers) = last;
        self.record(kind, triggers, vec![event.of(keys)], vec![heard(end.feed)]).await?;
        Ok(true)
    }

    /// Records that an end could not be told, with the reason, and goes on behind it.
    ///
    /// # Errors
    /// The store cannot be read or written.
    pub async fn give_up_end(&self, listeners: &Listeners, end: &End, reason: &AppError) -> Result<(), AppError> {
        let mut unit = Vec::new();
        let event = self.end_event(end).await?;
        for (kind, keys, triggers) in self.those_who_listen(listeners, end).await? {
            let heard = event.of(&keys);
            if self.inner.store.triggers().event(&kind, &heard.source, &heard.key).await?.is_some() {
                continue;
            }
            let outcomes = triggers.iter().map(|one| outcome(one, reason.code.clone(), reason.message.clone()));
            unit.push(Write::Event { event: self.event_of(&kind, &heard), outcomes: outcomes.collect() });
        }
        unit.push(heard(end.feed));
        Ok(self.write_events(unit).await?)
    }

    async fn those_who_listen(
        &self,
        listeners: &Listeners,
        end: &End,
    ) -> Result<Vec<(String, Vec<String>, Vec<ConfiguredTrigger>)>, AppError> {
        let Some(stored) = self.inner.store.executions().get(&end.execution).await? else { return Ok(Vec::new()) };
        let Some(at) = stored.execution.pipeline else { return Ok(Vec::new()) };
        let attributes = json!({ "pipeline": at.id.as_str(), "application": stored.execution.application.as_str() });
        let listening = listeners.kinds.iter().map(|kind| {
            let triggers = listeners.of(kind, &attributes).to_vec();
            (kind.0.clone(), kind.1.clone(), triggers)
        });
        Ok(listening.filter(|(.., triggers)| !triggers.is_empty()).collect())
    }

    async fn end_event(&self, end: &End) -> Result<EndEvent, AppError> {
        let view = match self.execution(&Caller::system(), end.execution.as_str()).await {
            Err(error) if error.class == ErrorClass::NotFound => {
                let message = format!("The execution {} is gone.", end.execution);
                return Err(AppError::new(ErrorClass::Internal, code("execution.unknown"), message));
            }
            view => view?,
        };
        let attributes = json!({
            "pipeline": view.execution.pipeline.as_ref().map(|at| at.id.as_str()),
            "application": view.execution.application.as_str(),
        });
        let payload = json!({ "event": EXECUTION_ENDED, "execution": told(&view), "artifacts": artifacts(&view) });
        let key = format!("{}@{}", end.execution, end.number);
        Ok(EndEvent { key, attributes, payload: Params::new(payload), occurred: view.execution.ended() })
    }
}

struct EndEvent {
    key: String,
    attributes: Value,
    payload: Params,
    occurred: Option<domain::Timestamp>,
}

impl EndEvent {
    fn of(&self, keys: &[String]) -> Heard {
        Heard {
            key: self.key.clone(),
            source: Params::new(source(keys, &self.attributes)),
            verified: Vec::new(),
            payload: self.payload.clone(),
            occurred: self.occurred,
        }
    }
}

fn heard(feed: i64) -> Write {
    Write::Setting { key: HEARD.into(), value: Params::new(feed.into()) }
}

/// The execution as the trigger of those that it starts carries it, with Spinnaker's names.
fn told(view: &ExecutionView) -> Value {
    let execution = &view.execution;
    let mut told = Map::new();
    let mut add = |key: &str, value: Value| told.insert(key.to_owned(), value);
    add("type", "PIPELINE".into());
    add("id", execution.id.as_str().into());
    add("application", execution.application.as_str().into());
    add("name", execution.name.as_str().into());
    add("pipelineConfigId", execution.pipeline.as_ref().map(|at| at.id.as_str()).into());
    add("status", view.status.as_str().into());
    add("buildTime", execution.created.0.into());
    add("startTime", execution.started().map(|at| at.0).into());
    add("endTime", execution.ended().map(|at| at.0).into());
    add("authentication", json!({ "user": execution.trigger.get("user") }));
    add("depth", depth(execution.trigger.value()).into());
    add("trigger", shortened(execution.trigger.value()));
    let stages: Vec<Value> = view.stages.iter().map(|one| stage(one, true)).collect();
    let stages = if size(&stages) > LARGE { view.stages.iter().map(|one| stage(one, false)).collect() } else { stages };
    add("stages", if size(&stages) > LARGE { Value::Array(Vec::new()) } else { stages.into() });
    Value::Object(told)
}

fn size(stages: &[Value]) -> usize {
    stages.iter().map(|stage| stage.to_string().len()).sum()
}

/// A trigger without the chain of executions behind it: each link would hold all the others.
fn shortened(trigger: &Value) -> Value {
    let Value::Object(members) = trigger else { return trigger.clone() };
    let mut members = members.clone();
    if let Some(Value::Object(parent)) = members.get_mut("parentExecution") {
        let above = depth(trigger).saturating_sub(1);
        parent.retain(|key, _| matches!(key.as_str(), "id" | "application" | "name" | "pipelineConfigId" | "status"));
        parent.insert("depth".into(), above.into());
    }
    Value::Object(members)
}

fn stage(stage: &StageView, whole: bool) -> Value {
    let mut told = json!({
        "id": stage.id.as_str(), "refId": stage.ref_id.as_str(), "type": stage.kind, "name": stage.name,
        "status": stage.status.as_str(), "startTime": stage.started.map(|at| at.0), "endTime": stage.ended.map(|at| at.0),
        "outputs": stage.outputs.value(),
    });
    if let (true, Some(members)) = (whole, told.as_object_mut()) {
        members.insert("context".into(), stage.context.value().clone());
    }
    told
}

/// What it was given and what its stages have produced.
fn artifacts(view: &ExecutionView) -> Value {
    let given = view.execution.trigger.get("artifacts").and_then(Value::as_array).into_iter().flatten();
    let produced = view.stages.iter().filter_map(|stage| stage.artifacts.value().as_array()).flatten();
    given.chain(produced).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_is_counted_and_does_not_grow() {
        let mut trigger = json!({ "type": "manual" });
        for link in 1..=40 {
            let parent = json!({ "id": link.to_string(), "depth": depth(&trigger), "trigger": shortened(&trigger) });
            trigger = json!({ "type": "pipeline", "parentExecution": parent });
            assert_eq!(depth(&trigger), link);
        }
        assert!(trigger.to_string().len() < 1_000, "{trigger}");
        let child = json!({ "parentExecution": { "id": "above", "trigger": trigger } });
        assert_eq!(depth(&child), 41, "a stage's child has its parent's trigger whole");
    }
}
