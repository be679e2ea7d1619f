//! Between the host's words and the SDK's plain values, for logic that is linked natively. Components go through `runtime`.

use domain::plugin::call::Turn;
use domain::question::Question;
use domain::stage::request as host;
use domain::stage::{Finish, FinishStatus, Patch, Verdict, Waiting};
use domain::{Failure, FailureClass, Params, Timestamp};
use mainsheet_sdk as sdk;
use mainsheet_sdk::stage as guest;
use serde_json::{Map, Value};

/// A turn, as the SDK gives it to a stage.
#[must_use]
pub fn turn(turn: &Turn<'_>) -> guest::Turn {
    let meta = &turn.meta;
    guest::Turn {
        meta: sdk::Meta {
            application: meta.application.clone(),
            pipeline: meta.pipeline.clone(),
            execution: meta.execution.clone(),
            stage: meta.stage.clone(),
            run: meta.run,
            started: meta.started.as_f64(),
            now: meta.now.as_f64(),
            trace_parent: None,
            ext: Map::new(),
        },
        stage_type: turn.kind.to_owned(),
        config: turn.config.value().clone(),
        context: guest::object(turn.context.value().clone()),
        answers: turn.answers.iter().map(answer).collect(),
        pending: turn.pending.iter().map(ToString::to_string).collect(),
        state: turn.state.map(<[u8]>::to_vec),
    }
}

fn answer(answer: &host::Answer) -> guest::Answer {
    guest::Answer {
        label: answer.label.to_string(),
        at: answer.at.as_f64(),
        by: answer.by.clone(),
        outcome: answer.outcome.as_ref().map(|value| value.value().clone()).map_err(to_guest),
    }
}

fn to_guest(failure: &Failure) -> sdk::Failure {
    let class = match failure.class {
        FailureClass::InvalidInput => sdk::FailureClass::InvalidInput,
        FailureClass::Denied => sdk::FailureClass::Denied,
        FailureClass::NotFound => sdk::FailureClass::NotFound,
        FailureClass::Conflict => sdk::FailureClass::Conflict,
        FailureClass::Throttled => sdk::FailureClass::Throttled,
        FailureClass::Unavailable => sdk::FailureClass::Unavailable,
        FailureClass::TimedOut => sdk::FailureClass::TimedOut,
        FailureClass::Cancelled => sdk::FailureClass::Cancelled,
        FailureClass::Internal => sdk::FailureClass::Internal,
    };
    sdk::Failure::new(class, failure.code.as_str(), failure.message.clone())
}

/// A failure that a plugin made.
#[must_use]
pub fn failure(failure: sdk::Failure) -> Failure {
    let class = match failure.class {
        sdk::FailureClass::InvalidInput => FailureClass::InvalidInput,
        sdk::FailureClass::Denied => FailureClass::Denied,
        sdk::FailureClass::NotFound => FailureClass::NotFound,
        sdk::FailureClass::Conflict => FailureClass::Conflict,
        sdk::FailureClass::Throttled => FailureClass::Throttled,
        sdk::FailureClass::Unavailable => FailureClass::Unavailable,
        sdk::FailureClass::TimedOut => FailureClass::TimedOut,
        sdk::FailureClass::Cancelled => FailureClass::Cancelled,
        sdk::FailureClass::Internal => FailureClass::Internal,
    };
    let mut host = Failure::new(class, failure.code.into(), failure.message);
    host.retry_after = failure.retry_after;
    host.details = failure.details.map(|details| Params::new(*details));
    host
}

/// A verdict that a stage came to.
#[must_use]
pub fn verdict(verdict: guest::Verdict) -> Verdict {
    match verdict {
        guest::Verdict::Waiting(waiting) => Verdict::Waiting(Waiting {
            patch: patch(waiting.patch),
            requests: waiting.requests.into_iter().map(request).collect(),
            withdraw: waiting.withdraw.into_iter().map(Into::into).collect(),
            progress: waiting.progress.map(Params::new),
            state: waiting.state,
        }),
        guest::Verdict::Finished(finish, last) => Verdict::Finished(Finish {
            status: match finish.status {
                guest::Status::Succeeded => FinishStatus::Succeeded,
                guest::Status::Failed => FinishStatus::Failed,
                guest::Status::Cancelled => FinishStatus::Cancelled,
                guest::Status::Stopped => FinishStatus::Stopped,
                guest::Status::Skipped => FinishStatus::Skipped,
            },
            patch: patch(last),
            problem: finish.problem.map(failure),
            acting_as: finish.acting_as.map(Into::into),
        }),
    }
}

