//! Writes that are rare. What each presumes is looked at here, inside the transaction.

use domain::application::Application;
use domain::execution::{Control, ControlKind};
use domain::id::{ApplicationName, ExecutionId};
use domain::pipeline::{Definition, Pipeline};
use domain::question::Vote;

use super::tx::{Stop, Tx};
use super::unit::json;
use super::{accounts, slots, triggers};
use crate::sqlite::values;
use crate::wake::Configured;
use crate::write::{CatalogEntry, Write, WriteError};

/// Makes one write.
pub(super) fn apply(tx: &mut Tx<'_>, write: &Write) -> Result<(), Stop> {
    match write {
        Write::SaveApplication { application, expect } => save_application(tx, application, *expect),
        Write::DeleteApplication(name) => delete_application(tx, name),
        Write::SavePipeline { pipeline, expect } => save_pipeline(tx, pipeline, *expect),
        Write::OrderPipelines(order) => {
            for (place, id) in (0i64..).zip(order) {
                tx.write("update pipelines set position = ?2 where id = ?1", values![id.as_str(), place])?;
            }
            Ok(())
        }
        Write::DeletePipeline(id) => {
            let deleted = tx.write("delete from pipelines where id = ?1", values![id.as_str()])?;
            some(deleted, "pipeline")?;
            tx.configured.push(Configured::Pipeline(id.clone()));
            Ok(())
        }
        Write::Dated { pipeline, trigger, config, at } => triggers::dated(tx, (pipeline, *trigger), config, *at),
        Write::ForgetEvents { most, before } => triggers::forget_events(tx, *most, *before),
        Write::Control { execution, control } => raise_control(tx, execution, control),
        Write::Vote { question, vote, closes } => cast_vote(tx, question, vote, *closes),
        Write::Component { digest, bytes, manifest, at } => {
            tx.write(
                "insert into components (digest, manifest, kept, bytes) values (?1, ?2, ?3, ?4) on conflict (digest) do nothing",
                values![digest.as_str(), &json(manifest)?, *at, bytes.as_slice()],
            )?;
            Ok(())
        }
        Write::Catalog { expect, plugins, at } => new_catalog(tx, *expect, plugins, at.0),
        Write::Token { hash, name, principal, created, expires } => {
            let inserted = tx.write(
                "insert into tokens (hash, name, principal, created, expires) values (?1, ?2, ?3, ?4, ?5) on conflict do nothing",
                values![hash, name, &json(principal)?, *created, *expires],
            )?;
            if inserted == 0 { refuse(WriteError::Exists { what: "token" }) } else { Ok(()) }
        }
        Write::RevokeToken(name) => {
            let deleted = tx.write("delete from tokens where name = ?1", values![name])?;
            some(deleted, "token")
        }
        Write::SaveAccount { .. }
        | Write::AccountVerified { .. }
        | Write::DeleteAccount(_)
        | Write::SaveSecret(_)
        | Write::DeleteSecret(_)
        | Write::Reseal(_) => accounts::apply(tx, write),
        Write::Audit(entry) => Ok(tx.audit(entry)?),
        Write::Setting { key, value } => {
            tx.write(
                "insert into settings (key, value) values (?1, ?2) on conflict (key) do update set value = excluded.value",
                values![key, value.text()],
            )?;
            Ok(())
        }
        Write::Admit(_) | Write::Inbox { .. } | Write::Restart { .. } | Write::Checkpoint(_) | Write::Event { .. } => {
            refuse(WriteError::Database("a write came to the wrong place".into()))
        }
    }
}

pub(super) fn refuse(error: WriteError) -> Result<(), Stop> {
    Err(Stop::Refused(error))
}

pub(super) fn some(rows: usize, what: &'static str) -> Result<(), Stop> {
    if rows == 0 { refuse(WriteError::Gone { what }) } else { Ok(()) }
}

/// What `expect` says against the version that is there.
pub(super) fn against(expect: Option<i64>, found: Option<i64>, what: &'static str) -> Result<(), Stop> {
    match (expect, found) {
        (None, _) | (Some(0), None) => Ok(()),
        (Some(0), Some(_)) => refuse(WriteError::Exists { what }),
        (Some(_), None) => refuse(WriteError::Gone { what }),
        (Some(wanted), Some(found)) if wanted == found => Ok(()),
        (Some(_), Some(_)) => refuse(WriteError::Changed { what }),
    }
}

fn save_application(tx: &mut Tx<'_>, application: &Application, expect: Option<i64>) -> Result<(), Stop> {
    let Application { name, document, created, updated, version } = application;
    let found = tx
        .sqlite
        .first("select version from applications where name = ?1", values![name.as_str()], |row| row.int(0))?;
    against(expect, found, "application")?;
    tx.write(
        "insert into applications (name, document, created, updated, version) values (?1, ?2, ?3, ?4, ?5)
        on conflict (name) do update set document = excluded.document, updated = excluded.updated, version = excluded.version",
        values![name.as_str(), document.text(), *created, *updated, *version],
    )?;
    Ok(())
}

fn delete_application(tx: &mut Tx<'_>, name: &ApplicationName) -> Result<(), Stop> {
    let name = name.as_str();
    let used = tx.sqlite.first(
        "select exists (select 1 from pipelines where application = ?1)
          or exists (select 1 from executions where ended is null and application = ?1)",
        values![name],
        |row| row.int(0) != 0,
    )?;
    if used == Some(true) {
        return refuse(WriteError::InUse { what: "application" });
    }
    let deleted = tx.write("delete from applications where name = ?1", values![name])?;
    some(deleted, "application")
}

