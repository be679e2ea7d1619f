//! `mainsheet account add`: a document from a file, or from what the command line sets.

use std::fs;
use std::path::PathBuf;

use clap::Args;
use domain::code::code;
use serde_json::{Map, Value, json};
use ureq::http::Method;

use super::super::Context;
use super::super::client::{Content, route};
use super::super::error::{CliError, Exit};

/// Make an account, or replace the one of that name. Its secrets are sealed; a provider says whether it works.
#[derive(Args)]
#[command(after_help = super::EXAMPLES)]
pub(super) struct Add {
    /// The provider that it belongs to, such as `http`.
    provider: String,
    /// Its name, by which pipelines mean it.
    name: String,
    /// A JSON or YAML file: the account's document, or its configuration alone.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// A field of its configuration: `key=text`, `key=@FILE` for the content of a file, `key[]=text` for an item of a list, `key:=JSON`;
    /// `a.b=text` for a member of a member. May be given several times, and wins over the file.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// A role whose bearers may look at it; may be given several times.
    #[arg(long = "read", value_name = "ROLE")]
    read: Vec<String>,
    /// A role whose bearers may act on it; may be given several times. Without any, administrators may.
    #[arg(long = "write", value_name = "ROLE")]
    write: Vec<String>,
}

impl Add {
    pub(super) fn run(&self, context: &Context) -> Result<Exit, CliError> {
        let document = self.document()?;
        let path = route::one("accounts", &self.name);
        let saved = context.client().call(Method::PUT, &path, &Content::Json(&document))?;
        Ok(super::say(&saved, context))
    }

    fn document(&self) -> Result<Value, CliError> {
        let given = self.file.as_ref().map(read).transpose()?.unwrap_or_else(|| json!({}));
        // A configuration alone has no `config`; whatever else a document has, it is the server's to judge.
        let mut document = match given {
            Value::Object(members) if members.contains_key("config") => members,
            config => Map::from_iter([("config".to_owned(), config)]),
        };
        document.insert("provider".into(), self.provider.as_str().into());
        for text in &self.set {
            set(document.entry("config").or_insert_with(|| json!({})), text)?;
        }
        if !self.read.is_empty() || !self.write.is_empty() {
            document.insert("permissions".into(), json!({ "READ": self.read, "WRITE": self.write }));
        }
        Ok(Value::Object(document))
    }
}

fn read(file: &PathBuf) -> Result<Value, CliError> {
    let refuse = |reason: String| {
        CliError::new(Exit::Usage, code("cli.document-unreadable"), format!("cannot read {}: {reason}", file.display()))
    };
    let text = fs::read_to_string(file).map_err(|error| refuse(error.to_string()))?;
    serde_norway::from_str(&text).map_err(|error| refuse(error.to_string()))
}

/// Lays one `--set` into a configuration.
fn set(config: &mut Value, text: &str) -> Result<(), CliError> {
    let refuse = |reason: &str| {
        let key = text.split('=').next().unwrap_or_default();
        let message = format!("--set {key}=…: {reason}; write key=text, key=@FILE, key[]=text or key:=JSON");
        CliError::new(Exit::Usage, code("cli.setting-invalid"), message)
    };
    let (key, given) = text.split_once('=').ok_or_else(|| refuse("there is no `=`"))?;
    let (key, value) = match key.strip_suffix(':') {
        Some(key) => (key, serde_json::from_str(given).map_err(|error| refuse(&format!("no JSON ({error})")))?),
        None => (key, Value::String(content(given)?)),
    };
    let (path, is_item) = key.strip_suffix("[]").map_or((key, false), |path| (path, true));
    let mut place = config;
    for part in path.split('.') {
        let members = place.as_object_mut().filter(|_| !part.is_empty());
        place = members.ok_or_else(|| refuse("its key leads nowhere"))?.entry(part).or_insert_with(|| json!({}));
    }
    if !is_item {
        *place = value;
        return Ok(());
    }
    match place {
        Value::Array(items) => items.push(value),
        other => *other = json!([value]),
    }
    Ok(())
}

/// A text, or that of a file, without the line break at its end.
fn content(given: &str) -> Result<String, CliError> {
    let Some(file) = given.strip_prefix('@') else { return Ok(given.to_owned()) };
    let text = fs::read_to_string(file).map_err(|error| {
        CliError::new(Exit::Usage, code("cli.document-unreadable"), format!("cannot read {file}: {error}"))
    })?;
    Ok(text.strip_suffix('\n').map(str::to_owned).unwrap_or(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_make_texts_lists_members_and_json() {
        let mut config = json!({ "hosts": ["a"] });
        for text in ["hosts[]=b", "username=ci=1", "headers.X-Token=t", "check:={\"on\":true}", "new[]=c"] {
            set(&mut config, text).expect(text);
        }
        assert_eq!(
            config,
            json!({ "hosts": ["a", "b"], "username": "ci=1", "headers": { "X-Token": "t" }, "check": { "on": true }, "new": ["c"] })
        );
        for text in ["username", "a:=b", "username.x=y", "=x"] {
            let refused = set(&mut config, text).expect_err(text);
            assert_eq!(refused.code.as_str(), "cli.setting-invalid", "{text}");
        }
        assert_eq!(
            set(&mut config, "password=@/nonexistent").expect_err("no file").code.as_str(),
            "cli.document-unreadable"
        );
    }
}
