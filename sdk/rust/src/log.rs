//! Lines for the log tab of a stage, a provider or a trigger. On a developer's machine they go to standard error.

/// How much a line matters.
pub use crate::bindings::stage::mainsheet::host::log::Level;

/// Writes one line with fields. Never fails.
pub fn write(level: Level, message: &str, fields: &[(&str, &str)]) {
    let fields: Vec<(String, String)> =
        fields.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    send(level, message, &fields);
}

/// A line for whoever reads a run.
pub fn info(message: &str) {
    write(Level::Info, message, &[]);
}

/// Something is odd and went on.
pub fn warn(message: &str) {
    write(Level::Warn, message, &[]);
}

#[cfg(target_arch = "wasm32")]
fn send(level: Level, message: &str, fields: &[(String, String)]) {
    crate::bindings::stage::mainsheet::host::log::write(level, message, fields);
}

#[cfg(not(target_arch = "wasm32"))]
fn send(level: Level, message: &str, fields: &[(String, String)]) {
    eprintln!("{level:?} {message} {fields:?}");
}
