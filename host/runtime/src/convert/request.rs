//! Requests: everything that a stage can want.

use bindings::mainsheet::stage::stage::{
    ChildExecution as WitExecution, ChildGraph as WitGraph, ChildStage as WitChild, Demand as WitDemand, Due as WitDue,
    Expression as WitExpression, Notice as WitNotice, Operation as WitOperation, Placement as WitPlacement,
    Query as WitQuery, Request as WitRequest,
};
use domain::Timestamp;
use domain::id::{ExecutionId, RefId};
use domain::stage::request::{
    ChildExecution, ChildGraph, ChildStage, Demand, Due, Expression, Notice, OperationRequest, Placement, QueryRequest,
    Request,
};

use super::question;
use super::reply::{Malformed, Reply};

/// From the contract.
///
/// # Errors
/// Something in it is not what the contract says.
pub(crate) fn from_wit(reply: &mut Reply, request: WitRequest) -> Result<Request, Malformed> {
    let WitRequest { label, demand: wanted } = request;
    Ok(Request { label: reply.label("label", label)?, demand: demand(reply, wanted)? })
}

fn demand(reply: &mut Reply, demand: WitDemand) -> Result<Demand, Malformed> {
    Ok(match demand {
        WitDemand::Operate(one) => Demand::Operate(operation(reply, one)?),
        WitDemand::Query(one) => Demand::Query(query(reply, one)?),
        WitDemand::Evaluate(all) => {
            Demand::Evaluate(all.into_iter().map(|one| expression(reply, one)).collect::<Result<_, _>>()?)
        }
        WitDemand::Timer(when) => Demand::Timer(due(when)?),
        WitDemand::Ask(one) => Demand::Ask(question::from_wit(reply, one)?),
        WitDemand::Notify(one) => Demand::Notify(notice(reply, one)?),
        WitDemand::RunStages(graph) => Demand::RunStages(children(reply, graph)?),
        WitDemand::RunPipeline(child) => Demand::RunPipeline(execution(reply, child)?),
        WitDemand::AwaitExecution(id) => Demand::AwaitExecution(ExecutionId::from(reply.name("await-execution", id)?)),
        WitDemand::Other(value) => Demand::Other(reply.json("other", &value)?),
    })
}

/// When something is due.
///
/// # Errors
/// The instant is not a number.
pub(crate) fn due(due: WitDue) -> Result<Due, Malformed> {
    Ok(match due {
        WitDue::After(length) => Due::After(length),
        WitDue::Active(length) => Due::Active(length),
        WitDue::At(instant) if instant.is_nan() => return Err(Malformed("`timer.at` is not a number".to_owned())),
        WitDue::At(instant) => Due::At(Timestamp::from_f64(instant)),
    })
}

fn operation(reply: &mut Reply, operation: WitOperation) -> Result<OperationRequest, Malformed> {
    let WitOperation { account, provider, kind, input } = operation;
    Ok(OperationRequest {
        account,
        provider,
        kind: reply.name("operate.kind", kind)?,
        input: reply.json("operate.input", &input)?,
        pace: None,
    })
}

fn query(reply: &mut Reply, query: WitQuery) -> Result<QueryRequest, Malformed> {
    let WitQuery { account, provider, kind, input, max_age } = query;
    Ok(QueryRequest {
        account,
        provider,
        kind: reply.name("query.kind", kind)?,
        input: reply.json("query.input", &input)?,
        max_age,
    })
}

fn expression(reply: &mut Reply, expression: WitExpression) -> Result<Expression, Malformed> {
    let WitExpression { name, value } = expression;
    Ok(Expression { name, value: reply.json("evaluate.value", &value)? })
}

fn notice(reply: &mut Reply, notice: WitNotice) -> Result<Notice, Malformed> {
    let WitNotice { when, detail } = notice;
    Ok(Notice { when: reply.text("notify.when", when)?, detail: reply.json("notify.detail", &detail)? })
}

fn children(reply: &mut Reply, graph: WitGraph) -> Result<ChildGraph, Malformed> {
    let WitGraph { placement, stages } = graph;
    Ok(ChildGraph {
        placement: match placement {
            WitPlacement::Before => Placement::Before,
            WitPlacement::After => Placement::After,
        },
        stages: stages.into_iter().map(|one| child(reply, one)).collect::<Result<_, _>>()?,
    })
}

fn child(reply: &mut Reply, child: WitChild) -> Result<ChildStage, Malformed> {
    let WitChild { ref_, requires, stage_type, name, config } = child;
    let requires = reply.texts("run-stages.requires", requires)?;
    Ok(ChildStage {
        reference: RefId::from(reply.name("run-stages.ref", ref_)?),
        requires: requires.into_iter().map(RefId::from).collect(),
        kind: reply.name("run-stages.stage-type", stage_type)?,
        name: reply.text("run-stages.name", name)?,
        config: reply.json("run-stages.config", &config)?,
    })
}

fn execution(reply: &mut Reply, child: WitExecution) -> Result<ChildExecution, Malformed> {
    let WitExecution { application, pipeline, parameters, artifacts, trigger } = child;
    Ok(ChildExecution {
        application: reply.text("run-pipeline.application", application)?,
        pipeline: reply.name("run-pipeline.pipeline", pipeline)?,
        parameters: reply.json("run-pipeline.parameters", &parameters)?,
        artifacts: reply.optional("run-pipeline.artifacts", artifacts)?,
        trigger: reply.json("run-pipeline.trigger", &trigger)?,
    })
}
