//! The host knows no plugin by name: no string in host sources is the name of a folder in plugins/, neither as it is
//! (`manual-judgment`) nor in camel case, as stage types are written (`manualJudgment`).

use anyhow::Result;

use super::Finding;
use super::tree::Tree;

/// Words that are names of plugins and something else as well: the word, the sources it may stand in, and why.
const HOMONYMS: &[(&str, &str, &str)] = &[
    ("pipeline", "host/", "the noun: a key in every document and route"),
    ("http", "host/", "the scheme of a URL"),
    (
        "cron",
        "host/app/src/pipelines/",
        "a save may ask for new ids of the triggers of this type (`regenerateCronTriggerIds`)",
    ),
    ("manualJudgment", "host/expression/", "the language defines `#judgment` by this stage type"),
    ("wait", "host/scheduler/src/rules/window.rs", "the phase in which a window lets its jitter pass"),
    ("wait", "host/runtime/examples/", "the example measures a real component"),
];

/// Looks at the string literals of host crates, tests left out.
pub fn check(tree: &Tree) -> Result<Vec<Finding>> {
    let plugins = tree.plugins();
    let names: Vec<String> = plugins.iter().flat_map(|plugin| [plugin.name.clone(), camel(&plugin.name)]).collect();
    let mut findings = Vec::new();
    for file in tree.rust("host/") {
        for literal in &file.source.literals {
            let word = literal.text.as_str();
            let other = HOMONYMS.iter().any(|(homonym, home, _)| *homonym == word && file.path.starts_with(home));
            if names.iter().any(|name| name == word) && !other && !file.source.in_test(literal.start) {
                let text = format!(
                    "`{word}` is a plugin, and the host knows none by name: let the manifest say it \
                     (or list the other meaning in xtask/src/tidy/plugin_names.rs)"
                );
                findings.push(Finding::new(&file.path, file.source.line(literal.start), text));
            }
        }
    }
    Ok(findings)
}

fn camel(name: &str) -> String {
    let mut words = name.split('-');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |mut name, word| {
        let mut letters = word.chars();
        name.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        name.push_str(letters.as_str());
        name
    })
}

#[cfg(test)]
mod tests {
    use super::super::tree::planted::places;
    use super::*;

    #[test]
    fn a_plugin_named_in_the_host_is_found() {
        let host = "//! A.\nconst A: &str = \"wait\";\nconst B: &str = \"manualJudgment\";\nconst C: &str = \"wait a bit\";\n\
            // \"wait\"\nconst D: &str = \"pipeline\";\n#[cfg(test)]\nmod tests { const E: &str = \"wait\"; }\n";
        let files = [
            ("plugins/stages/wait/README.md", ""),
            ("plugins/stages/manual-judgment/README.md", ""),
            ("plugins/stages/pipeline/README.md", ""),
            ("host/engine/src/drive.rs", host),
            ("sdk/rust/src/lib.rs", host),
        ];
        assert_eq!(places(check, &files), ["host/engine/src/drive.rs:2", "host/engine/src/drive.rs:3"]);
    }
}
