//! What one call may cost, and what is left of it.

use domain::plugin::Limits;
use thiserror::Error;
use wasmtime::{ResourceLimiter, UpdateDeadline};

use crate::config::Bounds;
use crate::ticker::TICK_MS;

/// Table elements of one call; the pool has room for as many in each table.
const TABLE_ELEMENTS: usize = 60_000;

/// The limits of a component in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct InForce {
    /// Bytes.
    pub(crate) memory: u32,
    /// Milliseconds.
    pub(crate) cpu: u32,
    /// Milliseconds.
    pub(crate) wall: u32,
}

impl InForce {
    /// The wishes of a manifest, within the bounds. Stack has one size for all, the engine's.
    pub(crate) fn resolve(wanted: &Limits, bounds: &Bounds) -> InForce {
        let Limits { memory, cpu, wall, stack: _ } = *wanted;
        InForce { memory: bounds.memory.resolve(memory), cpu: bounds.cpu.resolve(cpu), wall: bounds.wall.resolve(wall) }
    }
}

/// What a call has used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum Exceeded {
    #[error("it computed for more than {0} ms")]
    Cpu(u32),
    #[error("it wanted {wanted} bytes of memory, it may have {most}")]
    Memory { wanted: usize, most: usize },
    #[error("it wanted a table of {0} elements")]
    Table(usize),
}

/// What is left of a call's limits.
#[derive(Debug)]
pub(crate) struct Allowance {
    limits: InForce,
    ticks: u32,
    waited: bool,
}

impl Allowance {
    pub(crate) fn new(limits: InForce) -> Allowance {
        // The first tick comes after 0 to 10 ms, so one more is granted.
        Allowance { limits, ticks: limits.cpu.div_ceil(TICK_MS) + 1, waited: false }
    }

    /// The call waited for the host: ticks of that time were not its own. They show as one, at its next instruction.
    pub(crate) fn waited(&mut self) {
        self.waited = true;
    }

    /// A tick passed while it computed. It gives way to others, so that no plugin holds a worker for longer.
    ///
    /// # Errors
    /// Nothing is left.
    pub(crate) fn tick(&mut self) -> Result<UpdateDeadline, Exceeded> {
        if !std::mem::take(&mut self.waited) {
            self.ticks = self.ticks.checked_sub(1).ok_or(Exceeded::Cpu(self.limits.cpu))?;
        }
        Ok(UpdateDeadline::Yield(1))
    }
}

impl ResourceLimiter for Allowance {
    /// A refused growth ends the call: guests make of it "out of memory" at best, and nobody learns of what.
    fn memory_growing(&mut self, _: usize, wanted: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        let most = self.limits.memory as usize;
        if wanted > most {
            return Err(Exceeded::Memory { wanted, most }.into());
        }
        Ok(maximum.is_none_or(|maximum| wanted <= maximum))
    }

    fn table_growing(&mut self, _: usize, wanted: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        if wanted > TABLE_ELEMENTS {
            return Err(Exceeded::Table(wanted).into());
        }
        Ok(maximum.is_none_or(|maximum| wanted <= maximum))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_costs_no_computing_time() {
        let mut allowance = Allowance::new(InForce { memory: 0, cpu: 20, wall: 0 });
        for _ in 0..10 {
            allowance.waited();
            assert!(allowance.tick().is_ok());
        }
        assert_eq!((0..4).filter(|_| allowance.tick().is_ok()).count(), 3);
    }
}
