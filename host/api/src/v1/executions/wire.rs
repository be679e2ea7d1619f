//! Executions on the wire.

use app::StoredExecution;
use app::view::{ExecutionView, StageView};
use domain::stage::request::Placement;
use domain::{Failure, Params};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::held::Held;
use super::waiting::Waiting;
use crate::moment::Moment;
use crate::v1::questions::wire::Question;

/// An execution.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Execution {
    /// Its id; newer sorts after older.
    #[schema(example = "01JGVW7QZ4T0G9K8A5N2M3P4R5")]
    pub id: String,
    /// Owning application.
    #[schema(example = "shop")]
    pub application: String,
    /// Name of its pipeline.
    #[schema(example = "release")]
    pub name: String,
    /// Id of the stored pipeline that it runs; absent for a document of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pipeline: Option<String>,
    /// Revision of that pipeline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<i64>,
    /// Spinnaker's status.
    #[schema(example = "RUNNING")]
    pub status: &'static str,
    /// What people want of it: `run`, `pause` or `cancel`.
    pub control: Control,
    /// When it was admitted.
    pub created: Moment,
    /// When it began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started: Option<Moment>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<Moment>,
    /// Who it acts as.
    pub principal: String,
    /// What it was started with: `type`, `user`, `parameters` and everything else that was given.
    #[schema(value_type = Object)]
    pub trigger: Params,
    /// The execution and stage that started it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<Parent>,
    /// Revision of the catalogue that it is pinned to.
    pub catalog: i64,
}

/// What people want of an execution.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Control {
    /// `run`, `pause` or `cancel`.
    pub kind: &'static str,
    /// Who said so last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Moment>,
}

/// The stage that started an execution.
#[derive(Debug, Serialize, ToSchema)]
pub struct Parent {
    /// Its execution.
    pub execution: String,
    /// The stage.
    pub stage: String,
}

impl From<domain::execution::Execution> for Execution {
    fn from(execution: domain::execution::Execution) -> Execution {
        let (status, started, ended) = (execution.status(), execution.started(), execution.ended());
        let domain::execution::Execution {
            id,
            application,
            pipeline,
            name,
            parent,
            trigger,
            principal,
            roles: _,
            created,
            catalog,
            state: _,
            control,
        } = execution;
        let domain::execution::Control { kind, by, reason, at } = control;
        let (pipeline, revision) = pipeline.map(|at| (at.id.to_string(), at.revision)).unzip();
        Execution {
            id: id.to_string(),
            application: application.to_string(),
            name,
            pipeline,
            revision,
            status: status.as_str(),
            control: Control { kind: kind.as_str(), by, reason, at: at.map(Into::into) },
            created: created.into(),
            started: started.map(Into::into),
            ended: ended.map(Into::into),
            principal,
            trigger,
            parent: parent
                .map(|parent| Parent { execution: parent.execution.to_string(), stage: parent.stage.to_string() }),
            catalog,
        }
    }
}

/// An execution as lists show it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListedExecution {
    /// The execution.
    #[serde(flatten)]
    pub execution: Execution,
    /// Grows with every commit; the ETag.
    pub version: i64,
    /// Number of its newest event.
    pub events: i64,
    /// Why its start was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

impl From<StoredExecution> for ListedExecution {
    fn from(stored: StoredExecution) -> ListedExecution {
        let StoredExecution { execution, version, due: _, paused_since: _, refused, events } = stored;
        ListedExecution { execution: execution.into(), version, events, refused }
    }
}

/// An execution with its stages and questions.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WholeExecution {
    /// The execution.
    #[serde(flatten)]
    pub execution: Execution,
    /// Grows with every commit; the ETag.
    pub version: i64,
    /// Number of its newest event.
    pub events: i64,
    /// Why its start was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// What it waits behind, while it waits for a slot of its pipeline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting: Option<Waiting>,
    /// Since when it is paused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paused_since: Option<Moment>,
    /// When time alone has something to decide.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Moment>,
    /// Its stages in document order, synthetic ones next to their parents.
    pub stages: Vec<Stage>,
    /// What it asks people now.
    pub questions: Vec<Question>,
    /// What it has asked people before.
    pub decided: Vec<Question>,
    /// The document that it runs, as written.
    #[schema(value_type = Object)]
    pub document: Params,
}

impl From<ExecutionView> for WholeExecution {
    fn from(view: ExecutionView) -> WholeExecution {
        let ExecutionView {
            execution,
            version,
            status: _,
            paused_since,
            due,
            refused,
            waiting,
            events,
            document,
            stages,
            questions,
        } = view;
        let (open, decided): (Vec<_>, Vec<_>) = questions.into_iter().partition(|question| question.closed.is_none());
        WholeExecution {
            waiting: waiting.map(|waiting| Waiting::of(waiting, &execution.name)),
            execution: execution.into(),
            version,
            events,
            refused,
            paused_since: paused_since.map(Into::into),
            due: due.map(Into::into),
            stages: stages.into_iter().map(Stage::from).collect(),
            questions: open.into_iter().map(Question::from).collect(),
            decided: decided.into_iter().map(Question::from).collect(),
            document,
        }
    }
}

