//! Every kind of identity, each its own type.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub std::sync::Arc<str>);

        impl $name {
            /// The identity's text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                $name(text.into())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                $name(text.into())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_id!(
    /// An execution: a ULID, so that newer sorts after older.
    ExecutionId
);
text_id!(
    /// A stage of an execution: has a ULID's shape, and is a function of the execution and the stage's reference ([`StageId::derive`]).
    StageId
);
text_id!(
    /// A pipeline: a UUID where we made it, any text where a document brought its own (ids are kept on import).
    PipelineId
);
text_id!(
    /// A stage's name in its graph (`refId`); unique in an execution. Synthetic stages extend their parent's: `3<1`, `3>2`.
    RefId
);
text_id!(
    /// Names one request for the whole life of a run of a stage. Labels that begin with `$` are the host's.
    Label
);
text_id!(
    /// The name of an application, as first written; compared case-insensitively.
    ApplicationName
);
text_id!(
    /// The name of an account, as first written; compared case-insensitively.
    AccountName
);
text_id!(
    /// SHA-256 of a component's bytes, as 64 hexadecimal digits.
    Digest
);
text_id!(
    /// A plugin's name, from its manifest.
    PluginName
);

const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

impl StageId {
    /// The stage `ref_id` of `execution`. Derived, so that a stage needs no row before anything has happened to it.
    #[must_use]
    pub fn derive(execution: &ExecutionId, ref_id: &RefId) -> StageId {
        StageId(derived(execution, &["stage", ref_id.as_str()]).into())
    }
}

impl ExecutionId {
    /// An id that somebody chose; absent unless it is a ULID as we write one.
    #[must_use]
    pub fn parse(text: &str) -> Option<ExecutionId> {
        let read = ulid::Ulid::from_string(text).ok()?.to_string();
        (read == text).then(|| ExecutionId(read.into()))
    }

    /// The child that a run of a stage starts under `label`: the same key always names the same execution, so a repeat starts nothing.
    #[must_use]
    pub fn derive_child(parent: &ExecutionId, stage: &StageId, run: u32, label: &Label) -> ExecutionId {
        ExecutionId(derived(parent, &["child", stage.as_str(), &run.to_string(), label.as_str()]).into())
    }
}

/// Keeps the ten time characters of `base` and fills the sixteen random ones from a hash of the parts.
fn derived(base: &ExecutionId, parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    hash.update(base.as_str());
    for part in parts {
        hash.update([0]);
        hash.update(part);
    }
    let bytes = hash.finalize();
    let mut text: String = base.as_str().chars().chain(std::iter::repeat('0')).take(10).collect();
    text.extend(bytes.iter().take(16).map(|byte| char::from(CROCKFORD[usize::from(byte & 31)])));
    text
}

impl Digest {
    /// The digest of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Digest {
        let hash = Sha256::digest(bytes);
        let mut text = String::with_capacity(64);
        for byte in hash {
            text.push(char::from_digit(u32::from(byte >> 4), 16).unwrap_or('0'));
            text.push(char::from_digit(u32::from(byte & 15), 16).unwrap_or('0'));
        }
        Digest(text.into())
    }
}
