//! What an operator may set of the engine, and what holds otherwise.

/// Bounds of the engine. Every figure is a bound, not a wish: fewer is always fine.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// Executions that compute at once.
    pub workers: usize,
    /// Executions that are driven at once, those that wait for their commit included: what may ride one transaction.
    pub in_flight: usize,
    /// Calls of operations at once; 0: none, what is ordered waits for another process.
    pub operations: usize,
    /// Stages, over all executions, whose views are kept in memory so that the next wake needs no load.
    pub warm_stages: usize,
    /// Milliseconds after which a drive commits what it has.
    pub drive_millis: i64,
    /// Steps after which a drive commits what it has.
    pub drive_steps: usize,
    /// Milliseconds that a drive waits for a read; a slower one answers later.
    pub read_patience: i64,
    /// Milliseconds between two sweeps for what memory forgot.
    pub sweep_every: i64,
    /// Milliseconds between two removals of old events of triggers.
    pub forget_every: i64,
    /// Open operations that are begun per millisecond after a start, so that a thousand of them are no stampede.
    pub recovery_rate: i64,
    /// Milliseconds that calls under way have to end when the server stops.
    pub shutdown_grace: i64,
}

impl Default for Config {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Config {
            workers: cores,
            in_flight: 512,
            operations: 256,
            warm_stages: 8_000,
            drive_millis: 25,
            drive_steps: 64,
            read_patience: 50,
            sweep_every: 300_000,
            forget_every: 600_000,
            recovery_rate: 20,
            shutdown_grace: 10_000,
        }
    }
}