/// A stage of an execution.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Stage {
    /// Its id.
    pub id: String,
    /// Unique in the execution.
    #[schema(example = "2")]
    pub ref_id: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Display name.
    pub name: String,
    /// References of the stages that it waits for.
    pub requisite_stage_ref_ids: Vec<String>,
    /// Id of the stage that planned it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// `STAGE_BEFORE` or `STAGE_AFTER` its parent's own work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub synthetic: Option<&'static str>,
    /// Spinnaker's status.
    #[schema(example = "SUCCEEDED")]
    pub status: &'static str,
    /// Number of the current or next run.
    pub run: u32,
    /// When this run began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started: Option<Moment>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<Moment>,
    /// Configuration with the stage's own context over it.
    #[schema(value_type = Object)]
    pub context: Params,
    /// Keys visible downstream.
    #[schema(value_type = Object)]
    pub outputs: Params,
    /// Artifacts produced.
    #[schema(value_type = Vec<Object>)]
    pub artifacts: Params,
    /// What it has done so far, Spinnaker's tasks.
    pub phases: Vec<Phase>,
    /// What it waits for.
    pub pending: Vec<Pending>,
    /// Executions that it started or waits for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<String>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>, example = json!({"class": "denied", "code": "grant.http-host", "message": "The host is not granted."}))]
    pub problem: Option<Failure>,
    /// Why it waits although it has something to do: its plugin is in quarantine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held: Option<Held>,
}

/// A phase of a stage.
#[derive(Debug, Serialize, ToSchema)]
pub struct Phase {
    /// As the stage names it.
    pub name: String,
    /// Spinnaker's status of the task.
    #[schema(example = "RUNNING")]
    pub status: &'static str,
    /// When it began.
    pub started: Moment,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<Moment>,
}

/// Something that a stage waits for.
#[derive(Debug, Serialize, ToSchema)]
pub struct Pending {
    /// Names the request in this run of the stage.
    pub label: String,
    /// What was asked for: `operate`, `query`, `timer`, `ask`, `run-stages`, `run-pipeline`, `await-execution` …
    pub demand: &'static str,
    /// When.
    pub asked: Moment,
    /// When a timer fires.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Moment>,
}

impl From<StageView> for Stage {
    fn from(view: StageView) -> Stage {
        let StageView {
            id,
            ref_id,
            kind,
            name,
            requires,
            synthetic,
            status,
            run,
            started,
            ended,
            context,
            outputs,
            artifacts,
            phases,
            pending,
            children,
            problem,
            held,
        } = view;
        let (parent, placement) = synthetic.unzip();
        Stage {
            id: id.to_string(),
            ref_id: ref_id.to_string(),
            kind,
            name,
            requisite_stage_ref_ids: requires.iter().map(ToString::to_string).collect(),
            parent: parent.map(|parent| parent.to_string()),
            synthetic: placement.map(|placement| match placement {
                Placement::Before => "STAGE_BEFORE",
                Placement::After => "STAGE_AFTER",
            }),
            status: status.as_str(),
            run,
            started: started.map(Into::into),
            ended: ended.map(Into::into),
            context,
            outputs,
            artifacts,
            phases: Phase::all(phases, status),
            pending: pending.into_iter().map(Pending::from).collect(),
            children,
            problem,
            held: held.map(Held::from),
        }
    }
}

impl Phase {
    fn all(phases: Vec<domain::stage::Phase>, stage: domain::stage::StageStatus) -> Vec<Phase> {
        let last = phases.len().saturating_sub(1);
        let shown = phases.into_iter().enumerate().map(|(index, phase)| {
            let status = phase.status(index == last, stage).as_str();
            Phase { name: phase.name, status, started: phase.started.into(), ended: phase.ended.map(Into::into) }
        });
        shown.collect()
    }
}

impl From<domain::stage::Pending> for Pending {
    fn from(pending: domain::stage::Pending) -> Pending {
        use domain::stage::Demand;
        let domain::stage::Pending { label, demand, asked, due, withdrawn: _ } = pending;
        let demand = match demand {
            Demand::Operate(_) => "operate",
            Demand::Query(_) => "query",
            Demand::Evaluate(_) => "evaluate",
            Demand::Timer(_) => "timer",
            Demand::Ask(_) => "ask",
            Demand::Notify(_) => "notify",
            Demand::RunStages(_) => "run-stages",
            Demand::RunPipeline(_) => "run-pipeline",
            Demand::AwaitExecution(_) => "await-execution",
            Demand::Other(_) => "other",
        };
        Pending { label: label.to_string(), demand, asked: asked.into(), due: due.map(Into::into) }
    }
}

/// Why somebody cancels, pauses, resumes or skips.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// Shown with the execution and in the audit log.
    #[serde(default)]
    #[schema(example = "wrong version")]
    pub reason: Option<String>,
}
