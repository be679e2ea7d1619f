//! Stable codes of everything a user may be told.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A stable, documented code such as `pipeline.cycle`: words of kebab case joined by dots. Each has its page in `docs/errors/`.
/// Plugins bring their own, so it is text and no enumeration.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Code(pub Cow<'static, str>);

/// A code of the host's own.
#[must_use]
pub const fn code(text: &'static str) -> Code {
    Code(Cow::Borrowed(text))
}

impl Code {
    /// The code's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for Code {
    fn from(text: String) -> Self {
        Code(Cow::Owned(text))
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
