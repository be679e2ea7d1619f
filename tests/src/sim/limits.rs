//! Limits hold: whoever takes a slot finds one free.

use std::collections::BTreeSet;

use app::App;
use domain::execution::ExecutionState;
use domain::id::ExecutionId;
use store::{ExecutionFilter, StoredExecution};

use super::installation::{APPLICATION, LIMITED};
use super::world::World;

/// What was seen of one limited pipeline at the last check.
#[derive(Clone, Debug, Default)]
pub struct Holding {
    /// Executions that had a slot, paused or not.
    any: BTreeSet<ExecutionId>,
    /// Those that were not paused, which alone count.
    counting: BTreeSet<ExecutionId>,
}

/// Looks at everything that has a slot now.
pub fn check(world: &World, app: &App) {
    let filter = ExecutionFilter { application: Some(APPLICATION.into()), ..ExecutionFilter::default() };
    let rows = futures::executor::block_on(app.store().executions().list(&filter, None, 200));
    let Ok(rows) = rows else { return world.violation("the executions cannot be listed".into()) };
    for limited in LIMITED {
        let holds = |row: &&StoredExecution| {
            let state = &row.execution.state;
            row.execution.name == limited.name
                && matches!(state, ExecutionState::NotStarted | ExecutionState::Running { .. })
        };
        let ids = |rows: Vec<&StoredExecution>| rows.into_iter().map(|row| row.execution.id.clone()).collect();
        let any: BTreeSet<ExecutionId> = ids(rows.items.iter().filter(holds).collect());
        let counting: BTreeSet<ExecutionId> =
            ids(rows.items.iter().filter(holds).filter(|row| row.paused_since.is_none()).collect());
        let before =
            world.state().holding.insert(limited.name, Holding { any: any.clone(), counting: counting.clone() });
        let before = before.unwrap_or_default();
        // One that was paused meanwhile had no slot to itself, and after its resume it goes on beside whoever took its place.
        let (new, old) = (counting.difference(&before.any).count(), counting.intersection(&before.counting).count());
        if new > 0 && new + old > limited.most {
            let names: Vec<String> = counting.iter().map(|id| world.name(id)).collect();
            let (most, name) = (limited.most, limited.name);
            world.violation(format!("{} run where {most} may run of `{name}`: {}", new + old, names.join(", ")));
        }
    }
}