fn patch(patch: guest::Patch) -> Patch {
    let object = |map: Map<String, Value>| (!map.is_empty()).then(|| Params::new(Value::Object(map)));
    Patch {
        context: object(patch.context),
        outputs: object(patch.outputs),
        artifacts: (!patch.artifacts.is_empty()).then(|| Params::new(Value::Array(patch.artifacts))),
        phases: patch.phases,
    }
}

fn request(request: guest::Request) -> host::Request {
    host::Request { label: request.label.into(), demand: demand(request.demand) }
}

fn demand(demand: guest::Demand) -> host::Demand {
    match demand {
        guest::Demand::Operate(operation) => host::Demand::Operate(host::OperationRequest {
            account: operation.account,
            provider: operation.provider,
            kind: operation.kind,
            input: Params::new(operation.input),
            pace: None,
        }),
        guest::Demand::Query(query) => host::Demand::Query(host::QueryRequest {
            account: query.account,
            provider: query.provider,
            kind: query.kind,
            input: Params::new(query.input),
            max_age: query.max_age,
        }),
        guest::Demand::Evaluate(expressions) => host::Demand::Evaluate(
            expressions
                .into_iter()
                .map(|expression| host::Expression { name: expression.name, value: Params::new(expression.value) })
                .collect(),
        ),
        guest::Demand::Timer(moment) => host::Demand::Timer(due(moment)),
        guest::Demand::Ask(asked) => host::Demand::Ask(question(asked)),
        guest::Demand::Notify(notice) => {
            host::Demand::Notify(host::Notice { when: notice.when, detail: Params::new(notice.detail) })
        }
        guest::Demand::RunStages(graph) => host::Demand::RunStages(children(graph)),
        guest::Demand::RunPipeline(child) => host::Demand::RunPipeline(host::ChildExecution {
            application: child.application,
            pipeline: child.pipeline,
            parameters: Params::new(Value::Object(child.parameters)),
            artifacts: child.artifacts.map(|list| Params::new(Value::Array(list))),
            trigger: Params::new(Value::Object(child.trigger)),
        }),
        guest::Demand::AwaitExecution(id) => host::Demand::AwaitExecution(id.into()),
        guest::Demand::Other(value) => host::Demand::Other(Params::new(value)),
    }
}

fn due(due: guest::Due) -> host::Due {
    match due {
        guest::Due::After(millis) => host::Due::After(millis),
        guest::Due::Active(millis) => host::Due::Active(millis),
        guest::Due::At(at) => host::Due::At(Timestamp::from_f64(at)),
    }
}

fn question(question: guest::Question) -> Question {
    Question {
        kind: question.kind,
        title: question.title,
        instructions: question.instructions,
        schema: Params::new(question.schema),
        approving: Params::new(Value::Object(question.approving)),
        roles: question.roles,
        quorum: question.quorum,
        distinct_roles: question.distinct_roles,
        exclude_submitter: question.exclude_submitter,
        expires: question.expires.map(due),
    }
}

fn children(graph: guest::ChildGraph) -> host::ChildGraph {
    host::ChildGraph {
        placement: match graph.placement {
            guest::Placement::Before => host::Placement::Before,
            guest::Placement::After => host::Placement::After,
        },
        stages: graph
            .stages
            .into_iter()
            .map(|child| host::ChildStage {
                reference: child.reference.into(),
                requires: child.requires.into_iter().map(Into::into).collect(),
                kind: child.stage_type,
                name: child.name,
                config: Params::new(child.config),
            })
            .collect(),
    }
}
