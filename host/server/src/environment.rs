//! The real world: clock, sleep, randomness, background work. The only file of the host that asks the operating system for them.
//!
//! `now` is the wall clock at start plus the boot time elapsed since. Boot time counts suspended hours, which
//! `std::time::Instant` leaves out on Linux, and no step of the wall clock moves it: a jump fires nothing early.
//! What the wall says later is approached by slewing, at most one part in a hundred, so that a server started before
//! its machine knew the date becomes right without a restart.

use std::future::Future;
use std::pin::Pin;
use std::sync::Mutex;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use domain::Timestamp;
use domain::environment::Environment;
use rustix::time::{ClockId, clock_gettime};

/// How long one sleep may last before the clock is read again: a suspended machine and a slewed clock are noticed by then.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);
/// How often the wall clock is consulted, in milliseconds of boot time.
const SLEW_EVERY: i64 = 10_000;
/// The largest correction in `SLEW_EVERY`, in milliseconds.
const SLEW_MOST: i64 = SLEW_EVERY / 100;

/// The server's environment.
pub struct Real {
    clock: Mutex<Slewed>,
}

impl Real {
    /// Reads both clocks; everything later is counted from here.
    #[must_use]
    pub fn start() -> Real {
        Real { clock: Mutex::new(Slewed::start(boot(), wall())) }
    }
}

impl Environment for Real {
    fn now(&self) -> Timestamp {
        let mut clock = self.clock.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        Timestamp(clock.read(boot(), wall))
    }

    fn sleep_until(&self, due: Timestamp) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            loop {
                let left = due.since(self.now());
                let Ok(left @ 1..) = u64::try_from(left) else { return };
                #[expect(clippy::disallowed_methods, reason = "the one home of real sleeping")]
                tokio::time::sleep(Duration::from_millis(left).min(LONGEST_SLEEP)).await;
            }
        })
    }

    fn random(&self, bytes: &mut [u8]) {
        if let Err(error) = getrandom::fill(bytes) {
            // Tokens and ids without randomness would be guessable: there is no safe way to go on.
            tracing::error!(%error, "the operating system gives no randomness; ending the process");
            std::process::abort();
        }
    }

    fn spawn(&self, work: Pin<Box<dyn Future<Output = ()> + Send>>) {
        tokio::spawn(work);
    }
}

/// A clock that follows boot time and leans towards the wall. Pure: both clocks are handed in.
struct Slewed {
    boot_at_start: i64,
    wall_at_start: i64,
    correction: i64,
    consulted: i64,
    last: i64,
}

impl Slewed {
    fn start(boot: i64, wall: i64) -> Slewed {
        Slewed { boot_at_start: boot, wall_at_start: wall, correction: 0, consulted: boot, last: wall }
    }

    /// Milliseconds since 1970; never less than the time before.
    fn read(&mut self, boot: i64, wall: impl FnOnce() -> i64) -> i64 {
        let straight = self.wall_at_start + (boot - self.boot_at_start);
        if boot - self.consulted >= SLEW_EVERY {
            self.consulted = boot;
            let behind = wall() - (straight + self.correction);
            self.correction += behind.clamp(-SLEW_MOST, SLEW_MOST);
        }
        self.last = self.last.max(straight + self.correction);
        self.last
    }
}

/// Milliseconds since the machine booted, suspended time included.
fn boot() -> i64 {
    let time = clock_gettime(ClockId::Boottime);
    time.tv_sec.saturating_mul(1000).saturating_add(time.tv_nsec / 1_000_000)
}

/// What the wall clock says, in milliseconds since 1970.
#[expect(clippy::disallowed_methods, reason = "the one home of the wall clock")]
fn wall() -> i64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jump_of_the_wall_fires_nothing_early() {
        let mut clock = Slewed::start(5_000, 1_000_000);
        assert_eq!(clock.read(6_000, || 9_999_999_999), 1_001_000);
        let after = clock.read(15_000, || 9_999_999_999);
        assert_eq!(after, 1_010_000 + SLEW_MOST, "ten seconds passed, and one part in a hundred was slewed");
    }

    #[test]
    fn a_wall_set_back_never_turns_time_back() {
        let mut clock = Slewed::start(0, 1_000_000);
        let mut last = 0;
        for boot in (0..200_000).step_by(37) {
            let now = clock.read(boot, || 0);
            assert!(now >= last, "{now} after {last}");
            last = now;
        }
        assert!(last < 1_000_000 + 200_000, "it leans towards the wall");
    }

    #[test]
    fn a_small_difference_is_made_up_and_then_held() {
        let mut clock = Slewed::start(0, 1_000_000);
        assert_eq!(clock.read(10_000, || 1_010_040), 1_010_040);
        assert_eq!(clock.read(20_000, || 1_020_040), 1_020_040);
    }

    #[tokio::test]
    async fn sleeping_until_an_instant_ends_at_or_after_it() {
        let real = Real::start();
        let due = real.now().plus(30);
        real.sleep_until(due).await;
        assert!(real.now() >= due);
        real.sleep_until(Timestamp(0)).await;
    }
}
