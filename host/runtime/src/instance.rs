//! One call's store: what the plugin sees of time, chance and files, what it is lent, what it may cost.

use std::sync::Arc;
use std::time::Duration;

use domain::code::code;
use domain::plugin::call::{Meta, Scope};
use domain::{Failure, FailureClass, Params, Timestamp};
use rand::SeedableRng;
use rand::rngs::SmallRng;
use sha2::{Digest as _, Sha256};
use wasmtime::component::ResourceTable;
use wasmtime::{Engine, Store};
use wasmtime_wasi::{HostMonotonicClock, HostWallClock, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

use crate::lent::{Key, Lent};
use crate::limits::{Allowance, InForce};
use crate::output::{Output, Printed, STDERR, STDOUT};

/// Bytes that a guest may hand over at once; what is more than a reply may have is refused without being copied.
const HANDED_OVER: usize = 16 << 20;

/// What a store holds.
pub(crate) struct CallState {
    wasi: WasiCtx,
    table: ResourceTable,
    pub(crate) allowance: Allowance,
    pub(crate) output: Arc<Output>,
    pub(crate) acting: Option<Acting>,
}

/// What a call that acts works with.
pub(crate) struct Acting {
    pub(crate) scope: Scope,
    /// Absent: nothing is lent, as while it describes itself.
    pub(crate) lent: Option<Lent>,
    /// Texts that the host gave it: it may use the blobs that they name.
    pub(crate) given: Vec<Given>,
    /// Blobs that it made or was answered.
    pub(crate) made: Vec<String>,
    pub(crate) keys: Vec<Option<Arc<dyn Key>>>,
    pub(crate) requests: u32,
}

/// Something that the host gave a call.
pub(crate) enum Given {
    Document(Params),
    Bytes(Vec<u8>),
}

/// What time and chance are for a call.
pub(crate) enum Senses {
    /// The world's.
    Real,
    /// Still time and seeded chance: the same call takes the same way.
    Fixed { now: Timestamp, seed: [u8; 32] },
}

impl Senses {
    /// A stage's: its own now, and chance that depends on the run and nothing else.
    pub(crate) fn of_run(meta: &Meta) -> Senses {
        let mut hash = Sha256::new();
        for part in [meta.execution.as_bytes(), meta.stage.as_bytes(), &meta.run.to_be_bytes()] {
            hash.update(part);
            hash.update([0]);
        }
        Senses::Fixed { now: meta.now, seed: hash.finalize().into() }
    }

    /// Outside of any run.
    pub(crate) fn none() -> Senses {
        Senses::Fixed { now: Timestamp(0), seed: [0; 32] }
    }
}

impl Acting {
    pub(crate) fn new(scope: &Scope, lent: Option<Lent>, given: Vec<Given>) -> Acting {
        Acting { scope: scope.clone(), lent, given, made: Vec::new(), keys: Vec::new(), requests: 0 }
    }

    /// What is lent.
    ///
    /// # Errors
    /// Nothing is.
    pub(crate) fn lent(&self) -> Result<&Lent, Failure> {
        self.lent.as_ref().ok_or_else(|| {
            let message = "Nothing is lent to a plugin while it describes itself.";
            Failure::new(FailureClass::Denied, code("grant.describing"), message)
        })
    }

    /// Whether the call may use this blob: only ids that its input or checkpoint names, or that it made.
    ///
    /// # Errors
    /// The denial, as an answer.
    pub(crate) fn may_use(&self, blob: &str) -> Result<(), Failure> {
        let named = |given: &Given| match given {
            Given::Document(document) => document.text().contains(blob),
            Given::Bytes(bytes) => bytes.windows(blob.len()).any(|window| window == blob.as_bytes()),
        };
        // A short text is in every document; ids have 64 digits.
        if self.made.iter().any(|made| made == blob) || (blob.len() >= 32 && self.given.iter().any(named)) {
            return Ok(());
        }
        let message =
            format!("The call was not given the blob `{blob}`: neither its input nor its checkpoint names it.");
        Err(Failure::new(FailureClass::Denied, code("grant.blob-not-given"), message))
    }
}

impl CallState {
    pub(crate) fn new(senses: &Senses, limits: InForce, output: Arc<Output>, acting: Option<Acting>) -> CallState {
        CallState {
            wasi: wasi(senses, &output),
            table: ResourceTable::new(),
            allowance: Allowance::new(limits),
            output,
            acting,
        }
    }

    /// What this call is lent.
    ///
    /// # Errors
    /// It is one of those that decide; linking keeps it from getting here.
    pub(crate) fn acting(&mut self) -> wasmtime::Result<&mut Acting> {
        self.acting.as_mut().ok_or_else(|| wasmtime::format_err!("this plugin is lent nothing"))
    }

    /// The store around it, with all limits in force.
    pub(crate) fn into_store(self, engine: &Engine) -> Store<CallState> {
        let mut store = Store::new(engine, self);
        store.limiter(|state| &mut state.allowance);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|mut context| Ok(context.data_mut().allowance.tick()?));
        store.set_hostcall_fuel(HANDED_OVER);
        store
    }
}

impl WasiView for CallState {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

/// No environment, no arguments, no folders, no network; output goes to the call's log.
fn wasi(senses: &Senses, output: &Arc<Output>) -> WasiCtx {
    let mut builder = WasiCtxBuilder::new();
    builder
        .stdout(Printed { output: Arc::clone(output), stream: STDOUT })
        .stderr(Printed { output: Arc::clone(output), stream: STDERR })
        .allow_tcp(false)
        .allow_udp(false);
    if let Senses::Fixed { now, seed } = senses {
        let clock = Still(*now);
        let (low, _) = seed.split_at(16);
        let number = low.iter().fold(0_u128, |number, byte| (number << 8) | u128::from(*byte));
        builder
            .wall_clock(clock)
            .monotonic_clock(clock)
            .secure_random(SmallRng::from_seed(*seed))
            .insecure_random(SmallRng::from_seed(*seed))
            .insecure_random_seed(number);
    }
    builder.build()
}

/// A clock that stands.
#[derive(Clone, Copy)]
struct Still(Timestamp);

impl Still {
    fn since_epoch(self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.0).unwrap_or(0))
    }
}

impl HostWallClock for Still {
    fn resolution(&self) -> Duration {
        Duration::from_millis(1)
    }

    fn now(&self) -> Duration {
        self.since_epoch()
    }
}

impl HostMonotonicClock for Still {
    fn resolution(&self) -> u64 {
        1_000_000
    }

    fn now(&self) -> u64 {
        u64::try_from(self.since_epoch().as_nanos()).unwrap_or(u64::MAX)
    }
}
