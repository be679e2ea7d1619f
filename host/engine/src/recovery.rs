//! After a start, and every few minutes: open work that nobody in memory knows of.
//!
//! Recovery looks for open work, not for open status: executions that are due or have facts nobody took in, and every operation without
//! an outcome. Executions that merely wait cost their entry among the due times, and no load.

use std::sync::Arc;

use domain::id::ExecutionId;
use store::{OpenExecution, ReadError};

use crate::actors::News;
use crate::core::Core;
use crate::perform::{self, Start};
use crate::tasks::Phase;

/// Rows read at once.
const PAGE: u32 = 1_000;

/// Milliseconds between finding something forgotten and believing it: wakes may be on their way.
const DOUBT: i64 = 2_000;

/// Hands over everything that was open when the last process ended.
pub(crate) async fn recover(core: Arc<Core>) {
    while let Err(error) = recover_once(&core).await {
        core.counters.store_errors.one();
        tracing::error!(%error, "open work could not be read; it is tried again");
        if !core.rest(1_000).await {
            return;
        }
    }
}

async fn recover_once(core: &Arc<Core>) -> Result<(), ReadError> {
    let mut found = 0_usize;
    let mut after = 0;
    loop {
        let page = core.app.store().executions().open(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.number;
        found += page.len();
        for open in page {
            resume(core, &open);
        }
    }
    let operations = operations(core).await?;
    if found > 0 || operations > 0 {
        tracing::info!(executions = found, operations, "open work was taken up");
    }
    Ok(())
}

fn resume(core: &Core, open: &OpenExecution) {
    if open.has_inbox || open.due.is_some_and(|due| due <= core.now()) {
        core.actors.tell(&open.id, None, News::Due);
    } else {
        core.timers.set_if_absent(&open.id, open.due);
    }
}

/// Wakes every open operation once, spread out.
async fn operations(core: &Arc<Core>) -> Result<usize, ReadError> {
    let begun = core.now();
    let mut found = 0_i64;
    let mut cursor = None;
    loop {
        let page = core.app.store().operations().open_all(cursor.as_ref(), PAGE).await?;
        for operation in page.items {
            let turn = begun.plus(found / core.config.recovery_rate.max(1));
            found += 1;
            if turn <= core.now() {
                perform::begin(core, operation, Start::Found);
                continue;
            }
            let core = core.clone();
            core.clone().tasks.spawn(async move {
                tokio::select! {
                    biased;
                    () = core.environment.sleep_until(turn) => perform::begin(&core, operation, Start::Found),
                    () = core.tasks.reached(Phase::Closing) => {}
                }
            });
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(usize::try_from(found).unwrap_or(0));
        }
    }
}

/// Looks every few minutes for what memory forgot, hands it over and counts it. There is nothing to find unless there is a fault of ours.
pub(crate) async fn sweep(core: Arc<Core>) {
    while core.rest(core.config.sweep_every).await {
        match suspects(&core).await {
            Ok(suspects) if suspects.is_empty() => continue,
            Ok(first) => {
                if !core.rest(DOUBT).await {
                    return;
                }
                let Ok(second) = suspects_again(&core, &first).await else { continue };
                for id in second {
                    core.counters.swept.one();
                    tracing::error!(execution = %id, "an execution was due and nobody in memory knew of it");
                    core.actors.tell(&id, None, News::Moved);
                }
            }
            Err(error) => tracing::warn!(%error, "the sweep could not read open executions"),
        }
    }
}

/// Executions that are due by their row, and neither in memory nor among the due times.
async fn suspects(core: &Core) -> Result<Vec<ExecutionId>, ReadError> {
    let mut suspects = Vec::new();
    let mut after = 0;
    loop {
        let page = core.app.store().executions().open(after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(suspects) };
        after = last.number;
        let now = core.now();
        let forgotten = |open: &OpenExecution| {
            let due = open.has_inbox || open.due.is_some_and(|due| due.plus(DOUBT) <= now);
            let known = core.actors.is_busy(&open.id) || core.timers.holds(&open.id) || core.reads.is_for(&open.id);
            due && !known && !core.quarantine.holds(&open.id)
        };
        suspects.extend(page.into_iter().filter(forgotten).map(|open| open.id));
    }
}

async fn suspects_again(core: &Core, first: &[ExecutionId]) -> Result<Vec<ExecutionId>, ReadError> {
    let second = suspects(core).await?;
    Ok(second.into_iter().filter(|id| first.contains(id)).collect())
}
