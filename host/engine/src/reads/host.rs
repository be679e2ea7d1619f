//! Queries of the host itself. What the asker's own execution shows comes from its view, which may be ahead of its rows; everything
//! else is a use case, with the rights of whoever the run acts as.

use domain::artifact::{self, Artifact};
use domain::params::Value;
use domain::stage::request::QueryRequest;
use domain::{Params, StageId};
use scheduler::View;

use crate::core::Core;
use crate::orders::Outcome;
use crate::seat::Seat;

/// Answers one query.
///
/// - `stages`: of the asker's own execution, `[{refId, name, type, status, context, outputs}]`.
/// - `artifacts`: what the asking stage sees: its own artifacts, those of its ancestors, those of the trigger.
/// - `artifact`: the one that the stage means by `{id?, artifact?, account?}`: what the expected artifact `id` was bound to, else `artifact`
///   as it is given; with `account` in the place of the artifact's own.
/// - any other: [`app::App::host_query`].
pub(super) async fn answer(core: &Core, seat: &Seat, stage: &StageId, request: &QueryRequest) -> Outcome {
    let (stages_of, trigger) = (&seat.view.stages, &seat.view.execution.trigger);
    let asker = seat.view.position(stage).unwrap_or(usize::MAX);
    match request.kind.as_str() {
        "stages" => Ok(stages(&seat.view)),
        "artifacts" => Ok(Params::new(Artifact::list(&artifact::visible(stages_of, asker, trigger)))),
        "artifact" => {
            let found = artifact::Wanted::read(&request.input).find(stages_of, asker, trigger)?;
            Ok(Params::new(found.to_json()))
        }
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
