//! Accounts: named access to one outside system, with a provider, a configuration, permissions, and secrets as references.

mod places;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::application::Access;
use crate::code::code;
use crate::id::AccountName;
use crate::params::{Params, Value};
use crate::pipeline::field::escaped;
use crate::plugin::call::{AccountView, Finding};
use crate::problem::{Problem, nearest};
use crate::time::Timestamp;

pub use places::{Held, Sealable, held, unknown_fields};

/// Most bytes of an account's document. A kubeconfig with several certificates fits.
pub const LARGEST: usize = 1 << 20;

/// Accounts that Spinnaker has without anybody making them: artifacts name them and mean no credentials
/// (reference pipelines-and-stages.md §5, `embedded/base64`).
pub const WITHOUT_CREDENTIALS: [&str; 2] = ["embedded-artifact", "no-auth-http-account"];

/// Members that replies add to the document; a save ignores them, so that what was read can be changed and sent back.
const OF_REPLIES: [&str; 8] =
    ["name", "revision", "created", "updated", "updatedBy", "status", "verification", "authorized"];

/// An account.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    /// Unique, case-insensitively.
    pub name: AccountName,
    /// The `provider` of the manifest that it belongs to.
    pub provider: String,
    /// Valid under that manifest's `account.schema`; secrets are references, `{"$secret": name}`.
    pub config: Params,
    /// Role names by access, lower-cased; READ and WRITE alone. Empty: unrestricted.
    pub permissions: BTreeMap<Access, Vec<String>>,
    /// What its provider found when it was last looked at.
    pub verification: Verification,
    /// Grows with every save; the ETag. A verification does not change it.
    pub revision: i64,
    /// When it was first saved.
    pub created: Timestamp,
    /// When it was last saved.
    pub updated: Timestamp,
    /// Who saved it last.
    pub updated_by: String,
}

impl Account {
    /// As its provider sees it.
    #[must_use]
    pub fn view(&self) -> AccountView {
        AccountView { name: self.name.to_string(), provider: self.provider.clone(), config: self.config.clone() }
    }
}

/// How an account stands with its provider (reference access-control.md C17).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Not looked at since it was saved.
    #[default]
    Unverified,
    /// Its provider has no error to tell.
    Verified,
    /// Its provider found an error.
    Failed,
}

impl Status {
    /// As people read it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Unverified => "unverified",
            Status::Verified => "verified",
            Status::Failed => "failed",
        }
    }
}

/// What came of looking at an account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Verification {
    /// How it stands.
    pub status: Status,
    /// When it was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// What was found.
    #[serde(default)]
    pub findings: Vec<Finding>,
}

impl Verification {
    /// What `findings` mean: one error, and the account has failed (`provider@1` `finding.level`).
    #[must_use]
    pub fn of(findings: Vec<Finding>, at: Timestamp) -> Verification {
        let failed = findings.iter().any(|finding| finding.level == "error");
        let status = if failed { Status::Failed } else { Status::Verified };
        Verification { status, at: Some(at), findings }
    }
}

/// An account's document as somebody wrote it.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// Whose account it is.
    pub provider: String,
    /// Its configuration, secrets as written.
    pub config: Params,
    /// Role names by access.
    pub permissions: BTreeMap<Access, Vec<String>>,
}

impl Draft {
    /// Reads `{provider, config, permissions}`.
    ///
    /// # Errors
    /// Everything that is wrong with the document or the name; codes `account.…`.
    pub fn read(name: &str, document: &Params) -> Result<Draft, Vec<Problem>> {
        let mut problems: Vec<Problem> = check_name(name).into_iter().collect();
        let Value::Object(members) = document.value() else {
            let message = "An account must be a JSON object with `provider` and `config`.";
            return Err(vec![Problem::at("", code("account.field-type"), message)]);
        };
        for key in members.keys().filter(|key| !OF_REPLIES.contains(&key.as_str())) {
            if !["provider", "config", "permissions"].contains(&key.as_str()) {
                let message = format!(
                    "An account has no member `{key}`: it has `provider`, `config` and `permissions`; what the provider needs stands in `config`."
                );
                problems.push(Problem::at(format!("/{}", escaped(key)), code("account.field-unknown"), message));
            }
        }
        if members.get("name").and_then(Value::as_str).is_some_and(|other| !other.eq_ignore_ascii_case(name)) {
            let message = format!("`name` differs from `{name}`, the account's; leave it out or make them equal.");
            problems.push(Problem::at("/name", code("account.name-invalid"), message));
        }
        let provider = members.get("provider").and_then(Value::as_str).unwrap_or_default().trim().to_owned();
        if provider.is_empty() {
            let message = "An account needs `provider`: the name of an installed provider, such as `http`.";
            problems.push(Problem::at("/provider", code("account.provider-unknown"), message));
        }
        let config = match members.get("config") {
            None | Some(Value::Null) => Params::object(),
            Some(config @ Value::Object(_)) => Params::new(config.clone()),
            Some(_) => {
                problems.push(Problem::at("/config", code("account.field-type"), "`config` must be an object."));
                Params::object()
            }
        };
        if document.text().len() > LARGEST {
            problems.push(Problem::at("", code("account.too-large"), "An account's document may have at most 1 MiB."));
        }
        let permissions = members.get("permissions").map(|value| permissions(value, &mut problems)).unwrap_or_default();
        if problems.is_empty() { Ok(Draft { provider, config, permissions }) } else { Err(problems) }
    }
}