fn save_pipeline(tx: &mut Tx<'_>, pipeline: &Pipeline, expect: Option<i64>) -> Result<(), Stop> {
    let Pipeline { id, application, name, revision, document, updated, updated_by } = pipeline;
    let found =
        tx.sqlite.first("select revision from pipelines where id = ?1", values![id.as_str()], |row| row.int(0))?;
    against(expect, found, "pipeline")?;
    let (home, taken) = tx
        .sqlite
        .first(
            "select exists (select 1 from applications where name = ?1),
              exists (select 1 from pipelines where application = ?1 and name = ?2 and id <> ?3)",
            values![application.as_str(), name, id.as_str()],
            |row| (row.int(0) != 0, row.int(1) != 0),
        )?
        .unwrap_or_default();
    if !home {
        return refuse(WriteError::Gone { what: "application" });
    }
    if taken {
        return refuse(WriteError::Exists { what: "pipeline" });
    }
    let values = values![id.as_str(), application.as_str(), name, *revision, document.text(), *updated, updated_by];
    tx.write(
        "insert into pipelines (id, application, name, revision, document, updated, updated_by, position)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        on conflict (id) do update set application = excluded.application, name = excluded.name, revision = excluded.revision,
          document = excluded.document, updated = excluded.updated, updated_by = excluded.updated_by,
          position = coalesce(excluded.position, position)",
        values![
            id.as_str(),
            application.as_str(),
            name,
            *revision,
            document.text(),
            *updated,
            updated_by,
            document.get("index").and_then(|index| index.as_i64())
        ],
    )?;
    let kept = tx.write(
        "insert into pipeline_revisions (pipeline, application, name, revision, document, updated, updated_by)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7) on conflict do nothing",
        values,
    )?;
    if kept == 0 {
        // The revision stayed from a pipeline of this id that was removed, and executions are pinned to it.
        return refuse(WriteError::Changed { what: "pipeline" });
    }
    let (definition, _problems) = Definition::read(document);
    triggers::keep(tx, id, &definition, *updated)?;
    tx.configured.push(Configured::Pipeline(id.clone()));
    slots::limit(tx, id.as_str(), &definition)
}

fn raise_control(tx: &mut Tx<'_>, execution: &ExecutionId, control: &Control) -> Result<(), Stop> {
    let running = if control.kind == ControlKind::Pause { "PAUSED" } else { "RUNNING" };
    let changed = tx.write(
        "update executions set control = ?2, control_note = ?3,
          status = case when status in ('RUNNING', 'PAUSED') then ?4 else status end
        where id = ?1 and ended is null and (control <> 'cancel' or ?2 = 'cancel')",
        values![execution.as_str(), control.kind.as_str(), &json(control)?, running],
    )?;
    if changed == 0 {
        let cancelled = tx.sqlite.first(
            "select 1 from executions where id = ?1 and ended is null",
            values![execution.as_str()],
            |row| row.int(0),
        )?;
        let what = "execution";
        return refuse(if cancelled.is_some() { WriteError::Changed { what } } else { WriteError::Gone { what } });
    }
    tx.moved(execution);
    if control.kind == ControlKind::Pause {
        // What is paused does not count (trap 11).
        let held = tx.sqlite.first(
            "select pipeline from executions where id = ?1 and slot = 'holds'",
            values![execution.as_str()],
            |row| row.text(0).unwrap_or_default(),
        )?;
        if let Some(pipeline) = held {
            slots::fill(tx, &pipeline)?;
        }
    }
    Ok(())
}

fn cast_vote(tx: &mut Tx<'_>, question: &str, vote: &Vote, closes: bool) -> Result<(), Stop> {
    let execution = tx.sqlite.first(
        "select e.id from questions q join executions e on e.number = q.execution where q.id = ?1 and q.closed is null",
        values![question],
        |row| row.text(0).unwrap_or_default(),
    )?;
    let Some(execution) = execution else {
        return refuse(WriteError::Gone { what: "question" });
    };
    let inserted = tx.write(
        "insert into votes (question, voter, position, vote)
        select ?1, ?2, (select count(*) from votes where question = ?1), ?3 where true on conflict (question, voter) do nothing",
        values![question, &vote.by, &json(vote)?],
    )?;
    if inserted == 0 {
        return refuse(WriteError::Exists { what: "question" });
    }
    if closes {
        tx.write("update questions set closed = ?2 where id = ?1", values![question, vote.at])?;
        tx.moved(&execution.into());
    }
    Ok(())
}

fn new_catalog(tx: &mut Tx<'_>, expect: i64, plugins: &[CatalogEntry], at: i64) -> Result<(), Stop> {
    let newest = tx.sqlite.first("select coalesce(max(revision), 0) from catalog_revisions", &[], |row| row.int(0))?;
    if newest != Some(expect) {
        return refuse(WriteError::Changed { what: "catalog" });
    }
    let revision = expect + 1;
    tx.write("insert into catalog_revisions (revision, made) values (?1, ?2)", values![revision, at])?;
    for CatalogEntry { name, digest, granted, enabled, previous, installed } in plugins {
        let previous = previous.as_ref().map(|digest| digest.as_str());
        let inserted = tx.write(
            "insert into catalog_entries (revision, name, digest, granted, enabled, previous, installed)
            select ?1, ?2, c.digest, ?4, ?5, ?6, ?7 from components c where c.digest = ?3",
            values![revision, name.as_str(), digest.as_str(), &json(granted)?, *enabled, previous, *installed],
        )?;
        some(inserted, "component")?;
    }
    tx.configured.push(Configured::Catalog);
    Ok(())
}
