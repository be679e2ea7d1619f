//! What a stage may ask for, as plain values. Shapes of the answers stand in `wit/stage@1`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// A demand under a label.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// Names one request for the whole life of this run of the stage.
    pub label: String,
    /// What is asked.
    #[serde(flatten)]
    pub demand: Demand,
}

/// What a request asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Demand {
    /// Run an operation of a provider, durably.
    Operate(Operation),
    /// Read something.
    Query(Query),
    /// Evaluate what the schema deferred.
    Evaluate(Vec<Expression>),
    /// Wait.
    Timer(Due),
    /// Ask a person.
    Ask(Question),
    /// Tell people.
    Notify(Notice),
    /// Run synthetic children.
    RunStages(ChildGraph),
    /// Start another pipeline.
    RunPipeline(ChildExecution),
    /// Wait for the end of an execution.
    AwaitExecution(String),
    /// What later minors learn to ask.
    Other(Value),
}

/// One operation of a provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Operation {
    /// Account to act on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Provider's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// Which of the provider's operations.
    pub kind: String,
    /// Its input.
    #[serde(default)]
    pub input: Value,
}

impl Operation {
    /// An operation that the host routes by `input.type`, until [`Self::provider`] or [`Self::account`] say more.
    pub fn new(kind: impl Into<String>, input: Value) -> Self {
        Self { account: None, provider: None, kind: kind.into(), input }
    }

    /// Of this provider.
    #[must_use]
    pub fn provider(mut self, name: impl Into<String>) -> Self {
        self.provider = Some(name.into());
        self
    }

    /// On this account, if one is given.
    #[must_use]
    pub fn account(mut self, name: Option<String>) -> Self {
        self.account = name;
        self
    }
}

/// One read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Query {
    /// Account to read from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Provider's name, or `host`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// Which of the provider's queries.
    pub kind: String,
    /// Its input.
    #[serde(default)]
    pub input: Value,
    /// How old a cached result may be, in milliseconds.
    #[serde(default)]
    pub max_age: u32,
}

impl Query {
    /// A fresh read of a provider, or of `host`.
    pub fn new(provider: impl Into<String>, kind: impl Into<String>, input: Value) -> Self {
        Self { account: None, provider: Some(provider.into()), kind: kind.into(), input, max_age: 0 }
    }

    /// From this account, if one is given.
    #[must_use]
    pub fn account(mut self, name: Option<String>) -> Self {
        self.account = name;
        self
    }
}

/// One deferred value; later ones of the list see it by its name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Expression {
    /// Name for later expressions of the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Any JSON.
    pub value: Value,
}

/// When a timer is due. Lengths count from when the label was first asked in this run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Due {
    /// Milliseconds.
    After(u32),
    /// Milliseconds without pauses and execution windows.
    Active(u32),
    /// Unix milliseconds.
    At(f64),
}

/// Something only a person can answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Question {
    /// What kind of question it is.
    pub kind: String,
    /// Short text in a list of open questions.
    pub title: String,
    /// What the person should know.
    pub instructions: String,
    /// JSON Schema of an answer.
    pub schema: Value,
    /// Members that make an answer an approval.
    pub approving: Map<String, Value>,
    /// Roles of which the person must hold one.
    pub roles: Vec<String>,
    /// How many must approve.
    pub quorum: u32,
    /// Whether approvals must come from different roles.
    pub distinct_roles: bool,
    /// Whether the person who started the execution may not answer.
    pub exclude_submitter: bool,
    /// When it ends unanswered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<Due>,
}

impl Default for Question {
    /// A question without words, that one person of any role answers with any JSON object.
    fn default() -> Self {
        Self {
            kind: String::new(),
            title: String::new(),
            instructions: String::new(),
            schema: json!({ "type": "object" }),
            approving: Map::new(),
            roles: Vec::new(),
            quorum: 1,
            distinct_roles: false,
            exclude_submitter: false,
            expires: None,
        }
    }
}

/// A moment that people may want to hear of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    /// Name of the moment.
    pub when: String,
    /// What the message may use.
    #[serde(default)]
    pub detail: Value,
}

/// Where children are shown, and when they run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Placement {
    /// Ahead of the stage's own work.
    Before,
    /// After it.
    After,
}

/// One synthetic child.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChildStage {
    /// Name within its graph.
    #[serde(rename = "ref")]
    pub reference: String,
    /// Refs that must be satisfied first.
    #[serde(default)]
    pub requires: Vec<String>,
    /// Stage type, of any plugin.
    pub stage_type: String,
    /// What people see.
    pub name: String,
    /// Its configuration.
    #[serde(default)]
    pub config: Value,
}

/// A small graph of children.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChildGraph {
    /// Where they are shown.
    pub placement: Placement,
    /// The children.
    pub stages: Vec<ChildStage>,
}

/// Another pipeline, started by this stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChildExecution {
    /// Application of the pipeline.
    pub application: String,
    /// Id of its configuration.
    pub pipeline: String,
    /// Parameters.
    #[serde(default)]
    pub parameters: Map<String, Value>,
    /// Artifacts; absent, all that this stage can see.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifacts: Option<Vec<Value>>,
    /// Merged into the child's trigger.
    #[serde(default)]
    pub trigger: Map<String, Value>,
}
