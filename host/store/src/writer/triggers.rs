//! Configured triggers and what is recorded of their events.

use domain::id::PipelineId;
use domain::pipeline::Definition;
use domain::trigger::identity;
use domain::{Params, Timestamp};

use super::tx::{Stop, Tx};
use crate::sqlite::values;
use crate::write::WriteError;

/// Events that go at once: removing more would hold up everybody else's commit.
const AT_ONCE: i64 = 2_000;

/// A trigger as it stood before a save.
struct Before {
    id: String,
    config: String,
    disabled: bool,
    since: i64,
    fired: Option<i64>,
}

/// Keeps the enabled triggers of a document that was saved at `now`. One that was there, known by its identity, keeps the dates that
/// were decided; one that says the same and was in force stands since it did.
pub(super) fn keep(tx: &mut Tx<'_>, id: &PipelineId, definition: &Definition, now: Timestamp) -> Result<(), Stop> {
    let pipeline = id.as_str();
    let before = tx.sqlite.query(
        "select config, disabled, since, fired, fired is null from pipeline_triggers where pipeline = ?1",
        values![pipeline],
        |row| (row.text(0).unwrap_or_default(), row.int(1) != 0, row.int(2), row.int(3), row.int(4) != 0),
    )?;
    let before: Vec<Before> = before
        .into_iter()
        .map(|(config, disabled, since, fired, never)| {
            let id = Params::parse(&config).map(|config| identity(&config)).unwrap_or_default();
            Before { id, config, disabled, since, fired: (!never).then_some(fired) }
        })
        .collect();
    tx.write("delete from pipeline_triggers where pipeline = ?1", values![pipeline])?;
    for trigger in definition.triggers.iter().filter(|trigger| trigger.enabled) {
        let config = trigger.config.text();
        let position = i64::try_from(trigger.index).unwrap_or(i64::MAX);
        let source = trigger.config.get("source").and_then(|source| source.as_str());
        let known = identity(&trigger.config);
        let same = before.iter().find(|one| one.id == known);
        let stood = same.filter(|one| one.config == config && !one.disabled && !definition.disabled);
        tx.write(
            "insert into pipeline_triggers (pipeline, position, kind, source, config, disabled, since, fired)
            values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            values![
                pipeline,
                position,
                &trigger.kind,
                source,
                config,
                definition.disabled,
                stood.map_or(now.0, |one| one.since),
                same.and_then(|one| one.fired)
            ],
        )?;
    }
    Ok(())
}

/// Notes the last date that was decided.
pub(super) fn dated(
    tx: &mut Tx<'_>,
    (pipeline, trigger): (&PipelineId, usize),
    config: &Params,
    at: Timestamp,
) -> Result<(), Stop> {
    let position = i64::try_from(trigger).unwrap_or(i64::MAX);
    let changed = tx.write(
        "update pipeline_triggers set fired = ?4
        where pipeline = ?1 and position = ?2 and config = ?3 and disabled = 0 and (fired is null or fired < ?4)",
        values![pipeline.as_str(), position, config.text(), at],
    )?;
    if changed == 0 { Err(WriteError::Gone { what: "trigger" }.into()) } else { Ok(()) }
}

/// Removes the oldest events.
pub(super) fn forget_events(tx: &mut Tx<'_>, most: i64, before: Timestamp) -> Result<(), Stop> {
    let newest_out = tx.counters.heard.saturating_sub(1).saturating_sub(most.max(0));
    // Numbers grow with the time of hearing, so what is too old is a beginning, too.
    let last = tx.sqlite.first(
        "select max(coalesce((select max(number) from trigger_events where received < ?2), 0), ?1),
          coalesce((select min(number) from trigger_events), 0)",
        values![newest_out, before],
        |row| row.int(0).min(row.int(1).saturating_add(AT_ONCE)),
    )?;
    let Some(last) = last else { return Ok(()) };
    tx.write("delete from trigger_looks where event <= ?1", values![last])?;
    tx.write("delete from trigger_events where number <= ?1", values![last])?;
    Ok(())
}
