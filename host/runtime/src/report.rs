//! From whatever ended a call to a fault that a person can work with: class, words, names of functions, last lines.
//!
//! Printed by ourselves: the debug form of the engine's errors also has the host's backtrace when the server's
//! environment asks for one.

use domain::plugin::call::Scope;
use domain::{Failure, FailureClass, Params};
use serde::Serialize;
use wasmtime::{PoolConcurrencyLimitError, Trap, WasmBacktrace};
use wasmtime_wasi::I32Exit;

use crate::convert::reply::Malformed;
use crate::engine::{FRAMES, WASMTIME};
use crate::error::{Fault, FaultClass, LoadError};
use crate::limits::Exceeded;
use crate::modules::{Function, Unfit};
use crate::output::Output;

/// What ended a call.
#[derive(Debug)]
pub(crate) enum Trouble {
    Load(LoadError),
    Engine(wasmtime::Error),
    Wall(u32),
    Panic(String),
    Malformed(Malformed),
}

impl From<Malformed> for Trouble {
    fn from(malformed: Malformed) -> Trouble {
        Trouble::Malformed(malformed)
    }
}

#[derive(Serialize)]
struct Details<'r> {
    class: &'static str,
    stack: Vec<String>,
    logs: Vec<String>,
    plugin: &'r str,
    digest: &'r str,
    wasmtime: &'static str,
}

/// The fault that a trouble is.
pub(crate) fn fault(trouble: &Trouble, function: Function, scope: &Scope, output: &Output) -> Fault {
    let (class, reason) = classify(trouble);
    let logs = output.tail();
    let said = last_words(&logs).map_or_else(String::new, |words| format!("; it last said: {words}"));
    let message = format!("The plugin {} failed in `{}`: {reason}{said}", scope.plugin, function.name());
    let stack = match trouble {
        Trouble::Engine(error) => stack(error),
        _ => Vec::new(),
    };
    let (plugin, digest) = (scope.plugin.as_str(), scope.digest.as_str());
    let details = Details { class: class.name(), stack, logs, plugin, digest, wasmtime: WASMTIME };
    let mut failure = Failure::new(FailureClass::Internal, class.code(), message);
    failure.details = serde_json::to_string(&details).ok().and_then(|text| Params::parse(&text).ok());
    Fault { failure, retryable: class.retryable(), class }
}

fn classify(trouble: &Trouble) -> (FaultClass, String) {
    match trouble {
        Trouble::Load(error) => (FaultClass::Load, error.to_string()),
        Trouble::Wall(most) => {
            (FaultClass::Wall, format!("it took longer than {most} ms, waits for the host included"))
        }
        Trouble::Panic(words) => (FaultClass::Host, format!("the host broke down in an import: {words}")),
        Trouble::Malformed(Malformed(reason)) => (FaultClass::Malformed, format!("its reply is malformed: {reason}")),
        Trouble::Engine(error) => (class(error), reason(error)),
    }
}

fn class(error: &wasmtime::Error) -> FaultClass {
    if let Some(exceeded) = error.downcast_ref::<Exceeded>() {
        return match exceeded {
            Exceeded::Cpu(_) => FaultClass::Cpu,
            Exceeded::Memory { .. } | Exceeded::Table(_) => FaultClass::Memory,
        };
    }
    if error.is::<Unfit>() {
        return FaultClass::Load;
    }
    if error.is::<PoolConcurrencyLimitError>() {
        return FaultClass::Host;
    }
    match error.downcast_ref::<Trap>() {
        Some(Trap::StackOverflow) => FaultClass::Stack,
        Some(_) => FaultClass::Trap,
        // An import refused what it was given, or the guest ended itself; without a guest on the stack it was the reply.
        None if error.is::<I32Exit>() || error.is::<WasmBacktrace>() => FaultClass::Trap,
        None => FaultClass::Malformed,
    }
}

fn reason(error: &wasmtime::Error) -> String {
    if let Some(I32Exit(status)) = error.downcast_ref::<I32Exit>() {
        return format!("it ended itself with status {status}");
    }
    error.root_cause().to_string()
}

/// Names of functions, innermost first, without the hashes that compilers add.
fn stack(error: &wasmtime::Error) -> Vec<String> {
    let frames = error.downcast_ref::<WasmBacktrace>().map(WasmBacktrace::frames).unwrap_or_default();
    let name = |frame: &wasmtime::FrameInfo| match frame.func_name() {
        Some(name) => format!("{:#}", rustc_demangle::demangle(name)),
        None => format!("<function {}>", frame.func_index()),
    };
    frames.iter().take(FRAMES).map(name).collect()
}

/// The last line that is not a hint of the language's runtime.
fn last_words(lines: &[String]) -> Option<&str> {
    let lines = lines.iter().rev().map(|line| line.trim());
    lines.filter(|line| !line.is_empty() && !line.starts_with("note:")).map(short).next()
}

fn short(line: &str) -> &str {
    let end = line.char_indices().nth(300).map_or(line.len(), |(end, _)| end);
    line.get(..end).unwrap_or(line)
}
