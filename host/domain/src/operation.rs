//! Operations: the only thing that is performed. Ordered in a commit, begun after it, tried under one key, ended with an outcome.
//!
//! ```text
//! Ordered --claim--> Begun --again--> Begun (checkpoint, wakes) --done|failed--> Ended
//! Ordered --cancel-> Ended(cancelled)        Begun --cancel--> Begun(cancelling) --…--> Ended
//! ```

use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::id::{Digest, ExecutionId, Label, StageId};
use crate::params::Params;
use crate::stage::request::OperationRequest;
use crate::time::Timestamp;

/// The identity of an effect: every try of it carries this key, and no other effect does.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct OperationKey {
    /// Execution that ordered it.
    pub execution: ExecutionId,
    /// Stage that asked for it.
    pub stage: StageId,
    /// Run of the stage: grows on restart, never on a retry.
    pub run: u32,
    /// Label of the request.
    pub label: Label,
}

impl OperationKey {
    /// The idempotency key as text, printable ASCII: `execution/stage/run/label`.
    #[must_use]
    pub fn idempotency_key(&self) -> String {
        let mut text = format!("{}/{}/{}/", self.execution, self.stage, self.run);
        for byte in self.label.as_str().bytes() {
            if byte.is_ascii_graphic() && byte != b'%' {
                text.push(char::from(byte));
            } else {
                text.push_str(&format!("%{byte:02X}"));
            }
        }
        text
    }
}

/// An operation of an execution.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// Its identity.
    pub key: OperationKey,
    /// Application, for grants, lists and lanes.
    pub application: String,
    /// Who the run acts as.
    pub principal: String,
    /// What is to be done.
    pub request: OperationRequest,
    /// The component that does it, pinned at admission.
    pub digest: Digest,
    /// When it was ordered.
    pub ordered: Timestamp,
    /// Where it stands.
    pub state: OperationState,
    /// The stage no longer wants it: it is dropped if not begun, else called with `cancelling`.
    pub cancelling: bool,
}

/// Where an operation stands.
#[derive(Clone, Debug, PartialEq)]
pub enum OperationState {
    /// Committed; no try was made.
    Ordered,
    /// At least one try may have been made.
    Begun(Begun),
    /// Over.
    Ended {
        /// What came of it.
        outcome: Result<Params, Failure>,
        /// When.
        at: Timestamp,
    },
}

/// An operation under way.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Begun {
    /// What the provider wants back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<Vec<u8>>,
    /// When it is called next, if nothing wakes it before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// Subscriptions whose change wakes it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subscriptions: Vec<String>,
    /// Tries that ended in a fault of the plugin, in a row.
    #[serde(default)]
    pub faults: u32,
    /// Live, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<Params>,
}

/// How a repeat of an operation is to be treated, from the provider's manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Repeat {
    /// May be repeated at will.
    Safe,
    /// May be repeated: the far side recognises the key.
    Keyed,
    /// Must not: a repeated one is answered `operation.outcome-unknown` instead of being called.
    Never,
}
