//! Secrets at rest. A value is known to the vault alone; everybody else holds a reference, `{"$secret": name}` (`types@1` `json`).

use crate::code::code;
use crate::id::AccountName;
use crate::params::Value;
use crate::pipeline::field::escaped;
use crate::problem::Problem;
use crate::time::Timestamp;

/// The member that makes an object a reference.
const MEMBER: &str = "$secret";

/// What names of secrets that belong to accounts begin with; operators' own names cannot.
const OF_ACCOUNT: &str = "account:";

/// A secret as it is stored. Not `Debug` by its bytes: nobody has to see even those.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedSecret {
    /// Its name, unique.
    pub name: String,
    /// The account that it belongs to, and dies with; absent for one of the operator's.
    pub account: Option<AccountName>,
    /// Id of the key under which it is sealed.
    pub key: String,
    /// Nonce and ciphertext.
    pub sealed: Vec<u8>,
    /// When it was first set.
    pub created: Timestamp,
    /// When it was last set.
    pub updated: Timestamp,
}

impl std::fmt::Debug for SealedSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SealedSecret").field("name", &self.name).field("key", &self.key).finish_non_exhaustive()
    }
}

/// A secret of the operator's as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedSecret {
    /// Its name.
    pub name: String,
    /// When it was first set.
    pub created: Timestamp,
    /// When it was last set.
    pub updated: Timestamp,
}

/// The reference to the secret `name`.
#[must_use]
pub fn reference(name: &str) -> Value {
    serde_json::json!({ MEMBER: name })
}

/// The name of the secret that a value refers to; absent when the value is no reference.
#[must_use]
pub fn referenced(value: &Value) -> Option<&str> {
    let members = value.as_object()?;
    if members.len() == 1 { members.get(MEMBER)?.as_str() } else { None }
}

/// Every reference in a value: where it stands, and to what.
#[must_use]
pub fn references(value: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    collect(value, String::new(), &mut found);
    found
}

fn collect(value: &Value, at: String, found: &mut Vec<(String, String)>) {
    match value {
        _ if referenced(value).is_some() => found.extend(referenced(value).map(|name| (at, name.to_owned()))),
        Value::Object(members) => {
            members.iter().for_each(|(key, member)| collect(member, format!("{at}/{}", escaped(key)), found));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| collect(item, format!("{at}/{index}"), found));
        }
        _ => {}
    }
}

/// The name of a secret that belongs to an account; `unique` is never used again.
#[must_use]
pub fn of_account(unique: &str) -> String {
    format!("{OF_ACCOUNT}{unique}")
}

/// What is wrong with a name that an operator chose.
#[must_use]
pub fn check_name(name: &str) -> Option<Problem> {
    let fits = (1..=250).contains(&name.len())
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/'))
        && name.chars().next().is_some_and(char::is_alphanumeric);
    if fits {
        return None;
    }
    let message = format!(
        "`{}` is no name for a secret: use 1 to 250 letters, digits, `-`, `_`, `.` or `/`, beginning with a letter or digit.",
        name.escape_debug()
    );
    Some(Problem::at("/name", code("secret.name-invalid"), message))
}
