//! Denials, for the audit.

/// A capability was wanted and not given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    /// The plugin.
    pub plugin: String,
    /// Its component.
    pub digest: String,
    /// Application the call was for; empty outside an execution.
    pub application: String,
    /// Execution the call was for; empty outside one.
    pub execution: String,
    /// The operation that the call was for, by its idempotency key; empty for reads.
    pub key: String,
    /// Code of the failure that the plugin was answered with.
    pub code: String,
    /// What it wanted, in words.
    pub wanted: String,
}

/// Who is told. Called on the way of the answer: it hands over and returns.
pub trait Denials: Send + Sync {
    /// Takes one.
    fn denied(&self, denial: Denial);
}

/// Denials go to the server's log.
pub(crate) struct Logged;

impl Denials for Logged {
    fn denied(&self, denial: Denial) {
        let Denial { plugin, digest, application, execution, key, code, wanted } = denial;
        tracing::warn!(plugin, digest, application, execution, key, code, wanted, "a plugin was denied");
    }
}
