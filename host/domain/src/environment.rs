//! The one source of time and randomness, so that a seed can drive the whole server.

use std::future::Future;
use std::pin::Pin;

use crate::id::ExecutionId;
use crate::time::Timestamp;

/// What the world is asked for. The server's implementation is real; tests move a clock by hand; the simulator seeds both.
pub trait Environment: Send + Sync + 'static {
    /// Now. Never goes back: the wall at start plus elapsed boot time, slewed.
    fn now(&self) -> Timestamp;

    /// Resolves when `now` has reached `due`; at once if it has.
    fn sleep_until(&self, due: Timestamp) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;

    /// Fills `bytes` with randomness that nobody can guess (for real) or that a seed decides (in simulation).
    fn random(&self, bytes: &mut [u8]);

    /// Starts background work.
    fn spawn(&self, work: Pin<Box<dyn Future<Output = ()> + Send>>);
}

/// A fresh execution id: time first, then randomness.
#[must_use]
pub fn execution_id(environment: &dyn Environment) -> ExecutionId {
    let mut random = [0; 16];
    environment.random(&mut random);
    let millis = u64::try_from(environment.now().0).unwrap_or(0);
    ExecutionId(ulid::Ulid::from_parts(millis, u128::from_be_bytes(random)).to_string().into())
}

/// A fresh UUID (version 4) as text, for pipelines.
#[must_use]
pub fn uuid(environment: &dyn Environment) -> String {
    let mut bytes = [0; 16];
    environment.random(&mut bytes);
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}
