//! From the text of an option to its value. The error is the end of the sentence "`key` is `text`, but …".

use std::net::SocketAddr;
use std::path::PathBuf;

use capabilities::{BadNetwork, Network};
use domain::Timestamp;
use domain::window::Zone;
use tracing_subscriber::EnvFilter;

pub(super) fn path(text: &str) -> Result<PathBuf, String> {
    optional_path(text)?.ok_or_else(|| "a path is needed".into())
}

#[expect(clippy::unnecessary_wraps, reason = "one shape for every reader of a value")]
pub(super) fn optional_path(text: &str) -> Result<Option<PathBuf>, String> {
    Ok(Some(text).filter(|text| !text.is_empty()).map(PathBuf::from))
}

pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "an address with a port is needed, such as 127.0.0.1:8084 or [::1]:8084".into())
}

pub(super) fn switch(text: &str) -> Result<bool, String> {
    choice(text, &[("true", true), ("false", false)])
}

pub(super) fn choice<T: Copy>(text: &str, choices: &[(&str, T)]) -> Result<T, String> {
    let found = choices.iter().find(|(name, _)| *name == text).map(|(_, value)| *value);
    found.ok_or_else(|| {
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        format!("it is one of {}", names.join(", "))
    })
}

pub(super) fn filter(text: &str) -> Result<String, String> {
    EnvFilter::try_new(text).map(|_| text.to_owned()).map_err(|error| format!("no log filter: {error}"))
}

pub(super) fn zone(text: &str) -> Result<Zone, String> {
    Zone::named(text).ok_or_else(|| "a time zone is needed, such as Europe/Berlin or UTC".into())
}

pub(super) fn threads(text: &str) -> Result<Option<usize>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    match text.parse() {
        Ok(count @ 1..=1024) => Ok(Some(count)),
        _ => Err("a number from 1 to 1024 is needed".into()),
    }
}

/// A whole number within bounds.
pub(super) fn count(text: &str, least: i64, most: i64) -> Result<i64, String> {
    let number = text.parse().ok().filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| format!("a whole number from {least} to {most} is needed"))
}

/// Seconds, as milliseconds.
pub(super) fn seconds(text: &str) -> Result<i64, String> {
    Ok(count(text, 0, 7 * 86_400)?.saturating_mul(1_000))
}

pub(super) fn instant(text: &str) -> Result<Option<Timestamp>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let read: Result<jiff::Timestamp, _> = text.parse();
    let read = read.map_err(|_| "an instant with a zone is needed, such as 2026-12-24T18:00:00+01:00".to_owned())?;
    Ok(Some(Timestamp(read.as_millisecond())))
}

#[expect(clippy::unnecessary_wraps, reason = "one shape for every reader of a value")]
pub(super) fn list(text: &str) -> Result<Vec<String>, String> {
    Ok(text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect())
}

pub(super) fn networks(text: &str) -> Result<Vec<Network>, String> {
    let parse = |network: &str| network.parse().map_err(|error: BadNetwork| error.to_string());
    text.split(',').map(str::trim).filter(|network| !network.is_empty()).map(parse).collect()
}
