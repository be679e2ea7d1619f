//! The four layers of configuration, laid over each other with the origin of every value kept.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use capabilities::KeyText;

use super::error::ConfigError;
use super::flags::Flags;
use super::setting::{SETTINGS, Setting};

/// The file that is read when nobody names one.
const FILE: &str = "mainsheet.toml";
/// Every variable of ours begins with it.
const PREFIX: &str = "MAINSHEET_";
/// The key of secrets itself. It is no option: a flag would show it to everybody on the machine.
pub(super) const SECRETS_KEY: &str = "MAINSHEET_SECRETS_KEY";
/// Variables that are no options of the server: that key, those of the command line, and those that Kubernetes sets in every pod
/// beside a service called `mainsheet`.
const OTHERS: &[&str] = &["SECRETS_KEY", "CONFIG", "SERVER", "TOKEN", "OUTPUT", "SERVICE_", "PORT"];

/// Who gave a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody.
    Default,
    /// The configuration file.
    File(String),
    /// A variable.
    Variable(String),
    /// A flag.
    Flag(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Default => f.write_str("default"),
            Origin::File(file) => write!(f, "from {file}"),
            Origin::Variable(name) => write!(f, "from the variable {name}"),
            Origin::Flag(name) => write!(f, "from the flag {name}"),
        }
    }
}

/// An option with the value in force.
#[derive(Clone, Debug)]
pub struct Given {
    /// The option.
    pub setting: &'static Setting,
    /// Its value as text; lists joined by commas.
    pub text: String,
    /// Who gave it.
    pub origin: Origin,
}

/// Every option with the value in force.
#[derive(Clone, Debug)]
pub struct Layers {
    /// In the order of the list of options.
    pub given: Vec<Given>,
    /// Variables that look like options and are none: mistyped, most likely.
    pub unknown: Vec<String>,
    /// The key of secrets, where the environment gives it.
    pub secrets_key: Option<KeyText>,
}

impl Layers {
    /// Reads the file that `flags`, the variable `MAINSHEET_CONFIG` or the current folder names, and the process's environment.
    ///
    /// # Errors
    /// `config.file-unreadable`, `config.file-malformed`, `config.unknown-key`.
    pub fn gather(flags: &Flags) -> Result<Layers, ConfigError> {
        let variables: BTreeMap<String, String> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .filter(|(name, _)| name.starts_with(PREFIX))
            .collect();
        let named = flags.file.clone().or_else(|| variables.get("MAINSHEET_CONFIG").map(Into::into));
        let file = match named {
            Some(file) => Some((file.display().to_string(), read(&file)?)),
            None if Path::new(FILE).is_file() => Some((FILE.to_owned(), read(Path::new(FILE))?)),
            None => None,
        };
        let file = file.as_ref().map(|(name, text)| (name.as_str(), text.as_str()));
        Layers::lay(file, &variables, flags)
    }

    /// Lays the layers over each other: `file` is its name and its text.
    ///
    /// # Errors
    /// `config.file-malformed`, `config.unknown-key`.
    pub fn lay(
        file: Option<(&str, &str)>,
        variables: &BTreeMap<String, String>,
        flags: &Flags,
    ) -> Result<Layers, ConfigError> {
        let written = file.map(|(name, text)| parse(name, text)).transpose()?.unwrap_or_default();
        let given = SETTINGS.iter().map(|setting| {
            let name = variable(setting.key);
            let (text, origin) = if let Some(value) = flags.values.get(setting.key) {
                (value.clone(), Origin::Flag(format!("--{}", setting.key)))
            } else if let Some(value) = variables.get(&name) {
                (value.clone(), Origin::Variable(name))
            } else if let (Some(value), Some((file, _))) = (written.get(setting.key), file) {
                (value.clone(), Origin::File(file.to_owned()))
            } else {
                (setting.default.to_owned(), Origin::Default)
            };
            Given { setting, text, origin }
        });
        let unknown = variables.keys().filter(|name| {
            let rest = name.strip_prefix(PREFIX).unwrap_or(name);
            let other =
                OTHERS.iter().any(|other| if other.ends_with('_') { rest.starts_with(other) } else { rest == *other });
            !other && !rest.starts_with("PORT_") && !SETTINGS.iter().any(|setting| variable(setting.key) == **name)
        });
        let secrets_key = variables.get(SECRETS_KEY).filter(|text| !text.trim().is_empty()).cloned().map(KeyText::from);
        Ok(Layers { given: given.collect(), unknown: unknown.cloned().collect(), secrets_key })
    }

    /// The value of `key` as `parse` understands it.
    pub(super) fn read<T>(
        &self,
        key: &'static str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, ConfigError> {
        let given = self.given.iter().find(|given| given.setting.key == key);
        let (text, origin) = given.map_or(("", Origin::Default), |given| (given.text.as_str(), given.origin.clone()));
        parse(text).map_err(|wanted| ConfigError::Invalid { key, value: text.to_owned(), origin, wanted })
    }
}

/// Where the user's own configuration of programs of ours stands: `$XDG_CONFIG_HOME/mainsheet`, else `~/.config/mainsheet`.
#[must_use]
pub fn user_folder() -> Option<PathBuf> {
    let given = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = given("XDG_CONFIG_HOME").or_else(|| given("HOME").map(|home| home.join(".config")))?;
    Some(base.join("mainsheet"))
}

/// The variable of the option `key`.
#[must_use]
pub fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.to_uppercase().replace('-', "_"))
}

fn read(file: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(file).map_err(|source| ConfigError::Unreadable { file: file.display().to_string(), source })
}

fn parse(file: &str, text: &str) -> Result<BTreeMap<String, String>, ConfigError> {
    let malformed = |reason: String| ConfigError::Malformed { file: file.to_owned(), reason };
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| malformed(error.to_string()))?;
    let mut values = BTreeMap::new();
    for (key, value) in table {
        if Setting::find(&key).is_none() {
            return Err(ConfigError::UnknownKey { file: file.to_owned(), key });
        }
        let text = plain(&value)
            .ok_or_else(|| malformed(format!("`{key}` must be a text, a number, a boolean or a list of texts")))?;
        values.insert(key, text);
    }
    Ok(values)
}

fn plain(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(switch) => Some(switch.to_string()),
        toml::Value::Array(items) => {
            let texts: Option<Vec<&str>> = items.iter().map(toml::Value::as_str).collect();
            texts.map(|texts| texts.join(","))
        }
        _ => None,
    }
}
