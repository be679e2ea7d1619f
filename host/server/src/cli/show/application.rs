//! An application: who may do what with it, its pipelines, and what ran lately.

use serde_json::Value;

use super::{Facts, executions, joined, moment, text};

/// Lines of `found`, an application, with its pipelines and newest executions.
pub(in crate::cli) fn application(found: &Value, pipelines: &[Value], newest: &[Value]) -> Vec<String> {
    let mut facts = Facts::default();
    facts.add("application", text(found, "/name"));
    facts.add("description", text(found, "/document/description"));
    facts.add("email", text(found, "/document/email"));
    facts.add("created", moment(found, "/created"));
    facts.add("updated", format!("{}, version {}", moment(found, "/updated"), text(found, "/version")));
    let access = ["READ", "WRITE", "EXECUTE"].map(|access| {
        let roles = joined(found, &format!("/document/permissions/{access}"));
        if roles.is_empty() { roles } else { format!("{access}: {roles}") }
    });
    if access.iter().all(String::is_empty) {
        facts.add("permissions", "none, see the server's option unrestricted-applications");
    }
    facts.all("permissions", access);
    let pipeline = |pipeline: &Value| {
        format!(
            "{} · revision {} · {}",
            text(pipeline, "/name"),
            text(pipeline, "/revision"),
            moment(pipeline, "/updated")
        )
    };
    facts.all("pipelines", pipelines.iter().map(pipeline));
    facts.all("executions", executions(newest));
    facts.lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_application_says_who_may_use_it() {
        let mut found = json!({ "name": "shop", "version": 2, "updated": "2026-01-31T10:00:00.000Z",
            "document": { "email": "ops@example.com", "permissions": { "READ": ["dev", "ops"], "WRITE": ["ops"] } } });
        let text = application(&found, &[json!({ "name": "release", "revision": 3 })], &[]).join("\n");
        assert!(text.contains("permissions READ: dev, ops\n            WRITE: ops\n"), "{text}");
        assert!(text.contains("pipelines   release · revision 3"), "{text}");
        found["document"] = json!({});
        assert!(application(&found, &[], &[]).join("\n").contains("permissions none"));
    }
}
