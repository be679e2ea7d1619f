//! Queries of the host itself. What the asker's own execution shows comes from its view, which may be ahead of its rows; everything
//! else is a use case, with the rights of whoever the run acts as.

use domain::Params;
use domain::params::Value;
use domain::stage::request::QueryRequest;
use scheduler::View;

use crate::core::Core;
use crate::orders::Outcome;
use crate::seat::Seat;

/// Answers one query.
///
/// - `stages`: of the asker's own execution, `[{refId, name, type, status, context, outputs}]`.
/// - `artifacts`: what the trigger of the asker's own execution brought and its stages produced.
/// - any other: [`app::App::host_query`].
pub(super) async fn answer(core: &Core, seat: &Seat, request: &QueryRequest) -> Outcome {
    match request.kind.as_str() {
        "stages" => Ok(stages(&seat.view)),
        "artifacts" => Ok(artifacts(&seat.view)),
        other => core.app.host_query(&seat.view.execution, other, &request.input).await,
    }
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
