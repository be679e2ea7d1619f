//! What a provider is told, and what it may answer, as plain values.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{Account, Failure, Meta};

/// One try of one operation. Meanings stand in `wit/provider@1`.
#[derive(Debug, Clone, PartialEq)]
pub struct OperationCall {
    /// Which stage ordered it, and the time of this try.
    pub meta: Meta,
    /// The account to act on.
    pub account: Option<Account>,
    /// Which of the plugin's operations.
    pub kind: String,
    /// Its input.
    pub input: Value,
    /// Same for every try.
    pub idempotency_key: String,
    /// True unless the host knows that nothing was begun from this checkpoint.
    pub repeated: bool,
    /// Whether only to check.
    pub dry_run: bool,
    /// What the last try left behind.
    pub checkpoint: Option<Vec<u8>>,
    /// Whether the order was taken back.
    pub cancelling: bool,
}

impl OperationCall {
    /// The checkpoint that the last try left behind with [`Progress::again`]; the default on the first try, or if it cannot be read.
    #[must_use]
    pub fn checkpoint<C: DeserializeOwned + Default>(&self) -> C {
        self.checkpoint.as_deref().and_then(|bytes| serde_json::from_slice(bytes).ok()).unwrap_or_default()
    }
}

/// One read.
#[derive(Debug, Clone, PartialEq)]
pub struct QueryCall {
    /// Which stage or person reads, and when.
    pub meta: Meta,
    /// The account to read from.
    pub account: Option<Account>,
    /// Which of the plugin's queries.
    pub kind: String,
    /// Its input.
    pub input: Value,
    /// How old a cached result may be, in milliseconds.
    pub max_age: u32,
}

/// What makes the host call again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wake {
    /// Milliseconds from now.
    After(u32),
    /// A change behind a subscription, or the end of a job.
    Changed(String),
}

/// What a try comes to, if it did not fail.
#[derive(Debug, Clone, PartialEq)]
pub enum Progress {
    /// Done, with the answer that the stage gets.
    Done(Value),
    /// Call again.
    Again {
        /// What the next try shall find.
        checkpoint: Vec<u8>,
        /// When to call; whatever comes first.
        wakes: Vec<Wake>,
        /// What people see meanwhile.
        progress: Option<Value>,
    },
}

impl Progress {
    /// Call again from this checkpoint. A checkpoint that cannot be written is a fault of the plugin and is left out.
    #[must_use]
    pub fn again(checkpoint: &impl Serialize) -> Self {
        Self::Again {
            checkpoint: serde_json::to_vec(checkpoint).unwrap_or_default(),
            wakes: Vec::new(),
            progress: None,
        }
    }

    /// In so many milliseconds.
    #[must_use]
    pub fn after(self, millis: u32) -> Self {
        self.wake(Wake::After(millis))
    }

    /// When this subscription or job says so.
    #[must_use]
    pub fn changed(self, subscription: impl Into<String>) -> Self {
        self.wake(Wake::Changed(subscription.into()))
    }

    /// Shows people something meanwhile.
    #[must_use]
    pub fn showing(mut self, value: Value) -> Self {
        if let Self::Again { progress, .. } = &mut self {
            *progress = Some(value);
        }
        self
    }

    fn wake(mut self, wake: Wake) -> Self {
        if let Self::Again { wakes, .. } = &mut self {
            wakes.push(wake);
        }
        self
    }
}

/// What a person sees after binding an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// `ok`, `warning` or `error`.
    pub level: &'static str,
    /// Stable code with a page in `docs/errors/`.
    pub code: String,
    /// One sentence.
    pub message: String,
}

/// A failure found while looking at an account is an error.
impl From<Failure> for Finding {
    fn from(failure: Failure) -> Self {
        Self { level: "error", code: failure.code, message: failure.message }
    }
}