/// Reads `{READ: [role], WRITE: [role]}`. EXECUTE, which Spinnaker's documents may have, means nothing for an account.
fn permissions(value: &Value, problems: &mut Vec<Problem>) -> BTreeMap<Access, Vec<String>> {
    let mut map = BTreeMap::new();
    let wrong = |pointer: String, message: String| Problem::at(pointer, code("account.permissions-invalid"), message);
    let lists = match value {
        Value::Object(lists) => lists,
        Value::Null => return map,
        _ => {
            let message = "`permissions` must be an object with lists of role names under READ and WRITE.";
            problems.push(wrong("/permissions".into(), message.into()));
            return map;
        }
    };
    for (key, roles) in lists {
        let pointer = format!("/permissions/{}", escaped(key));
        let names: Option<Vec<String>> = roles
            .as_array()
            .and_then(|roles| roles.iter().map(|role| Some(role.as_str()?.trim().to_lowercase())).collect());
        match (key.as_str(), names) {
            ("READ" | "WRITE" | "EXECUTE", None) => {
                problems.push(wrong(pointer, format!("`{key}` must be a list of role names.")));
            }
            ("READ", Some(names)) if !names.is_empty() => drop(map.insert(Access::Read, names)),
            ("WRITE", Some(names)) if !names.is_empty() => drop(map.insert(Access::Write, names)),
            ("READ" | "WRITE" | "EXECUTE", Some(_)) => {}
            _ => problems.push(wrong(pointer, format!("There is no permission `{key}`; use READ and WRITE."))),
        }
    }
    map
}

/// What is wrong with an account's name.
fn check_name(name: &str) -> Option<Problem> {
    let fits = (1..=250).contains(&name.len())
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'))
        && name.chars().next().is_some_and(char::is_alphanumeric);
    if fits && !WITHOUT_CREDENTIALS.contains(&name) {
        return None;
    }
    let message = format!(
        "`{name}` is no name for an account: use 1 to 250 letters, digits, `-`, `_` or `.`, beginning with a letter or digit; {} are taken.",
        WITHOUT_CREDENTIALS.join(" and ")
    );
    Some(Problem::at("/name", code("account.name-invalid"), message))
}

/// All accounts, by name in lower case: few, and looked at by every request that names one.
#[derive(Clone, Debug, Default)]
pub struct Accounts(BTreeMap<String, std::sync::Arc<Account>>);

impl Accounts {
    /// These.
    #[must_use]
    pub fn new(all: impl IntoIterator<Item = Account>) -> Accounts {
        let keyed = |account: Account| (account.name.as_str().to_ascii_lowercase(), std::sync::Arc::new(account));
        Accounts(all.into_iter().map(keyed).collect())
    }

    /// The account of that name; case does not count.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&std::sync::Arc<Account>> {
        self.0.get(&name.to_ascii_lowercase())
    }

    /// All, by name.
    pub fn all(&self) -> impl Iterator<Item = &std::sync::Arc<Account>> {
        self.0.values()
    }

    /// The same with `account` in the place of the one of its name.
    #[must_use]
    pub fn with(&self, account: Account) -> Accounts {
        let mut all = self.0.clone();
        all.insert(account.name.as_str().to_ascii_lowercase(), std::sync::Arc::new(account));
        Accounts(all)
    }

    /// The same without the account of that name.
    #[must_use]
    pub fn without(&self, name: &str) -> Accounts {
        let mut all = self.0.clone();
        all.remove(&name.to_ascii_lowercase());
        Accounts(all)
    }

    /// A sentence for somebody who named an account that does not exist.
    #[must_use]
    pub fn unknown(&self, name: &str) -> String {
        let near = nearest(name, self.all().map(|account| account.name.as_str()));
        match near.as_slice() {
            [] => {
                format!("There is no account `{name}`. Make it with `mainsheet account add`, or look at the spelling.")
            }
            near => format!("There is no account `{name}` (did you mean `{}`?).", near.join("` or `")),
        }
    }
}

#[cfg(test)]
mod tests;
