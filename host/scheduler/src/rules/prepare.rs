//! A stage's configuration, evaluated, before it is stepped (reference expressions.md §1.7).

use domain::evaluation::{Prepared, SUMMARY};
use domain::params::Value;
use domain::stage::{Finish, FinishStatus, Patch, Record, Run};
use domain::{Params, Timestamp};

use crate::view::View;

/// A timeout may be an expression; before the first answer it is what it has become.
fn move_timeout(view: &mut View, position: usize) {
    let timeout = super::start::timeout(view, position);
    let Some(run) = view.stages[position].running_mut() else { return };
    if run.answers.is_empty() && run.pending.is_empty() && run.cancelled.is_none() {
        run.expires = timeout.map(|millis| run.started.plus(millis));
    }
}

/// Takes in what the configuration of the running stage at `position` became. A stage that `stageEnabled` leaves out is skipped.
pub(super) fn prepare(view: &mut View, position: usize, prepared: Prepared, now: Timestamp) {
    let Some(run) = view.stages[position].running_mut() else { return };
    // Only what has not begun can be left out; later passes fill in texts that had no value yet.
    let begins = run.answers.is_empty() && run.pending.is_empty() && run.faults == 0 && !run.windowed;
    let evaluated = prepared.config.is_some();
    if evaluated {
        run.config = prepared.config;
    }
    if let Some(summary) = prepared.summary {
        put(&mut run.record, SUMMARY, Some(summary.value().clone()).filter(|_| !summary.is_empty()));
    }
    view.touch(position);
    if evaluated {
        move_timeout(view, position);
    }
    if begins && !prepared.enabled {
        let finish = Finish { status: FinishStatus::Skipped, patch: Patch::default(), problem: None, acting_as: None };
        super::finish::begin(view, position, finish, now);
    }
}

/// Whether `failOnFailedExpressions` strikes: it is the boolean true, and an expression gave no value (§1.5).
pub(super) fn is_to_fail(run: &Run, written: &Params) -> bool {
    let key = "failOnFailedExpressions";
    let config = run.config.as_ref().unwrap_or(written);
    let wanted = run.record.context.get(key).or_else(|| config.get(key)).and_then(Value::as_bool) == Some(true);
    wanted && failed_expressions(&run.record).next().is_some()
}

/// When a stage ends, `exception.details.errors` of its context tells what the summary tells (§1.5).
pub(super) fn tell(record: &mut Record) {
    let failed = failed_expressions(record).filter_map(|entry| entry.get("description").cloned());
    let failed: Vec<Value> = failed.collect();
    if failed.is_empty() {
        return;
    }
    let mut exception = match record.context.get("exception") {
        Some(Value::Object(exception)) => exception.clone(),
        _ => Default::default(),
    };
    let mut details = match exception.remove("details") {
        Some(Value::Object(details)) => details,
        _ => Default::default(),
    };
    let mut errors = match details.remove("errors") {
        Some(Value::Array(errors)) => errors,
        _ => Vec::new(),
    };
    errors.extend(failed);
    details.insert("errors".to_owned(), Value::Array(errors));
    exception.insert("details".to_owned(), Value::Object(details));
    put(record, "exception", Some(Value::Object(exception)));
}

/// Keeps what the host has noted of expressions beside what the stage's own patch says of those that it asked for.
pub(super) fn join_summaries(record: &mut Record, before: Option<Value>) {
    let Some(Value::Object(mut summary)) = before else { return };
    if let Some(own) = record.context.get(SUMMARY).and_then(Value::as_object) {
        summary.extend(own.clone());
    }
    put(record, SUMMARY, Some(Value::Object(summary)));
}

/// Entries of the summary.
fn failed_expressions(record: &Record) -> impl Iterator<Item = &Value> {
    let summary = record.context.get(SUMMARY).and_then(Value::as_object);
    summary
        .into_iter()
        .flat_map(|summary| summary.values())
        .flat_map(|entries| entries.as_array().into_iter().flatten())
}

/// Sets a key of the context, or takes it away.
fn put(record: &mut Record, key: &str, value: Option<Value>) {
    let mut context = record.context.value().as_object().cloned().unwrap_or_default();
    match value {
        Some(value) => context.insert(key.to_owned(), value),
        None => context.remove(key),
    };
    record.context = Params::new(Value::Object(context));
}
