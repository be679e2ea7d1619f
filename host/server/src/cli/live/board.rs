//! What an execution looks like in a terminal. Pure: from the API's answer and the time to lines.

use crate::cli::client::{Execution, Moment, Stage};
use crate::cli::output::width;

const BOLD: &str = "\x1b[1m";
const DIM: &str = "\x1b[2m";
const PLAIN: &str = "\x1b[0m";

/// Lines of `execution` at `now` (unix milliseconds).
pub(super) fn board(execution: &Execution, now: i64) -> Vec<String> {
    let took = duration(execution.started, execution.ended, now);
    let (_, colour) = mark(&execution.status);
    let mut lines = vec![format!(
        "{BOLD}{} / {}{PLAIN}  {DIM}{}{PLAIN}  {colour}{}{PLAIN}  {took}",
        execution.application, execution.name, execution.id, execution.status
    )];
    let stages = &execution.stages;
    let name = stages.iter().map(|stage| width(&stage.name) + indent(stage, stages)).max().unwrap_or(0);
    let kind = stages.iter().map(|stage| width(&stage.kind)).max().unwrap_or(0);
    for stage in stages {
        lines.push(line(stage, indent(stage, stages), (name, kind), now));
        for problem in stage.problem.iter().chain(&stage.held) {
            lines.push(format!("      {DIM}{} [{}]{PLAIN}", problem.message, problem.code));
        }
    }
    for question in &execution.questions {
        lines.push(format!("{BOLD}? {}{PLAIN}", question.title));
        lines.push(format!("  mainsheet answer {} continue", execution.id));
    }
    lines
}

fn line(stage: &Stage, indent: usize, (name, kind): (usize, usize), now: i64) -> String {
    let (mark, colour) = mark(&stage.status);
    let gap = " ".repeat(name.saturating_sub(width(&stage.name) + indent));
    let kinds = " ".repeat(kind.saturating_sub(width(&stage.kind)));
    let took = duration(stage.started, stage.ended, now);
    format!(
        "{}  {colour}{mark}{PLAIN} {}{gap}  {DIM}{}{kinds}{PLAIN}  {colour}{:<15}{PLAIN}{took}",
        " ".repeat(indent),
        stage.name,
        stage.kind,
        stage.status,
    )
}

/// Two columns for every stage that planned this one.
fn indent(stage: &Stage, all: &[Stage]) -> usize {
    let mut depth = 0;
    let mut parent = stage.parent.as_ref();
    while let Some(id) = parent
        && depth < 16
    {
        depth += 1;
        parent = all.iter().find(|other| other.id == *id).and_then(|other| other.parent.as_ref());
    }
    2 * depth
}

fn mark(status: &str) -> (&'static str, &'static str) {
    match status {
        "SUCCEEDED" => ("✔", "\x1b[32m"),
        "RUNNING" => ("●", "\x1b[36m"),
        "PAUSED" => ("‖", "\x1b[33m"),
        "TERMINAL" => ("✘", "\x1b[31m"),
        "FAILED_CONTINUE" => ("✘", "\x1b[33m"),
        "CANCELED" | "STOPPED" => ("■", "\x1b[33m"),
        "SKIPPED" => ("↷", DIM),
        _ => ("○", DIM),
    }
}

/// How long something has taken, in the unit a person would use; nothing before it begins.
pub(super) fn duration(started: Option<Moment>, ended: Option<Moment>, now: i64) -> String {
    let Some(started) = started else { return String::new() };
    let millis = ended.map_or(now, Moment::millis).saturating_sub(started.millis()).max(0);
    let seconds = millis / 1000;
    match seconds {
        0..60 => format!("{seconds}.{}s", millis % 1000 / 100),
        60..3600 => format!("{}m {:02}s", seconds / 60, seconds % 60),
        _ => format!("{}h {:02}m", seconds / 3600, seconds / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Option<Moment> {
        Some(serde_json::from_value(text.into()).unwrap())
    }

    #[test]
    fn durations_read_as_people_say_them() {
        let start = at("2026-01-31T10:00:00.000Z");
        for (end, text) in [
            ("2026-01-31T10:00:00Z", "0.0s"),
            ("2026-01-31T10:00:01.950Z", "1.9s"),
            ("2026-01-31T10:00:59.999Z", "59.9s"),
            ("2026-01-31T10:01:01Z", "1m 01s"),
            ("2026-01-31T11:01:40Z", "1h 01m"),
        ] {
            assert_eq!(duration(start, at(end), 0), text);
        }
        assert_eq!(duration(None, None, 5), "");
        assert_eq!(duration(at("1970-01-01T00:00:00Z"), None, 2_010), "2.0s", "what runs is timed by the clock");
        assert_eq!(duration(start, None, 0), "0.0s", "a clock behind the server's shows nothing negative");
    }
}
