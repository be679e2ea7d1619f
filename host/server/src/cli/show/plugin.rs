//! A plugin: what it offers, what it was given, and why it is not called if it is not.

use serde_json::Value;

use super::{Facts, joined, list, moment, text};

/// Lines of `found`, an installed plugin.
pub(in crate::cli) fn plugin(found: &Value) -> Vec<String> {
    let mut facts = Facts::default();
    let label = text(found, "/manifest/label/en");
    facts.add("plugin", format!("{} {}, a {}", text(found, "/name"), text(found, "/version"), text(found, "/kind")));
    facts.add("label", label);
    facts.add("help", text(found, "/manifest/help/en"));
    facts.add("state", text(found, "/state"));
    facts.all("quarantine", list(found, "/quarantine").flat_map(quarantine));
    facts.add("digest", text(found, "/digest"));
    facts.add("previous", text(found, "/previous"));
    facts.add("installed", moment(found, "/installed"));
    facts.all("stages", list(found, "/manifest/stages").map(stage));
    facts.add("provider", text(found, "/manifest/provider"));
    facts.all("operations", list(found, "/manifest/operations").map(operation));
    facts.all("queries", list(found, "/manifest/queries").map(|query| text(query, "/kind")));
    facts.add("artifacts", joined(found, "/manifest/artifacts"));
    facts.add("notifies by", joined(found, "/manifest/notifications"));
    facts.all("triggers", list(found, "/manifest/triggers").map(trigger));
    facts.add("wants", grants(found, "/manifest/grants"));
    facts.add("granted", grants(found, "/granted"));
    facts.lines
}

fn quarantine(held: &Value) -> Vec<String> {
    let (executions, applications) = (joined(held, "/executions"), joined(held, "/applications"));
    vec![
        format!("{} since {}", text(held, "/digest"), moment(held, "/since")),
        format!("failed in {executions} of {applications}"),
        format!("last: {} [{}]", text(held, "/message").trim_end(), text(held, "/code")),
    ]
}

fn stage(stage: &Value) -> String {
    let provider = text(stage, "/provider");
    let provider = if provider.is_empty() { provider } else { format!(" for {provider}") };
    let aliases = joined(stage, "/aliases");
    let aliases = if aliases.is_empty() { aliases } else { format!(", also {aliases}") };
    format!("{}{provider}{aliases} · {}", text(stage, "/type"), text(stage, "/label/en"))
}

fn operation(operation: &Value) -> String {
    format!("{} · repeat {}", text(operation, "/kind"), text(operation, "/repeat"))
}

fn trigger(trigger: &Value) -> String {
    let ways = [("/hooks", "hears requests"), ("/polls", "polls"), ("/dates", "names dates")];
    let ways = ways.into_iter().filter(|(key, _)| trigger.pointer(key).and_then(Value::as_bool) == Some(true));
    format!("{} · {}", text(trigger, "/type"), ways.map(|(_, way)| way).collect::<Vec<&str>>().join(", "))
}

fn grants(found: &Value, pointer: &str) -> String {
    let Some(grants) = found.pointer(pointer) else { return String::new() };
    let hosts = joined(grants, "/http/hosts");
    let networks = joined(grants, "/http/networks");
    let mut parts = Vec::new();
    parts.extend((!hosts.is_empty()).then(|| format!("http to {hosts}")));
    parts.extend((!networks.is_empty()).then(|| format!("networks {networks}")));
    for name in ["blobs", "sign"] {
        parts.extend((grants.get(name).and_then(Value::as_bool) == Some(true)).then(|| name.to_owned()));
    }
    if parts.is_empty() { "nothing".into() } else { parts.join("; ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_plugin_in_quarantine_says_where_it_failed() {
        let found = json!({
            "name": "broken", "version": "1.0.0", "kind": "stage", "state": "quarantined", "digest": "abc",
            "manifest": { "stages": [{ "type": "bad", "label": { "en": "Bad" }, "aliases": ["worse"] }], "grants": {} },
            "granted": { "http": { "hosts": ["*"] }, "sign": true },
            "quarantine": [{ "digest": "abc", "since": "2026-01-31T10:00:00.000Z", "executions": ["1", "2", "3"], "applications": ["a", "b"],
                "code": "plugin.trap", "message": "It trapped." }],
        });
        let text = plugin(&found).join("\n");
        for line in [
            "plugin      broken 1.0.0, a stage",
            "state       quarantined",
            "quarantine  abc since 2026-01-31T10:00:00Z\n            failed in 1, 2, 3 of a, b\n            last: It trapped. [plugin.trap]",
            "stages      bad, also worse · Bad",
            "wants       nothing\ngranted     http to *; sign",
        ] {
            assert!(text.contains(line), "no `{line}` in\n{text}");
        }
    }
}
