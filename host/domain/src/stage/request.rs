//! What a stage asks for, and what it is answered: the host's form of the contract's `demand` and `answer`.

use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::id::{ExecutionId, Label, RefId};
use crate::params::Params;
use crate::question::Question;
use crate::time::Timestamp;

/// A labelled demand. A label names one request for the whole life of a run; asking twice is asking once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// Unique in the run.
    pub label: Label,
    /// What is wanted.
    pub demand: Demand,
}

/// Everything a stage can want.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Demand {
    /// An effect, performed durably under the key (execution, stage, run, label).
    Operate(OperationRequest),
    /// A read, of a provider or of the host.
    Query(QueryRequest),
    /// Deferred expressions, each seeing the named ones before it.
    Evaluate(Vec<Expression>),
    /// A moment.
    Timer(Due),
    /// A person's answer.
    Ask(Question),
    /// Tell people.
    Notify(Notice),
    /// Synthetic children with a small graph of their own.
    RunStages(ChildGraph),
    /// Start another pipeline; answered with `{"execution": id}` as soon as that exists.
    RunPipeline(ChildExecution),
    /// The end of an execution; answered with `{"status", "outputs", "failures"}`.
    AwaitExecution(ExecutionId),
    /// What a later minor learns to ask; answered with a failure by a host that does not know it.
    Other(Params),
}

/// An operation of a provider; without account and provider the host routes by `input.type`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OperationRequest {
    /// Account it acts on.
    pub account: Option<String>,
    /// Provider by name; `host` for the host's own operations.
    pub provider: Option<String>,
    /// Operation kind, from the provider's manifest.
    pub kind: String,
    /// Its input.
    pub input: Params,
    /// Milliseconds that pass at least between two tries, from the `backoffPeriodMs` of its stage (reference pipelines-and-stages.md §2.7);
    /// the host fills it in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pace: Option<i64>,
}

/// A query of a provider or of the host.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QueryRequest {
    /// Account it reads through.
    pub account: Option<String>,
    /// Provider by name; `host` for executions, stages, artifacts.
    pub provider: Option<String>,
    /// Query kind.
    pub kind: String,
    /// Its input.
    pub input: Params,
    /// Oldest acceptable answer from a cache, in milliseconds.
    pub max_age: u32,
}

/// A value whose strings are evaluated at any depth.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Expression {
    /// Name under which later ones see it.
    pub name: Option<String>,
    /// Text or tree with expressions.
    pub value: Params,
}

/// When a timer is due. Asked again under the same label, it moves.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Due {
    /// Milliseconds after it was asked.
    After(u32),
    /// The same, leaving out pauses and execution windows.
    Active(u32),
    /// An instant.
    At(Timestamp),
}

/// Something people should be told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    /// Which of the configured `when` values it is.
    pub when: String,
    /// More for the text.
    pub detail: Params,
}

/// Where synthetic children are shown: before or after the parent's own work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Placement {
    /// `STAGE_BEFORE`.
    Before,
    /// `STAGE_AFTER`.
    After,
}

/// A small graph of synthetic stages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChildGraph {
    /// Where they are shown.
    pub placement: Placement,
    /// The stages; references are local to this graph.
    pub stages: Vec<ChildStage>,
}

/// One synthetic stage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChildStage {
    /// Local reference.
    #[serde(rename = "ref")]
    pub reference: RefId,
    /// Local references it waits for.
    pub requires: Vec<RefId>,
    /// Type key.
    pub kind: String,
    /// Display name.
    pub name: String,
    /// Its configuration; failure flags of its own count.
    pub config: Params,
}

/// Another pipeline to run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChildExecution {
    /// Application of the child; may be empty when `pipeline` is an id.
    pub application: String,
    /// Its id, or its name within the application.
    pub pipeline: String,
    /// Given parameters.
    pub parameters: Params,
    /// Given artifacts; absent means all that are visible.
    pub artifacts: Option<Params>,
    /// More for the child's trigger.
    pub trigger: Params,
}

/// A request that has no answer yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pending {
    /// Its label.
    pub label: Label,
    /// What was asked.
    pub demand: Demand,
    /// When.
    pub asked: Timestamp,
    /// For timers: when it fires (moved by pauses where `Due::Active`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// Withdrawn, but an effect may still be under way: its outcome is awaited, and not delivered.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub withdrawn: bool,
}

/// An answer to a request, or a word from the host (`$cancel`, `$patch/N`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// Label of the request.
    pub label: Label,
    /// When it arrived.
    pub at: Timestamp,
    /// The person, where a person answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// What came of it.
    pub outcome: Result<Params, Failure>,
}
