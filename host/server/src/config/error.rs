//! What can be wrong with a configuration.

use domain::code::{Code, code};
use domain::problem::nearest;

use super::SETTINGS;
use super::layers::Origin;

/// A configuration that cannot be used. Each has a page in `docs/errors/`.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration file {file}: {source}")]
    Unreadable {
        /// Which.
        file: String,
        /// Why.
        source: std::io::Error,
    },
    /// The file is no TOML, or a value in it is neither text, number, boolean nor a list of texts.
    #[error("the configuration file {file} is not understood: {reason}")]
    Malformed {
        /// Which.
        file: String,
        /// Where in it and why.
        reason: String,
    },
    /// The file names an option that does not exist.
    #[error("{file} has the option `{key}`, which does not exist{}", suggestion(.key))]
    UnknownKey {
        /// Which file.
        file: String,
        /// The key.
        key: String,
    },
    /// A value is none.
    #[error("`{key}` is `{value}` ({origin}), but {wanted}")]
    Invalid {
        /// The option.
        key: &'static str,
        /// What was given.
        value: String,
        /// Who gave it.
        origin: Origin,
        /// What it should be.
        wanted: String,
    },
}

impl ConfigError {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            ConfigError::Unreadable { .. } => code("config.file-unreadable"),
            ConfigError::Malformed { .. } => code("config.file-malformed"),
            ConfigError::UnknownKey { .. } => code("config.unknown-key"),
            ConfigError::Invalid { .. } => code("config.value-invalid"),
        }
    }
}

/// The end of the sentence about an unknown key: the nearest ones, or all of them.
fn suggestion(key: &str) -> String {
    let near = nearest(key, SETTINGS.iter().map(|setting| setting.key));
    if near.is_empty() {
        let all: Vec<&str> = SETTINGS.iter().map(|setting| setting.key).collect();
        return format!("; options are {}", all.join(", "));
    }
    format!("; did you mean `{}`?", near.join("`, `"))
}
