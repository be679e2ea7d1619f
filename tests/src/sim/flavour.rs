//! What a seed's world has beside the usual: one thing for each of three seeds in four, so that a world stays small.

use domain::window::Zone;
use domain::{Params, Timestamp};
use serde_json::{Value, json};

use super::environment::START;
use crate::soak::random::Random;

/// What a world has beside the usual.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    /// Nothing.
    Plain,
    /// Pipelines whose executions take turns.
    Limits,
    /// Stages that begin in a window only.
    Windows,
    /// People restart stages.
    Restarts,
}

impl Flavour {
    /// That of a seed.
    #[must_use]
    pub fn of(seed: u64) -> Flavour {
        match seed % 4 {
            0 => Flavour::Limits,
            1 => Flavour::Windows,
            2 => Flavour::Restarts,
            _ => Flavour::Plain,
        }
    }
}

/// Zone that documents mean: the simulation begins there at 05:30.
const ZONE: &str = "Asia/Kolkata";

/// A zone that is another quarter of an hour ahead.
const ANOTHER: &str = "Asia/Kathmandu";

/// The hour and the minute in [`ZONE`] when every simulation begins.
const BEGINNING: (u64, u64) = (5, 30);

/// The server's zone; another one if that mistake is planted.
#[must_use]
pub fn zone(mistaken: bool) -> Zone {
    Zone::named(if mistaken { ANOTHER } else { ZONE }).unwrap_or_default()
}

/// Members of a stage that begins in a window only, which opens within two minutes.
#[must_use]
pub fn window(random: &mut Random) -> Value {
    let opens = BEGINNING.1 + random.below(3);
    json!({
        "restrictExecutionDuringTimeWindow": true,
        "restrictedExecutionWindow": {
            "whitelist": [{ "startHour": BEGINNING.0, "startMin": opens, "endHour": BEGINNING.0, "endMin": 59 }],
            "jitter": { "enabled": random.below(3) == 0, "minDelay": 0, "maxDelay": 5 },
        },
    })
}

/// When the window of such a stage opens; told from its configuration alone.
#[must_use]
pub fn opening(config: &Params) -> Option<Timestamp> {
    let opens = config.value().pointer("/restrictedExecutionWindow/whitelist/0/startMin")?.as_u64()?;
    let minutes = i64::try_from(opens.checked_sub(BEGINNING.1)?).ok()?;
    Some(START.plus(minutes * 60_000))
}
