//! Calls of trigger plugins.

use domain::params::Params;
use domain::plugin::call::{Heard, Hook, HookReply, Payload, PollCall, Polled, Scope};
use domain::{Failure, Timestamp};

use crate::error::Fault;
use crate::Runtime;

impl Runtime {
    /// Hears a request (`receive`).
    ///
    /// # Errors
    /// A fault of the plugin.
    pub async fn hear(&self, scope: &Scope, hook: Hook) -> Result<Result<HookReply, Failure>, Fault> {
        let _ = (scope, hook);
        todo!()
    }

    /// Whether an event fits each trigger (`match`), in order.
    ///
    /// # Errors
    /// A fault of the plugin.
    pub async fn matches(&self, scope: &Scope, event: &Heard, triggers: &[Params]) -> Result<Vec<Result<Payload, Failure>>, Fault> {
        let _ = (scope, event, triggers);
        todo!()
    }

    /// Polls a source.
    ///
    /// # Errors
    /// A fault of the plugin.
    pub async fn poll(&self, scope: &Scope, call: PollCall) -> Result<Result<Polled, Failure>, Fault> {
        let _ = (scope, call);
        todo!()
    }

    /// The first date after `after`, in the zone.
    ///
    /// # Errors
    /// A fault of the plugin.
    pub async fn next(&self, scope: &Scope, config: &Params, after: Timestamp, zone: &str) -> Result<Option<Timestamp>, Fault> {
        let _ = (scope, config, after, zone);
        todo!()
    }
}
