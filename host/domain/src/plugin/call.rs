//! Calls of plugins, in the host's own words; `runtime` converts them to and from the contract.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::id::{Digest, Label, PluginName};
use crate::params::Params;
use crate::plugin::Grants;
use crate::stage::request::Answer;
use crate::time::Timestamp;

/// What a call knows about where it stands (`types@1` `meta`).
#[derive(Clone, Debug)]
pub struct Meta {
    /// Application.
    pub application: String,
    /// Pipeline id; empty for ad hoc documents.
    pub pipeline: String,
    /// Execution.
    pub execution: String,
    /// Stage.
    pub stage: String,
    /// Run of the stage.
    pub run: u32,
    /// When this run of the stage began.
    pub started: Timestamp,
    /// The step's now: the only time a stage sees.
    pub now: Timestamp,
    /// W3C trace context.
    pub trace_parent: Option<String>,
}

/// What a stage is stepped with.
#[derive(Clone, Debug)]
pub struct Turn<'v> {
    /// Where it stands.
    pub meta: Meta,
    /// Type key, since a component may carry several.
    pub kind: &'v str,
    /// Its configuration.
    pub config: &'v Params,
    /// The context keys it reads.
    pub context: Params,
    /// All answers of this run, in order of arrival.
    pub answers: &'v [Answer],
    /// Labels asked and not yet answered.
    pub pending: Vec<&'v Label>,
    /// What it wanted back.
    pub state: Option<&'v [u8]>,
}

/// Whose call it is and what it may do: made by the host, never by a plugin.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The plugin.
    pub plugin: PluginName,
    /// Its component.
    pub digest: Digest,
    /// Wanted ∩ granted.
    pub grants: Grants,
    /// Whether effects are allowed: only `operate` has them.
    pub mode: Mode,
    /// Application the call is for; empty outside an execution.
    pub application: String,
    /// Execution the call is for; empty outside one.
    pub execution: String,
    /// The operation's idempotency key; empty for reads.
    pub key: String,
    /// The account that the call acts on; its credentials, and no other's, can be lent to it.
    pub account: Option<Arc<BoundAccount>>,
}

/// An account that a call may act on: made by whoever authorised it.
#[derive(Clone, Debug, PartialEq)]
pub struct BoundAccount {
    /// What the plugin sees of it.
    pub view: AccountView,
    /// Kinds of credentials that it can lend, by the manifest of its provider: `basic`, `bearer`, `header`, `mtls`.
    pub identities: Vec<String>,
}

/// Whether a call may have effects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// `query`, `verify`, `poll`: a mutating verb is denied.
    Read,
    /// `operate`.
    Act,
}

/// An account as a provider sees it: secrets are references.
#[derive(Clone, Debug, PartialEq)]
pub struct AccountView {
    /// Its name.
    pub name: String,
    /// Its provider.
    pub provider: String,
    /// Its configuration.
    pub config: Params,
}

/// One try of an operation.
#[derive(Clone, Debug)]
pub struct OperationCall {
    /// Where it stands.
    pub meta: Meta,
    /// Account it acts on.
    pub account: Option<AccountView>,
    /// Its kind.
    pub kind: String,
    /// Its input.
    pub input: Params,
    /// Same for every try.
    pub idempotency_key: String,
    /// True unless this process knows that nothing was begun from this checkpoint.
    pub repeated: bool,
    /// Without effect.
    pub dry_run: bool,
    /// What the provider wanted back.
    pub checkpoint: Option<Vec<u8>>,
    /// It is no longer wanted: clean up and end.
    pub cancelling: bool,
}

/// What a try came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Progress {
    /// Done; final.
    Done(Params),
    /// Failed; final.
    Failed(Failure),
    /// Again, later, from this checkpoint.
    Again(Pause),
}

/// An operation that goes on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pause {
    /// Given back on the next try.
    pub checkpoint: Vec<u8>,
    /// What wakes it; whichever comes first.
    pub wakes: Vec<Wake>,
    /// Live, for people.
    pub progress: Option<Params>,
}

/// What wakes an operation.
#[derive(Clone, Debug, PartialEq)]
pub enum Wake {
    /// Milliseconds from now.
    After(u32),
    /// A change under this subscription.
    Changed(String),
}

/// A read.
#[derive(Clone, Debug)]
pub struct QueryCall {
    /// Where it stands.
    pub meta: Meta,
    /// Account it reads through.
    pub account: Option<AccountView>,
    /// Its kind.
    pub kind: String,
    /// Its input.
    pub input: Params,
    /// Oldest acceptable cached answer, in milliseconds.
    pub max_age: u32,
}

/// What a person sees after binding an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// `ok`, `warning` or `error`.
    pub level: String,
    /// Stable and documented.
    pub code: String,
    /// A sentence.
    pub message: String,
}

/// A request at a trigger's endpoint.
#[derive(Clone, Debug)]
pub struct Hook {
    /// The part of the path after the trigger's type.
    pub source: String,
    /// HTTP method.
    pub method: String,
    /// Whole path.
    pub path: String,
    /// Query text.
    pub query: String,
    /// Headers, in order.
    pub headers: Vec<(String, String)>,
    /// The body as received.
    pub body: Vec<u8>,
    /// Distinct secret references of all triggers at this endpoint.
    pub secrets: Vec<String>,
    /// When.
    pub now: Timestamp,
}

/// What is answered, and what was heard.
#[derive(Clone, Debug)]
pub struct HookReply {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
    /// Events heard.
    pub events: Vec<Heard>,
}

/// An event as a trigger plugin heard it.
#[derive(Clone, Debug, PartialEq)]
pub struct Heard {
    /// Makes a second delivery harmless; empty: the host makes one.
    pub key: String,
    /// Where it came from.
    pub source: Params,
    /// Secrets under which the sender's signature holds.
    pub verified: Vec<String>,
    /// What it carries.
    pub payload: Params,
    /// When it occurred, if it says so.
    pub occurred: Option<Timestamp>,
}

/// What an execution is started with.
#[derive(Clone, Debug, PartialEq)]
pub struct Payload {
    /// The execution's `trigger`.
    pub trigger: Params,
    /// Artifacts that came with it.
    pub artifacts: Params,
}

/// One poll of a source.
#[derive(Clone, Debug)]
pub struct PollCall {
    /// The source that all its triggers share.
    pub source: Params,
    /// What the last poll wanted back.
    pub cursor: Option<Vec<u8>>,
    /// When.
    pub now: Timestamp,
}

/// What a poll heard.
#[derive(Clone, Debug)]
pub struct Polled {
    /// Events.
    pub events: Vec<Heard>,
    /// Given back on the next poll.
    pub cursor: Vec<u8>,
    /// Milliseconds until the next.
    pub next_after: u32,
}
