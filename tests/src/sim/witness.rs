//! The world at the store: it sees every commit, makes bad weather, and plants mistakes.

use std::sync::Arc;

use domain::execution::Fact;
use store::{DriveCommit, DriveOutcome, Simulation, Wake, Write, WriteError};

use super::planted;
use super::world::World;

/// One write in so many meets a full disk.
const FULL_ONE_IN: u64 = 70;

/// Commits that are kept to be sent once more.
const KEPT: usize = 4;

/// Watches the store of one process.
pub struct Witness(pub Arc<World>);

impl Witness {
    fn weather(&self) -> Result<(), WriteError> {
        if !self.0.state().calm && self.0.one_in(FULL_ONE_IN) {
            self.0.tell("disk full");
            return Err(WriteError::Full("the weather is bad".into()));
        }
        Ok(())
    }
}

impl Simulation for Witness {
    fn drive(&self, commit: &mut DriveCommit) -> Result<(), WriteError> {
        let world = &self.0;
        self.weather()?;
        let name = world.name(&commit.execution);
        world.tell(&format!("{name} hands in version {}", commit.version));
        {
            let mut outside = world.outside();
            for operation in &commit.operations {
                outside.ordered.insert(operation.key.idempotency_key(), operation.key.clone());
            }
        }
        {
            let mut state = world.state();
            state.wishes.hand_in(commit);
            state.touched.insert(commit.execution.clone());
            state.touched.extend(commit.children.iter().map(|child| child.execution.id.clone()));
            state.touched.extend(commit.cancel_executions.iter().map(|(id, _)| id.clone()));
        }
        planted::spoil_drive(world, commit);
        Ok(())
    }

    fn driven(&self, commit: &DriveCommit, outcome: &mut DriveOutcome) {
        let world = &self.0;
        let name = world.name(&commit.execution);
        planted::deny_stale(world, commit, outcome);
        let DriveOutcome::Committed { version, .. } = outcome else {
            return world.tell(&format!("{name} was stale"));
        };
        world.tell(&format!("{name} is at version {version}"));
        let broken = world.state().wishes.broken_by(commit);
        if let Some(broken) = broken {
            world.violation(format!("{name}: {broken}"));
        }
        let keys = commit.outcomes.iter().map(|(key, ..)| key.idempotency_key());
        world.outside().settled.extend(keys);
        if world.one_in(12) {
            let mut state = world.state();
            if state.answered.len() >= KEPT {
                state.answered.remove(0);
            }
            state.answered.push(commit.clone());
        }
        planted::spoil_outcome(world, outcome);
    }

    fn write(&self, unit: &mut Vec<Write>) -> Result<(), WriteError> {
        let world = &self.0;
        self.weather()?;
        for write in unit.iter() {
            let mut state = world.state();
            match write {
                Write::Admit(new) => {
                    state.touched.insert(new.execution.id.clone());
                }
                Write::Inbox { execution, fact } => {
                    state.touched.insert(execution.clone());
                    if matches!(fact, Fact::Patched { .. }) {
                        *state.wishes.patches.entry(execution.clone()).or_default() += 1;
                    }
                }
                Write::Control { execution, .. } => {
                    state.touched.insert(execution.clone());
                }
                _ => {}
            }
        }
        planted::spoil_unit(world, unit);
        Ok(())
    }

    fn wake(&self, wake: &Wake) -> bool {
        let (what, execution) = match wake {
            Wake::Admitted(new) => ("admitted", &new.execution.id),
            Wake::Moved(execution) => ("moved", execution),
        };
        let name = self.0.name(execution);
        self.0.tell(&format!("{name} {what}"));
        !planted::loses(&self.0, wake)
    }

    fn settled(&self) {
        let mut state = self.0.state();
        state.settled = true;
        state.commits += 1;
    }
}
