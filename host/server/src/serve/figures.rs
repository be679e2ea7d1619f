//! What the parts count, as figures of the server's metrics.

use api::metrics::{Sample, SampleKind, Source};
use app::App;
use engine::EngineHandle;

/// One source for each part that counts.
pub(super) fn sources(app: &App, engine: &EngineHandle) -> Vec<Source> {
    let (used, driven, run) = (app.clone(), engine.clone(), app.runtime().clone());
    vec![
        Box::new(move || {
            let paused = gauge(
                "paused",
                "1 while the server is paused and starts nothing",
                used.system_pause().is_some().into(),
            );
            of_app(&used).into_iter().chain([paused]).collect()
        }),
        Box::new(move || of_engine(&driven.stats())),
        Box::new(move || of_runtime(&run.stats())),
    ]
}

fn of_app(app: &App) -> Vec<Sample> {
    let stats = app.stats();
    vec![
        counter("executions_started", "Executions admitted", stats.starts.get()),
        counter("executions_refused", "Starts refused", stats.starts_refused.get()),
        counter("trigger_events", "Events heard and recorded", stats.events.get()),
        counter("trigger_duplicates", "Deliveries heard before", stats.duplicates.get()),
        gauge("plugins_in_quarantine", "Components in quarantine", app.quarantine().held.len() as u64),
        counter("access_denied", "Refusals by authorize", stats.denials.get()),
    ]
}

fn of_engine(stats: &engine::Stats) -> Vec<Sample> {
    vec![
        counter("drives", "Drives begun", stats.drives),
        counter("commits", "Drives committed", stats.commits),
        counter("commits_stale", "Drives whose execution had moved meanwhile", stats.stale),
        counter("steps", "Steps of stages", stats.steps),
        counter("faults", "Steps and calls that ended in a fault of a plugin", stats.faults),
        counter("reads", "Reads performed for stages", stats.reads),
        counter("operation_calls", "Calls of operations", stats.calls),
        counter("operation_outcomes", "Outcomes of operations", stats.outcomes),
        counter("executions_ended", "Executions ended", stats.ended),
        counter(
            "executions_swept",
            "Due executions that memory had forgotten; 0 unless the server is wrong",
            stats.swept,
        ),
        counter("plugins_quarantined", "Components put into quarantine", stats.quarantined),
        gauge("executions_held", "Executions that wait for a plugin to be released from quarantine", stats.held),
        counter("store_errors", "Units that the store could not write or read at once", stats.store_errors),
        gauge("executions_live", "Executions held in memory", stats.live),
        gauge("executions_waiting", "Executions that wait for a moment", stats.waiting),
        gauge("operations_open", "Operations under way", stats.operations_open),
    ]
}

fn of_runtime(stats: &runtime::Stats) -> Vec<Sample> {
    vec![
        counter("plugin_calls", "Calls of plugins", stats.calls),
        counter("plugin_compilations", "Components compiled", stats.compiles),
        counter("plugin_cache_hits", "Modules loaded from the cache on disk", stats.cache_hits),
        counter("plugin_cache_misses", "Modules not in the cache, or not in order", stats.cache_misses),
        gauge("plugin_modules_loaded", "Modules in memory", stats.loaded),
        gauge("plugin_calls_running", "Calls inside plugins", stats.running),
        gauge("plugin_calls_waiting", "Calls waiting for a permit", stats.waiting),
    ]
}

fn counter(name: &'static str, help: &'static str, value: u64) -> Sample {
    Sample { name, help, kind: SampleKind::Counter, value: figure(value) }
}

fn gauge(name: &'static str, help: &'static str, value: u64) -> Sample {
    Sample { name, help, kind: SampleKind::Gauge, value: figure(value) }
}

#[expect(clippy::cast_precision_loss, reason = "Prometheus has nothing but f64, exact to 2^53")]
fn figure(value: u64) -> f64 {
    value as f64
}
