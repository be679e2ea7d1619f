//! Where the plain values of stages meet the contract's types, and nowhere else.

use serde_json::Value;

use super::demand::{
    ChildExecution, ChildGraph, Demand, Due, Expression, Notice, Operation, Placement, Query, Question, Request,
};
use super::turn::{Answer, Turn};
use super::verdict::{Finish, Patch, Verdict, Waiting};
use crate::bindings::stage::exports::mainsheet::stage::stage as wit;
use crate::json;

impl From<wit::Turn> for Turn {
    fn from(turn: wit::Turn) -> Self {
        Self {
            meta: turn.meta.into(),
            stage_type: turn.stage_type,
            config: json::read(turn.config),
            context: json::read_object(&turn.context),
            answers: turn.answers.into_iter().map(Answer::from).collect(),
            pending: turn.pending,
            state: turn.state,
        }
    }
}

impl From<wit::Answer> for Answer {
    fn from(answer: wit::Answer) -> Self {
        Self {
            label: answer.label,
            at: answer.at,
            by: answer.by,
            outcome: answer.outcome.map(json::read).map_err(Into::into),
        }
    }
}

impl From<Verdict> for wit::Verdict {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Waiting(waiting) => Self::Waiting(waiting.into()),
            Verdict::Finished(finish, patch) => Self::Finished(finished(finish, patch)),
        }
    }
}

impl From<Waiting> for wit::Waiting {
    fn from(waiting: Waiting) -> Self {
        Self {
            patch: waiting.patch.into(),
            requests: waiting.requests.into_iter().map(Into::into).collect(),
            withdraw: waiting.withdraw,
            progress: waiting.progress.map(text),
            state: waiting.state,
        }
    }
}

fn finished(finish: Finish, patch: Patch) -> wit::Finish {
    wit::Finish {
        status: finish.status.as_str().to_owned(),
        patch: patch.into(),
        problem: finish.problem.map(Into::into),
        acting_as: finish.acting_as,
    }
}

impl From<Patch> for wit::Patch {
    fn from(patch: Patch) -> Self {
        Self {
            context: json::write_object(patch.context),
            outputs: json::write_object(patch.outputs),
            artifacts: (!patch.artifacts.is_empty()).then(|| Value::Array(patch.artifacts).to_string()),
            phases: patch.phases,
        }
    }
}

impl From<Request> for wit::Request {
    fn from(request: Request) -> Self {
        Self { label: request.label, demand: request.demand.into() }
    }
}

impl From<Demand> for wit::Demand {
    fn from(demand: Demand) -> Self {
        match demand {
            Demand::Operate(operation) => Self::Operate(operation.into()),
            Demand::Query(query) => Self::Query(query.into()),
            Demand::Evaluate(expressions) => Self::Evaluate(expressions.into_iter().map(Into::into).collect()),
            Demand::Timer(due) => Self::Timer(due.into()),
            Demand::Ask(question) => Self::Ask(question.into()),
            Demand::Notify(notice) => Self::Notify(notice.into()),
            Demand::RunStages(graph) => Self::RunStages(graph.into()),
            Demand::RunPipeline(child) => Self::RunPipeline(child.into()),
            Demand::AwaitExecution(id) => Self::AwaitExecution(id),
            Demand::Other(value) => Self::Other(text(value)),
        }
    }
}

impl From<Operation> for wit::Operation {
    fn from(operation: Operation) -> Self {
        Self {
            account: operation.account,
            provider: operation.provider,
            kind: operation.kind,
            input: text(operation.input),
        }
    }
}

impl From<Query> for wit::Query {
    fn from(query: Query) -> Self {
        Self {
            account: query.account,
            provider: query.provider,
            kind: query.kind,
            input: text(query.input),
            max_age: query.max_age,
        }
    }
}

impl From<Expression> for wit::Expression {
    fn from(expression: Expression) -> Self {
        Self { name: expression.name, value: text(expression.value) }
    }
}

impl From<Due> for wit::Due {
    fn from(due: Due) -> Self {
        match due {
            Due::After(length) => Self::After(length),
            Due::Active(length) => Self::Active(length),
            Due::At(instant) => Self::At(instant),
        }
    }
}

impl From<Question> for wit::Question {
    fn from(question: Question) -> Self {
        Self {
            kind: question.kind,
            title: question.title,
            instructions: question.instructions,
            schema: text(question.schema),
            approving: Value::Object(question.approving).to_string(),
            roles: question.roles,
            quorum: question.quorum,
            distinct_roles: question.distinct_roles,
            exclude_submitter: question.exclude_submitter,
            expires: question.expires.map(Into::into),
        }
    }
}

impl From<Notice> for wit::Notice {
    fn from(notice: Notice) -> Self {
        Self { when: notice.when, detail: text(notice.detail) }
    }
}

impl From<ChildGraph> for wit::ChildGraph {
    fn from(graph: ChildGraph) -> Self {
        let stages = graph.stages.into_iter().map(|child| wit::ChildStage {
            ref_: child.reference,
            requires: child.requires,
            stage_type: child.stage_type,
            name: child.name,
            config: text(child.config),
        });
        Self {
            placement: match graph.placement {
                Placement::Before => wit::Placement::Before,
                Placement::After => wit::Placement::After,
            },
            stages: stages.collect(),
        }
    }
}

impl From<ChildExecution> for wit::ChildExecution {
    fn from(child: ChildExecution) -> Self {
        Self {
            application: child.application,
            pipeline: child.pipeline,
            parameters: Value::Object(child.parameters).to_string(),
            artifacts: child.artifacts.map(|artifacts| Value::Array(artifacts).to_string()),
            trigger: Value::Object(child.trigger).to_string(),
        }
    }
}

fn text(value: Value) -> String {
    value.to_string()
}
