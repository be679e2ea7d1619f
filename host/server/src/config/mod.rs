//! Configuration of the server: defaults, then a file, then the environment, then flags; the later wins.
//!
//! [`SETTINGS`] is the one list of options. Flags, variables, the file's keys, `mainsheet config show` and the
//! documentation of each are made from it. This is also the only place of the host that reads environment variables.

mod error;
mod flags;
mod layers;
mod setting;
mod value;

use std::net::SocketAddr;
use std::path::PathBuf;

use app::Unrestricted;
use app::quiet::QuietPeriod;
use app::triggers::TriggerConfig;
use capabilities::Network;
use domain::window::Zone;

pub use error::ConfigError;
pub use flags::Flags;
pub use layers::{Given, Layers, Origin, user_folder, variable};
pub use setting::{SETTINGS, Setting};

/// What the server is started with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Folder of the database, the component cache and the lock.
    pub data: PathBuf,
    /// Where the API listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Watched folder of components.
    pub plugins: Option<PathBuf>,
    /// Components of the watched folder get what their manifests want.
    pub grant_wanted: bool,
    /// Private networks that plugins may reach; public addresses need no entry.
    pub allow_networks: Vec<Network>,
    /// What an application without any permissions means.
    pub unrestricted: Unrestricted,
    /// Shape of log lines.
    pub log_format: LogFormat,
    /// Filter of log lines: a level, or `target=level` pairs.
    pub log_level: String,
    /// When a commit counts as done.
    pub synchronous: Synchronous,
    /// Address of the console, for links in notifications.
    pub console: String,
    /// Time zone of execution windows.
    pub window_zone: Zone,
    /// Threads of the server; absent: one for each processor.
    pub workers: Option<usize>,
    /// When triggers start nothing.
    pub quiet: Option<QuietPeriod>,
    /// How triggers are heard.
    pub triggers: TriggerConfig,
}

/// Shape of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// When a commit counts as done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Synchronous {
    /// After fsync: survives a power cut.
    Full,
    /// After the write: survives `kill -9`, may lose the last moments in a power cut.
    Normal,
}

impl Config {
    /// Takes typed values out of the layers.
    ///
    /// # Errors
    /// `config.value-invalid` for the first value that is none, with the place it came from.
    pub fn from_layers(layers: &Layers) -> Result<Config, ConfigError> {
        Ok(Config {
            data: layers.read("data", value::path)?,
            listen: layers.read("listen", value::address)?,
            plugins: layers.read("plugins", value::optional_path)?,
            grant_wanted: layers.read("grant-wanted", value::switch)?,
            allow_networks: layers.read("allow-networks", value::networks)?,
            unrestricted: layers.read("unrestricted-applications", |text| {
                value::choice(text, &[("closed", Unrestricted::Closed), ("open", Unrestricted::Open)])
            })?,
            log_format: layers.read("log-format", |text| {
                value::choice(text, &[("text", LogFormat::Text), ("json", LogFormat::Json)])
            })?,
            log_level: layers.read("log-level", value::filter)?,
            synchronous: layers.read("synchronous", |text| {
                value::choice(text, &[("full", Synchronous::Full), ("normal", Synchronous::Normal)])
            })?,
            console: layers.read("console", |text| Ok(text.to_owned()))?,
            window_zone: layers.read("window-zone", value::zone)?,
            workers: layers.read("workers", value::threads)?,
            quiet: quiet(layers)?,
            triggers: triggers(layers)?,
        })
    }
}

fn triggers(layers: &Layers) -> Result<TriggerConfig, ConfigError> {
    let zone = layers.read("trigger-zone", |text| value::zone(text).map(|_| text.to_owned()))?;
    Ok(TriggerConfig {
        zone,
        catch_up: layers.read("trigger-catch-up", value::seconds)?,
        most_events: layers.read("trigger-events-most", |text| value::count(text, 1, 100_000_000))?,
        events_age: layers.read("trigger-events-age", |text| value::count(text, 1, 3_660))?.saturating_mul(86_400_000),
        rate: layers.read("trigger-rate", |text| value::count(text, 0, 1_000_000))?.try_into().unwrap_or(u32::MAX),
    })
}

/// The quiet period: one end alone sets none.
fn quiet(layers: &Layers) -> Result<Option<QuietPeriod>, ConfigError> {
    let from = layers.read("quiet-from", value::instant)?;
    let until = layers.read("quiet-until", value::instant)?;
    let suppressed = layers.read("quiet-triggers", value::list)?;
    Ok(from.zip(until).map(|(from, until)| QuietPeriod { from, until, suppressed }))
}

#[cfg(test)]
mod tests;
