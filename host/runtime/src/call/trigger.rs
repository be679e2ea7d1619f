//! Calls of trigger plugins. They listen: lent what the scope grants, for reading.

use bindings::mainsheet::trigger::trigger::{
    Event as WitEvent, Hook as WitHook, Payload as WitPayload, PollCall as WitPoll, Polled as WitPolled,
    Reply as WitReply,
};
use bindings::mainsheet::types::common::Failure as WitFailure;
use domain::plugin::call::{Heard, Hook, HookReply, Payload, PollCall, Polled, Scope};
use domain::{Failure, Params, Timestamp};
use wasmtime::Store;
use wasmtime::component::Instance;

use super::{Visit, typed};
use crate::convert::reply::Malformed;
use crate::error::Fault;
use crate::instance::{CallState, Senses};
use crate::modules::{Function, Module};
use crate::{Runtime, convert};

type Receive = (WitHook,);
type Poll = (WitPoll,);
type Next<'a> = (&'a str, f64, &'a str);
type Match<'a> = (WitEvent, Vec<&'a str>);
type Received = Result<WitReply, WitFailure>;
type PollAnswer = Result<WitPolled, WitFailure>;
type Matched = Vec<Result<WitPayload, WitFailure>>;

impl Runtime {
    /// Hears a request at an endpoint (`receive`). The inner result is the plugin's answer.
    ///
    /// # Errors
    /// A fault of the plugin.
    pub async fn hear(&self, scope: &Scope, hook: Hook) -> Result<Result<HookReply, Failure>, Fault> {
        let params: Receive = (convert::hook::to_wit(hook),);
        self.enter(listening(scope), Function::Receive, params, |reply, answer: Received| match answer {
            Ok(answer) => convert::hook::from_wit(reply, answer).map(Ok),
            Err(failure) => convert::failure::from_wit(reply, failure).map(Err),
        })
        .await
    }

    /// Whether an event fits each of `triggers` (`match`), in their order: what an execution is started with, or why not.
    ///
    /// # Errors
    /// A fault of the plugin, one answer too few among them.
    pub async fn matches(
        &self,
        scope: &Scope,
        event: &Heard,
        triggers: &[Params],
    ) -> Result<Vec<Result<Payload, Failure>>, Fault> {
        let params: Match<'_> = (convert::event::to_wit(event), triggers.iter().map(Params::text).collect());
        self.enter(listening(scope), Function::Match, params, |reply, answers: Matched| {
            if answers.len() != triggers.len() {
                return Err(Malformed(format!("{} answers for {} triggers", answers.len(), triggers.len())));
            }
            let read = |answer: Result<WitPayload, WitFailure>| match answer {
                Ok(payload) => convert::event::payload(reply, payload).map(Ok),
                Err(failure) => convert::failure::from_wit(reply, failure).map(Err),
            };
            answers.into_iter().map(read).collect()
        })
        .await
    }

    /// Polls a source. The inner result is the plugin's answer.
    ///
    /// # Errors
    /// A fault of the plugin.
    pub async fn poll(&self, scope: &Scope, call: PollCall) -> Result<Result<Polled, Failure>, Fault> {
        let params: Poll = (convert::poll::to_wit(call),);
        self.enter(listening(scope), Function::Poll, params, |reply, answer: PollAnswer| match answer {
            Ok(polled) => convert::poll::from_wit(reply, polled).map(Ok),
            Err(failure) => convert::failure::from_wit(reply, failure).map(Err),
        })
        .await
    }

    /// The first date after `after` by a trigger's configuration, in a time zone; absent if there is none.
    ///
    /// # Errors
    /// A fault of the plugin: a date that is not after `after`, too.
    pub async fn next(
        &self,
        scope: &Scope,
        config: &Params,
        after: Timestamp,
        zone: &str,
    ) -> Result<Option<Timestamp>, Fault> {
        let params: Next<'_> = (config.text(), after.as_f64(), zone);
        self.enter(listening(scope), Function::Next, params, |_, next: Option<f64>| match next {
            Some(next) if next.is_nan() || next <= after.as_f64() => {
                Err(Malformed(format!("the next date, {next}, is not after {}", after.0)))
            }
            next => Ok(next.map(Timestamp::from_f64)),
        })
        .await
    }
}

fn listening(scope: &Scope) -> Visit<'_> {
    Visit { scope, stage: "", senses: Senses::Real, given: Some(Vec::new()) }
}

/// Compares the types of all functions with the contract.
///
/// # Errors
/// What does not fit.
pub(super) fn typecheck(module: &Module, store: &mut Store<CallState>, instance: Instance) -> wasmtime::Result<()> {
    typed::<(), (String,)>(module, Function::Describe, store, instance)?;
    typed::<Receive, (Received,)>(module, Function::Receive, store, instance)?;
    typed::<Poll, (PollAnswer,)>(module, Function::Poll, store, instance)?;
    typed::<Next<'_>, (Option<f64>,)>(module, Function::Next, store, instance)?;
    typed::<Match<'_>, (Matched,)>(module, Function::Match, store, instance)
}
