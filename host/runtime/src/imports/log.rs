//! `log`: lines for people.

use bindings::mainsheet::host::log::{Host, Level as WitLevel};

use crate::instance::CallState;
use crate::output::Level;

impl Host for CallState {
    fn write(&mut self, level: WitLevel, message: String, fields: Vec<(String, String)>) -> wasmtime::Result<()> {
        let level = match level {
            WitLevel::Trace => Level::Trace,
            WitLevel::Debug => Level::Debug,
            WitLevel::Info => Level::Info,
            WitLevel::Warn => Level::Warn,
            WitLevel::Error => Level::Error,
        };
        self.output.log(level, &message, &fields);
        Ok(())
    }
}
