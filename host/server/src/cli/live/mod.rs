//! An execution, watched: a list that is redrawn in a terminal, a line for every change elsewhere, JSON for programs.
//!
//! The stream only says that something changed; what is shown is always read anew. So nothing shown can be wrong for
//! long, however often the connection breaks.

mod board;
mod changes;
mod screen;

use std::io::IsTerminal;
use std::time::Duration;

use domain::code::code;
use domain::environment::Environment;
use serde_json::Value;

use super::client::{Client, Execution, Follower, Page, Step, route, segment};
use super::error::{CliError, Exit};
use super::output::{self, Format};
use crate::environment::Real;

use board::board;
use changes::Changes;
use screen::Screen;

/// How often running times are redrawn.
const TICK: Duration = Duration::from_millis(500);
/// How long nothing may happen before the state is read anyway.
const QUIET: Duration = Duration::from_secs(30);

/// Follows the execution `id` to its end. The exit code says how it ended.
///
/// # Errors
/// There is no such execution, we may not see it, or the server stays away.
pub fn follow(client: &Client, id: &str, format: Format) -> Result<Exit, CliError> {
    let follower = Follower::start(client, &route::below("executions", id, "events"), None);
    let mut view = View::new(format);
    let mut latest = client.get(&route::one("executions", id))?;
    loop {
        let execution = read(&latest)?;
        view.show(&execution);
        if let Some(exit) = exit(&execution.status) {
            view.catch_up(client, id)?;
            view.end(&latest);
            return Ok(exit);
        }
        match wait(client, &follower, &mut view, &execution)? {
            Wake::Changed => {
                latest = client.get(&route::one("executions", id)).or_else(|error| view.keep(error, &latest))?
            }
            Wake::Tick => {}
        }
    }
}

fn events(id: &str, after: Option<&str>) -> String {
    let after = after.map(|after| format!("&after={}", segment(after))).unwrap_or_default();
    format!("{}?limit=500{after}", route::below("executions", id, "events"))
}

enum Wake {
    Changed,
    Tick,
}

/// Waits for a change, and swallows those that arrived meanwhile: one reading shows them all.
fn wait(client: &Client, follower: &Follower, view: &mut View, execution: &Execution) -> Result<Wake, CliError> {
    let ticks = view.is_screen() && execution.started.is_some();
    let mut step = follower.next(if ticks { TICK } else { QUIET });
    let mut wake = if ticks { Wake::Tick } else { Wake::Changed };
    loop {
        match step {
            Step::Message(message) => {
                view.event(&serde_json::from_str(&message.data).unwrap_or(Value::Null));
                wake = Wake::Changed;
            }
            Step::Connected => {
                view.catch_up(client, &execution.id)?;
                wake = Wake::Changed;
            }
            Step::Lost(error) => view.lost(&error),
            Step::Over(error) => return Err(error),
            Step::Quiet => return Ok(wake),
        }
        step = follower.next(Duration::ZERO);
    }
}

/// What a followed execution exits with, once it is over.
fn exit(status: &str) -> Option<Exit> {
    match status {
        "SUCCEEDED" => Some(Exit::Success),
        "TERMINAL" => Some(Exit::Failed),
        "CANCELED" => Some(Exit::Cancelled),
        _ => None,
    }
}

/// An execution out of the API's answer.
///
/// # Errors
/// `cli.answer-not-understood`.
pub fn read(value: &Value) -> Result<Execution, CliError> {
    serde::Deserialize::deserialize(value).map_err(|error: serde_json::Error| {
        let message = format!("the server's answer about an execution is not understood: {error}");
        CliError::new(Exit::Unreachable, code("cli.answer-not-understood"), message)
    })
}

/// An execution as it stands, without colours.
#[must_use]
pub fn still(execution: &Execution) -> String {
    let mut text = board(execution, Real::start().now().0).join("\n");
    while let Some(at) = text.find("\x1b[") {
        let end = text.get(at..).and_then(|rest| rest.find('m')).map_or(text.len(), |end| at + end + 1);
        text.replace_range(at..end, "");
    }
    text
}

/// The three ways of showing.
enum View {
    Screen(Screen, Real),
    Lines(Changes),
    /// Events, each once; the number of the newest that was printed.
    Json(i64),
}

impl View {
    fn new(format: Format) -> View {
        match format {
            Format::Json => View::Json(0),
            Format::Text if std::io::stdout().is_terminal() => View::Screen(Screen::default(), Real::start()),
            Format::Text => View::Lines(Changes::default()),
        }
    }

    fn is_screen(&self) -> bool {
        matches!(self, View::Screen(..))
    }

    fn show(&mut self, execution: &Execution) {
        match self {
            View::Screen(screen, clock) => screen.draw(&board(execution, clock.now().0)),
            View::Lines(changes) => changes.of(execution).iter().for_each(|line| output::line(line)),
            View::Json(_) => {}
        }
    }

    /// Prints what happened before the stream began, or while it was broken.
    fn catch_up(&mut self, client: &Client, id: &str) -> Result<(), CliError> {
        if let View::Json(_) = self {
            let mut after = None;
            loop {
                let page: Page<Value> = super::get::decode(client.get(&events(id, after.as_deref()))?)?;
                page.items.iter().for_each(|event| self.event(event));
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
        }
        Ok(())
    }

    fn event(&mut self, event: &Value) {
        if let View::Json(newest) = self
            && let Some(number) = event.get("number").and_then(Value::as_i64)
            && number > *newest
        {
            *newest = number;
            output::json_line(event);
        }
    }

    fn end(&self, latest: &Value) {
        if let View::Json(_) = self {
            output::json_line(latest);
        }
    }

    fn lost(&mut self, error: &CliError) {
        if let View::Screen(screen, _) = self {
            screen.forget();
        }
        eprintln!("{}; waiting for it", error.message);
    }

    /// While the server is away, what was read last stays.
    fn keep(&mut self, error: CliError, latest: &Value) -> Result<Value, CliError> {
        if error.exit == Exit::Unreachable { Ok(latest.clone()) } else { Err(error) }
    }
}
