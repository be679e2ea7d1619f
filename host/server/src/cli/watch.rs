//! `mainsheet watch`: an execution, or everything that happens.

use std::time::Duration;

use clap::Args;
use serde_json::Value;

use super::Context;
use super::client::{Follower, Step, route};
use super::error::{CliError, Exit};
use super::{live, output};

const EXAMPLES: &str = "\
Examples:
  mainsheet watch                    everything that happens from now on, a line for each event
  mainsheet watch 01JD…              one execution, to its end; the exit code tells how it ended
  mainsheet watch --output json      the events as the API has them

A broken connection is made again, and the stream goes on after the last event seen.";

/// Watch an execution, or everything.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// The execution; without it, all that you may see.
    execution: Option<String>,
}

impl Arguments {
    pub(super) fn run(&self, context: &Context) -> Result<Exit, CliError> {
        let client = context.client();
        if let Some(execution) = &self.execution {
            return live::follow(&client, execution, context.format);
        }
        let follower = Follower::start(&client, &route::all("stream"), None);
        loop {
            match follower.next(Duration::from_secs(3600)) {
                Step::Message(message) if context.json() => output::line(&message.data),
                Step::Message(message) => output::line(&sentence(&message.event, &message.data)),
                Step::Lost(error) => eprintln!("{}; waiting for it", error.message),
                Step::Over(error) => return Err(error),
                Step::Connected | Step::Quiet => {}
            }
        }
    }
}

/// An event on one line: when, where, what, and whatever else it says.
fn sentence(kind: &str, data: &str) -> String {
    let Ok(Value::Object(mut event)) = serde_json::from_str(data) else { return format!("{kind} {data}") };
    let mut take = |key: &str| event.remove(key).map(|value| plain(&value)).unwrap_or_default();
    let (at, execution, said) = (take("at"), take("execution"), take("type"));
    for unread in ["number", "stage"] {
        event.remove(unread);
    }
    let rest: Vec<String> = event.iter().map(|(key, value)| format!("{key}={}", plain(value))).collect();
    let kind = if said.is_empty() { kind } else { &said };
    format!("{at}  {execution}  {kind:<20} {}", rest.join(" ")).trim_end().to_owned()
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
