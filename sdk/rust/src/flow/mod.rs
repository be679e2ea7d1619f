//! A stage as one async function: [`Flow`] is what it asks through and shows itself with.
//!
//! There is no executor and nothing is kept between steps. The function is run from the top in every step; what has its answer is ready at once, what has
//! none is asked once and stays pending, and when nothing is ready any more the step returns "waiting". So the function must depend on nothing but its
//! configuration and its flow: no clock, no randomness, no statics. Time is [`Flow::now`].

mod combine;
mod replay;
mod reply;

use std::cell::RefCell;
use std::rc::Rc;

use serde::Serialize;
use serde_json::{Map, Value};

pub use combine::{Either, join, join_all, select, select_all};
pub use replay::drive;
pub use reply::{Cancelled, ContextPatch, Patches, Reply};

use crate::stage::{Answer, ChildExecution, ChildGraph, Demand, Due, Expression, Notice, Operation, Query, Question};
use crate::{Failure, FailureClass, Meta, code};
use replay::Replay;

/// What an answered question says, and who says it.
#[derive(Debug, Clone, PartialEq)]
pub struct Reaction {
    /// The JSON that the question's schema describes.
    pub value: Value,
    /// The person.
    pub by: Option<String>,
}

/// One evaluated expression.
#[derive(Debug, Clone, PartialEq, serde::Deserialize)]
pub struct Evaluated {
    /// The result; the text as written where it failed.
    #[serde(default)]
    pub value: Value,
    /// Why it failed.
    #[serde(default)]
    pub problem: Option<Value>,
}

/// A stage's way to ask and to show. Clones are the same flow.
#[derive(Clone)]
pub struct Flow {
    replay: Rc<RefCell<Replay>>,
}

impl Flow {
    fn new(replay: Rc<RefCell<Replay>>) -> Self {
        Self { replay }
    }

    fn reply<T>(&self, label: impl Into<String>, demand: Demand, read: fn(Answer) -> T) -> Reply<T> {
        Reply::new(&self.replay, label, demand, read)
    }

    /// Runs an operation of a provider, durably. `?` on the result makes a failure a failed stage.
    pub fn operate(&self, label: impl Into<String>, operation: Operation) -> Reply<Result<Value, Failure>> {
        self.reply(label, Demand::Operate(operation), |answer| answer.outcome)
    }

    /// Reads something.
    pub fn query(&self, label: impl Into<String>, query: Query) -> Reply<Result<Value, Failure>> {
        self.reply(label, Demand::Query(query), |answer| answer.outcome)
    }

    /// Evaluates what the schema deferred; one result each, in order.
    pub fn evaluate(
        &self,
        label: impl Into<String>,
        expressions: Vec<Expression>,
    ) -> Reply<Result<Vec<Evaluated>, Failure>> {
        self.reply(label, Demand::Evaluate(expressions), |answer| read(answer.outcome?))
    }

    /// Waits until a time, unix milliseconds. Asked again under the same label with another time, the timer moves.
    pub fn until(&self, label: impl Into<String>, at: f64) -> Reply<()> {
        self.reply(label, Demand::Timer(Due::At(at)), |_| ())
    }

    /// Waits for a length, milliseconds, from when the label is first asked.
    pub fn after(&self, label: impl Into<String>, length: u32) -> Reply<()> {
        self.reply(label, Demand::Timer(Due::After(length)), |_| ())
    }

    /// As [`Self::after`], but pauses and execution windows are left out.
    pub fn active(&self, label: impl Into<String>, length: u32) -> Reply<()> {
        self.reply(label, Demand::Timer(Due::Active(length)), |_| ())
    }

    /// Asks a person. Fails with class `timed-out` when the question expires.
    pub fn ask(&self, label: impl Into<String>, question: Question) -> Reply<Result<Reaction, Failure>> {
        self.reply(label, Demand::Ask(question), |answer| answer.outcome.map(|value| Reaction { value, by: answer.by }))
    }

    /// Tells people. Ready once the message is queued; delivery holds nothing.
    pub fn notify(&self, label: impl Into<String>, when: impl Into<String>, detail: Value) -> Reply<()> {
        self.reply(label, Demand::Notify(Notice { when: when.into(), detail }), |_| ())
    }

