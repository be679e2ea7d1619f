//! Queries of the host itself: executions, their stages, their artifacts. A stage reads its own application and nothing else.

use domain::id::{ExecutionId, PipelineId};
use domain::operation::OperationKey;
use domain::params::Value;
use domain::stage::request::QueryRequest;
use domain::{Failure, FailureClass, Params, code::code};
use domain::execution::{Execution, ExecutionStatus};
use scheduler::View;
use store::ExecutionFilter;

use crate::core::Core;
use crate::orders::Outcome;
use crate::seat::Seat;
use crate::trouble::Trouble;

/// Most executions that one query lists.
const MOST: u32 = 100;

/// Answers one query.
///
/// - `executions` `{pipeline?, statuses?, limit?}`: newest first, each `{id, name, status, pipeline, started, ended}`.
/// - `execution` `{id}`: one of them, with `trigger`.
/// - `stages` `{execution?}`: `[{refId, name, type, status, context, outputs}]`; without `execution`, the asker's own.
/// - `artifacts` `{execution?}`: what its trigger brought and its stages produced.
pub(super) async fn answer(core: &Core, seat: &Seat, key: &OperationKey, request: &QueryRequest) -> Outcome {
    let result = match request.kind.as_str() {
        "executions" => executions(core, seat, &request.input).await,
        "execution" => execution(core, seat, &request.input).await,
        "stages" => view(core, seat, &request.input).await.map(|found| found.map(|found| stages(found.view(seat)))),
        "artifacts" => view(core, seat, &request.input).await.map(|found| found.map(|found| artifacts(found.view(seat)))),
        other => {
            let message = format!("The host has no query `{other}`; it has executions, execution, stages and artifacts.");
            Ok(Err(Failure::new(FailureClass::NotFound, code("query.unknown"), message)))
        }
    };
    result.unwrap_or_else(|trouble| {
        core.counters.store_errors.one();
        tracing::warn!(query = %key.idempotency_key(), error = %trouble, "a query of the host failed");
        let message = "The server could not read its database; try again.";
        Err(Failure::new(FailureClass::Unavailable, code("query.unreadable"), message))
    })
}

async fn executions(core: &Core, seat: &Seat, input: &Params) -> Result<Outcome, Trouble> {
    let texts = input.get("statuses").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let filter = ExecutionFilter {
        application: Some(seat.view.execution.application.clone()),
        pipeline: text(input, "pipeline").map(PipelineId::from),
        statuses: texts.filter_map(ExecutionStatus::parse).collect(),
        ..ExecutionFilter::default()
    };
    let limit = input.get("limit").and_then(Value::as_u64).and_then(|limit| u32::try_from(limit).ok());
    let page = core.app.store().executions().list(&filter, None, limit.unwrap_or(20).clamp(1, MOST)).await?;
    let rows: Vec<Value> = page.items.iter().map(|row| summary(&row.execution)).collect();
    Ok(Ok(Params::new(rows.into())))
}

async fn execution(core: &Core, seat: &Seat, input: &Params) -> Result<Outcome, Trouble> {
    let Some(id) = text(input, "id") else { return Ok(Err(not_named())) };
    let own = &seat.view.execution;
    let found = core.app.store().executions().get(&ExecutionId::from(id)).await?.map(|row| row.execution);
    let Some(found) = found.filter(|found| same_application(own, found)) else { return Ok(Err(unknown(id))) };
    let mut row = summary(&found);
    if let Value::Object(members) = &mut row {
        members.insert("trigger".into(), found.trigger.value().clone());
    }
    Ok(Ok(Params::new(row)))
}

/// The asker's own view, which may be ahead of its row, or another execution's.
enum Found {
    Own,
    Other(Box<Seat>),
}

impl Found {
    fn view<'v>(&'v self, own: &'v Seat) -> &'v View {
        match self {
            Found::Own => &own.view,
            Found::Other(seat) => &seat.view,
        }
    }
}

async fn view(core: &Core, seat: &Seat, input: &Params) -> Result<Result<Found, Failure>, Trouble> {
    let own = &seat.view.execution;
    let id = match text(input, "execution") {
        None => return Ok(Ok(Found::Own)),
        Some(id) if id == own.id.as_str() => return Ok(Ok(Found::Own)),
        Some(id) => id,
    };
    let loaded = Seat::load(&core.app, &ExecutionId::from(id)).await?;
    Ok(match loaded {
        Some((other, _)) if same_application(own, &other.view.execution) => Ok(Found::Other(Box::new(other))),
        _ => Err(unknown(id)),
    })
}

fn stages(view: &View) -> Params {
    let rows = view.stages.iter().map(|stage| {
        let record = stage.record();
        let member = |value: Option<&Params>| value.map(|params| params.value().clone()).unwrap_or_default();
        let row = Params::from_members([
            ("refId", stage.ref_id.as_str().into()),
            ("name", stage.name.as_str().into()),
            ("type", stage.kind.as_str().into()),
            ("status", stage.status().as_str().into()),
            ("context", member(record.map(|record| &record.context))),
            ("outputs", member(record.map(|record| &record.outputs))),
        ]);
        row.value().clone()
    });
    Params::new(rows.collect::<Vec<Value>>().into())
}

fn artifacts(view: &View) -> Params {
    let received = view.execution.trigger.get("artifacts").and_then(Value::as_array);
    let produced = view.stages.iter().filter_map(|stage| stage.record()?.artifacts.value().as_array());
    let all: Vec<Value> = received.into_iter().chain(produced).flatten().cloned().collect();
    Params::new(all.into())
}

fn summary(execution: &Execution) -> Value {
    let row = Params::from_members([
        ("id", execution.id.as_str().into()),
        ("name", execution.name.as_str().into()),
        ("status", execution.status().as_str().into()),
        ("pipeline", execution.pipeline.as_ref().map(|at| at.id.as_str()).into()),
        ("started", execution.started().map(|at| at.0).into()),
        ("ended", execution.ended().map(|at| at.0).into()),
    ]);
    row.value().clone()
}

fn text<'i>(input: &'i Params, key: &str) -> Option<&'i str> {
    input.get(key).and_then(Value::as_str).filter(|text| !text.is_empty())
}

fn same_application(own: &Execution, other: &Execution) -> bool {
    own.application.as_str().eq_ignore_ascii_case(other.application.as_str())
}

fn not_named() -> Failure {
    Failure::new(FailureClass::InvalidInput, code("query.input-invalid"), "`id` is missing: name the execution.")
}

fn unknown(id: &str) -> Failure {
    let message = format!("There is no execution `{id}` in this application.");
    Failure::new(FailureClass::NotFound, code("execution.unknown"), message)
}
