//! What expressions see of an execution: views over the caller's data, nothing copied.
mod ancestors;
mod context;
mod from_json;
mod status;

use std::sync::{LazyLock, OnceLock};

use serde_json::Value;

use crate::value::Val;
pub use context::Context;
pub use status::Status;

/// A JSON object.
pub type Object = serde_json::Map<String, Value>;

/// An empty object for what is missing.
pub(crate) static EMPTY: LazyLock<Object> = LazyLock::new(Object::new);

/// Whether a synthetic stage runs before or after its parent's own work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// `STAGE_BEFORE`
    Before,
    /// `STAGE_AFTER`
    After,
}

/// Tasks of a stage, made when somebody looks at them.
pub trait Tasks: std::fmt::Debug + Sync {
    /// As the API shows them: a list of objects.
    fn tasks(&self) -> &Value;
}

impl Tasks for Value {
    fn tasks(&self) -> &Value {
        self
    }
}

/// One stage, borrowed from the caller.
#[derive(Debug, Clone)]
pub struct Stage<'a> {
    /// Identifier of this stage.
    pub id: &'a str,
    /// Reference in the pipeline's graph.
    pub ref_id: &'a str,
    /// Stage type.
    pub kind: &'a str,
    /// Name; a stage without one is named after its type.
    pub name: Option<&'a str>,
    /// State.
    pub status: Status,
    /// Own context.
    pub context: Context<'a>,
    /// Outputs.
    pub outputs: &'a Object,
    /// References of the stages that it waits for.
    pub requisites: Vec<&'a str>,
    /// Identifier of the stage that made this one.
    pub parent: Option<&'a str>,
    /// Where a synthetic stage stands.
    pub owner: Option<Owner>,
    /// Its tasks.
    pub tasks: Option<&'a dyn Tasks>,
    /// Milliseconds since 1970.
    pub start_time: Option<i64>,
    /// Milliseconds since 1970.
    pub end_time: Option<i64>,
    /// What else the API shows of it (`scheduledTime`, `startTimeExpiry`, `additionalMetricTags`).
    pub more: &'a Object,
}

impl Stage<'_> {
    /// Its name, or its type.
    pub fn name(&self) -> &str {
        self.name.unwrap_or(self.kind)
    }
}

/// One execution, borrowed from the caller. Make one, use it for every expression of the same state.
#[derive(Debug)]
pub struct Execution<'a> {
    /// Properties as the API shows them, without need for `stages` and `trigger`.
    pub fields: &'a Object,
    /// The trigger with all its fields.
    pub trigger: Option<&'a Object>,
    /// Stages in the order of the execution, synthetic ones included.
    pub stages: Vec<Stage<'a>>,
    lineages: Vec<OnceLock<Vec<usize>>>,
}

impl<'a> Execution<'a> {
    /// A view of an execution.
    pub fn new(fields: &'a Object, trigger: Option<&'a Object>, stages: Vec<Stage<'a>>) -> Self {
        let lineages = stages.iter().map(|_| OnceLock::new()).collect();
        Execution { fields, trigger, stages, lineages }
    }

    /// A text property of the execution.
    pub fn text(&self, name: &str) -> Option<&'a str> {
        self.fields.get(name).and_then(Value::as_str)
    }

    /// Position of the stage with this reference.
    pub fn stage_by_ref_id(&self, ref_id: &str) -> Option<usize> {
        self.stages.iter().position(|stage| stage.ref_id == ref_id)
    }

    /// Position of the stage with this identifier.
    pub fn stage_by_id(&self, id: &str) -> Option<usize> {
        self.stages.iter().position(|stage| stage.id == id)
    }

    /// Position of the first stage whose name or identifier this is.
    pub fn stage_by_name_or_id(&self, text: &str) -> Option<usize> {
        self.stages.iter().position(|stage| stage.name() == text || stage.id == text)
    }

    /// The stage itself, then its ancestors, nearest first (§2.3).
    pub fn lineage(&self, stage: usize) -> &[usize] {
        match self.lineages.get(stage) {
            Some(lineage) => lineage.get_or_init(|| ancestors::lineage(&self.stages, stage)),
            None => &[],
        }
    }

    /// A key as the stage's context answers it: its own, else the nearest outputs that have it (§2.2).
    pub(crate) fn context_value(&self, stage: usize, name: &str) -> Option<Val<'a>> {
        if let Some(value) = self.stages.get(stage)?.context.get(name) {
            return Some(Val::from_json(value));
        }
        self.output(stage, name)
    }

    /// The nearest output of that name, the stage's own first.
    pub(crate) fn output(&self, stage: usize, name: &str) -> Option<Val<'a>> {
        self.lineage(stage)
            .iter()
            .filter_map(|ancestor| self.stages.get(*ancestor))
            .find_map(|ancestor| ancestor.outputs.get(name))
            .map(Val::from_json)
    }

    /// Names that a stage's expressions can read, for "did you mean".
    pub(crate) fn visible_names(&self, stage: usize) -> Vec<String> {
        let own = self.stages.get(stage).into_iter().flat_map(|stage| stage.context.keys());
        let inherited = self
            .lineage(stage)
            .iter()
            .filter_map(|ancestor| self.stages.get(*ancestor))
            .flat_map(|ancestor| ancestor.outputs.keys());
        own.chain(inherited).take(2_000).cloned().collect()
    }
}