    /// Runs synthetic children; the answer is `{status, stages}` when all have ended.
    pub fn children(&self, label: impl Into<String>, graph: ChildGraph) -> Reply<Result<Value, Failure>> {
        self.reply(label, Demand::RunStages(graph), |answer| answer.outcome)
    }

    /// Starts another pipeline; the answer is the id of its execution.
    pub fn pipeline(&self, label: impl Into<String>, child: ChildExecution) -> Reply<Result<String, Failure>> {
        self.reply(label, Demand::RunPipeline(child), |answer| {
            let value = answer.outcome?;
            let id = value.get("execution").and_then(Value::as_str);
            id.map(str::to_owned).ok_or_else(|| malformed("an object with `execution`"))
        })
    }

    /// Waits for the end of an execution; the answer is `{status, name?, outputs, failures}`.
    pub fn execution(&self, label: impl Into<String>, id: impl Into<String>) -> Reply<Result<Value, Failure>> {
        self.reply(label, Demand::AwaitExecution(id.into()), |answer| answer.outcome)
    }

    /// Asks whatever the contract knows; for demands that arrive as values.
    pub fn request(&self, label: impl Into<String>, demand: Demand) -> Reply<Answer> {
        self.reply(label, demand, |answer| answer)
    }

    /// Ready when the host wants the stage to end. A stage that awaits it does its own clean-up and says how it ends (see `Finish::of`).
    #[must_use]
    pub fn cancelled(&self) -> Cancelled {
        Cancelled { replay: Rc::clone(&self.replay) }
    }

    /// The patches of this run, from the first.
    #[must_use]
    pub fn patches(&self) -> Patches {
        Patches { replay: Rc::clone(&self.replay), position: 0 }
    }

    /// The latest value that a patch gave to a key; nothing if none did.
    #[must_use]
    pub fn patched(&self, key: &str) -> Option<Value> {
        self.replay.borrow().patched(key)
    }

    /// Time of the last answer awaited, unix milliseconds; at first, when this run of the stage began. Never the clock.
    #[must_use]
    pub fn now(&self) -> f64 {
        self.replay.borrow().now
    }

    /// When this run of the stage began, unix milliseconds.
    #[must_use]
    pub fn started(&self) -> f64 {
        self.replay.borrow().turn.meta.started
    }

    /// Where the stage stands.
    #[must_use]
    pub fn meta(&self) -> Meta {
        self.replay.borrow().turn.meta.clone()
    }

    /// A context key that the manifest reads, by the nearest-ancestor rule.
    #[must_use]
    pub fn given(&self, key: &str) -> Option<Value> {
        self.replay.borrow().turn.context.get(key).cloned()
    }

    /// A phase begins (Spinnaker's task); the one before it has ended.
    pub fn phase(&self, name: &str) {
        let phases = &mut self.replay.borrow_mut().patch.phases;
        if phases.last().is_none_or(|last| last != name) {
            phases.push(name.to_owned());
        }
    }

    /// Adds a key to the stage's own context.
    pub fn context(&self, key: &str, value: impl Serialize) {
        set(&mut self.replay.borrow_mut().patch.context, key, value);
    }

    /// Adds a key that later stages see.
    pub fn output(&self, key: &str, value: impl Serialize) {
        set(&mut self.replay.borrow_mut().patch.outputs, key, value);
    }

    /// Adds artifacts that later stages see.
    pub fn artifacts(&self, artifacts: impl IntoIterator<Item = Value>) {
        self.replay.borrow_mut().patch.artifacts.extend(artifacts);
    }

    /// What people see while the stage waits; live, and not kept.
    pub fn progress(&self, value: Value) {
        self.replay.borrow_mut().progress = Some(value);
    }
}

/// A value that serde cannot write as JSON is a fault of the plugin; it is left out.
fn set(object: &mut Map<String, Value>, key: &str, value: impl Serialize) {
    if let Ok(value) = serde_json::to_value(value) {
        object.insert(key.to_owned(), value);
    }
}

fn read<T: serde::de::DeserializeOwned>(value: Value) -> Result<T, Failure> {
    serde_json::from_value(value).map_err(|error| malformed(&error.to_string()))
}

fn malformed(expected: &str) -> Failure {
    Failure::new(
        FailureClass::Internal,
        code("host.malformed-answer"),
        format!("The host's answer does not have the contract's shape: {expected}."),
    )
}
