//! Where a call stands.

use bindings::mainsheet::types::common::Meta as WitMeta;
use domain::plugin::call::Meta;

/// To the contract.
pub(crate) fn to_wit(meta: &Meta) -> WitMeta {
    let Meta { application, pipeline, execution, stage, run, started, now, trace_parent } = meta;
    WitMeta {
        application: application.clone(),
        pipeline: pipeline.clone(),
        execution: execution.clone(),
        stage: stage.clone(),
        run: *run,
        started: started.as_f64(),
        now: now.as_f64(),
        trace_parent: trace_parent.clone(),
        ext: "{}".to_owned(),
    }
}
