//! An execution: its stages as `watch` shows them, then how it came about and what it waits for.

use serde_json::Value;

use super::{Facts, list, members, moment, text};
use crate::cli::error::CliError;
use crate::cli::live;

/// Lines of `found`, an execution with its stages.
///
/// # Errors
/// The answer is not understood.
pub(in crate::cli) fn execution(found: &Value) -> Result<Vec<String>, CliError> {
    let mut lines = vec![live::still(&live::read(found)?), String::new()];
    lines.extend(facts(found).lines);
    Ok(lines)
}

fn facts(found: &Value) -> Facts {
    let mut facts = Facts::default();
    facts.add("refused", text(found, "/refused"));
    let by = [text(found, "/trigger/type"), text(found, "/trigger/user")];
    let by = by.into_iter().filter(|part| !part.is_empty()).collect::<Vec<String>>().join(" by ");
    facts.add("created", format!("{}  {by}", moment(found, "/created")));
    facts.add("started", moment(found, "/started"));
    facts.add("paused", moment(found, "/pausedSince"));
    facts.add("ended", moment(found, "/ended"));
    facts.add("control", control(found));
    facts.add("acts as", text(found, "/principal"));
    facts.add("pipeline", pipeline(found));
    facts.add("parent", text(found, "/parent/execution"));
    facts.all("parameters", members(found, "/trigger/parameters"));
    facts.all("waits for", list(found, "/stages").flat_map(waits));
    facts.all("asks", list(found, "/questions").map(question));
    facts.all("answered", list(found, "/decided").flat_map(votes));
    facts.all("started too", list(found, "/stages").flat_map(children));
    facts.add("catalogue", format!("revision {}", text(found, "/catalog")));
    facts
}

/// What people want of it, unless that is for it to run.
fn control(found: &Value) -> String {
    let kind = text(found, "/control/kind");
    if kind == "run" {
        return String::new();
    }
    let reason = text(found, "/control/reason");
    let why = if reason.is_empty() { reason } else { format!(": {reason}") };
    format!("{kind} by {}{why}", text(found, "/control/by"))
}

fn pipeline(found: &Value) -> String {
    match text(found, "/pipeline") {
        id if id.is_empty() => "a document of its own".into(),
        id => format!("{id} at revision {}", text(found, "/revision")),
    }
}

fn waits(stage: &Value) -> Vec<String> {
    let name = text(stage, "/name");
    let held = stage.get("held").map(|held| format!("{name}: {} [{}]", text(held, "/message"), text(held, "/code")));
    let pending = list(stage, "/pending").map(|pending| {
        let due = moment(pending, "/due");
        let due = if due.is_empty() { due } else { format!(" until {due}") };
        format!("{name}: {} `{}`{due}", text(pending, "/demand"), text(pending, "/label"))
    });
    held.into_iter().chain(pending).collect()
}

fn question(question: &Value) -> String {
    let roles = super::joined(question, "/roles");
    let whom = if roles.is_empty() { "who may run the pipeline".into() } else { format!("one of {roles}") };
    let quorum = match question.pointer("/quorum").and_then(Value::as_u64) {
        Some(quorum) if quorum > 1 => format!(", {quorum} approvals, {} so far", list(question, "/votes").count()),
        _ => String::new(),
    };
    let instructions = text(question, "/instructions");
    let instructions = if instructions.is_empty() { instructions } else { format!(": {instructions}") };
    format!("{}{instructions} (of {whom}{quorum}; id {})", text(question, "/title"), text(question, "/id"))
}

fn votes(question: &Value) -> Vec<String> {
    let title = text(question, "/title");
    let vote = |vote: &Value| {
        format!("{title}: {} by {} at {}", text(vote, "/answer"), text(vote, "/by"), moment(vote, "/at"))
    };
    list(question, "/votes").map(vote).collect()
}

fn children(stage: &Value) -> Vec<String> {
    let name = text(stage, "/name");
    list(stage, "/children").map(|child| format!("{name}: {}", text(child, ""))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn how_it_came_about_and_what_it_waits_for_is_said() {
        let found = json!({
            "id": "01J", "application": "shop", "name": "release", "status": "RUNNING", "created": "2026-01-31T10:00:00.123Z",
            "started": "2026-01-31T10:00:00.200Z", "principal": "ann", "pipeline": "p", "revision": 3, "catalog": 6,
            "control": { "kind": "pause", "by": "bob", "reason": "lunch" },
            "trigger": { "type": "manual", "user": "ann", "parameters": { "version": "7", "dry": false } },
            "stages": [
                { "id": "a", "refId": "1", "type": "wait", "name": "Nap", "status": "RUNNING",
                  "pending": [{ "label": "waited", "demand": "timer", "due": "2026-01-31T10:05:00.000Z" }] },
                { "id": "b", "refId": "2", "type": "x", "name": "Bad", "status": "PAUSED", "children": ["01K"],
                  "held": { "since": "2026-01-31T10:05:00.000Z", "code": "plugin.quarantined", "message": "It is broken." } },
            ],
            "questions": [{ "id": "q", "execution": "01J", "stage": "a", "title": "Go on?", "instructions": "Look first.", "roles": ["qa"],
                "quorum": 2, "votes": [{ "by": "eve" }] }],
            "decided": [],
        });
        let text = execution(&found).unwrap().join("\n");
        for line in [
            "created     2026-01-31T10:00:00Z  manual by ann",
            "control     pause by bob: lunch",
            "pipeline    p at revision 3",
            "parameters  version=7\n            dry=false",
            "waits for   Nap: timer `waited` until 2026-01-31T10:05:00Z\n            Bad: It is broken. [plugin.quarantined]",
            "asks        Go on?: Look first. (of one of qa, 2 approvals, 1 so far; id q)",
            "started too Bad: 01K",
            "catalogue   revision 6",
        ] {
            assert!(text.contains(line), "no `{line}` in\n{text}");
        }
    }
}
