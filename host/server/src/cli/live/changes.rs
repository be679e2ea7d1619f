//! Where no terminal is, an execution is a log: a line for every change.

use std::collections::{HashMap, HashSet};

use super::board::duration;
use crate::cli::client::Execution;

/// What was said already.
#[derive(Default)]
pub(super) struct Changes {
    status: String,
    stages: HashMap<String, String>,
    questions: HashSet<String>,
}

impl Changes {
    /// Lines about what `execution` has that the one before had not.
    pub(super) fn of(&mut self, execution: &Execution) -> Vec<String> {
        let mut lines = Vec::new();
        if self.status.is_empty() {
            lines.push(format!("{} / {}  {}", execution.application, execution.name, execution.id));
        }
        for stage in &execution.stages {
            let before = self.stages.insert(stage.id.clone(), stage.status.clone());
            if before.as_deref().unwrap_or("NOT_STARTED") == stage.status {
                continue;
            }
            let took = stage.ended.map(|_| duration(stage.started, stage.ended, 0)).unwrap_or_default();
            lines.push(format!("  {:<15} {}  {took}", stage.status, stage.name).trim_end().to_owned());
            for problem in stage.problem.iter().chain(&stage.held) {
                lines.push(format!("    {} [{}]", problem.message, problem.code));
            }
        }
        for question in &execution.questions {
            if self.questions.insert(question.id.clone()) {
                lines.push(format!("  ? {}  (mainsheet answer {} continue)", question.title, execution.id));
            }
        }
        if self.status != execution.status {
            let took = duration(execution.started, execution.ended, 0);
            let took = if execution.ended.is_some() { format!("  {took}") } else { String::new() };
            lines.push(format!("{}{took}", execution.status));
            self.status.clone_from(&execution.status);
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn execution(status: &str, stage: &str) -> Execution {
        let (start, end) = ("2026-01-31T10:00:00.000Z", "2026-01-31T10:00:02.500Z");
        serde_json::from_value(serde_json::json!({
            "id": "01J", "application": "shop", "name": "release", "status": status, "created": start, "started": start,
            "ended": if status == "SUCCEEDED" { Some(end) } else { None },
            "stages": [
                { "id": "a", "refId": "1", "type": "x", "name": "One", "status": stage, "started": start, "ended": end },
                { "id": "b", "refId": "2", "type": "x", "name": "Two", "status": "NOT_STARTED" },
            ],
        }))
        .unwrap()
    }

    #[test]
    fn only_what_changed_is_said() {
        let mut changes = Changes::default();
        assert_eq!(changes.of(&execution("NOT_STARTED", "NOT_STARTED")), ["shop / release  01J", "NOT_STARTED"]);
        assert_eq!(changes.of(&execution("RUNNING", "SUCCEEDED")), ["  SUCCEEDED       One  2.5s", "RUNNING"]);
        assert_eq!(changes.of(&execution("RUNNING", "SUCCEEDED")), Vec::<String>::new());
        assert_eq!(changes.of(&execution("SUCCEEDED", "SUCCEEDED")), ["SUCCEEDED  2.5s"]);
    }
}
