//! Which account a request means. Whether the run may use it is asked before every call ([`app::App::bind_account`]).

use app::accounts::wrong_provider;
use domain::account::{Accounts, WITHOUT_CREDENTIALS};
use domain::params::Value;
use domain::plugin::{Catalog, Installed};
use domain::{Failure, FailureClass, Params, code::code};

use super::order::by_name;

/// What a request says of who answers it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'r> {
    /// The provider that it names.
    pub provider: Option<&'r str>,
    /// The account that it names.
    pub account: Option<&'r str>,
    /// What it gives.
    pub input: &'r Params,
}

impl<'r> Asked<'r> {
    /// The account whose credentials are meant. A request that is routed by the type of its input, an artifact, means that of the artifact.
    pub(crate) fn account(&self) -> Option<&'r str> {
        let of_artifact = || match (self.provider, self.account) {
            (None, None) => self.input.get("artifactAccount").and_then(Value::as_str),
            _ => None,
        };
        let named = self.account.or_else(of_artifact).map(str::trim);
        named.filter(|name| !name.is_empty() && !WITHOUT_CREDENTIALS.contains(name))
    }
}

/// The provider that a request means: the one it names, that of its account, or the one for the type of its input.
///
/// # Errors
/// `provider.unknown`, `account.unknown`, `account.wrong-provider`, in words that say what was looked for.
pub(crate) fn find_provider<'c>(
    catalog: &'c Catalog,
    accounts: &Accounts,
    asked: Asked<'_>,
) -> Result<&'c Installed, Failure> {
    let account =
        match asked.account() {
            None => None,
            Some(name) => Some(accounts.get(name).ok_or_else(|| {
                Failure::new(FailureClass::NotFound, code("account.unknown"), accounts.unknown(name))
            })?),
        };
    let installed = match (asked.provider, account) {
        (Some(provider), _) => by_name(catalog, provider)?,
        (None, Some(account)) if asked.account.is_some() => by_name(catalog, &account.provider)?,
        (None, _) => by_type(catalog, asked.input)?,
    };
    let own = installed.manifest.provider.as_deref().unwrap_or_default();
    match account {
        Some(account) if account.provider != own => Err(wrong_provider(account.name.as_str(), &account.provider, own)),
        _ => Ok(installed),
    }
}

fn by_type<'c>(catalog: &'c Catalog, input: &Params) -> Result<&'c Installed, Failure> {
    let kind = input.get("type").and_then(Value::as_str);
    kind.and_then(|kind| catalog.find_artifact(kind)).ok_or_else(|| {
        let message = match kind {
            Some(kind) => format!(
                "No plugin of catalogue revision {} serves artifacts of the type `{kind}`. Install one, and start the pipeline again.",
                catalog.revision
            ),
            None => "The request names neither provider nor account, and its input has no `type` that could choose one.".into(),
        };
        Failure::new(FailureClass::NotFound, code("provider.unknown"), message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_artifact_s_account_counts_where_the_artifact_s_type_chooses_the_provider() {
        let input = Params::parse(r#"{"type":"http/file","artifactAccount":"files"}"#).expect("JSON");
        let account = |provider, account| Asked { provider, account, input: &input }.account();
        assert_eq!(account(None, None), Some("files"));
        assert_eq!(account(None, Some("own")), Some("own"));
        assert_eq!(account(Some("http"), None), None, "an input of any other request is its provider's own business");
        assert_eq!(account(Some("http"), Some(" ")), None);
        assert_eq!(account(None, Some("embedded-artifact")), None, "Spinnaker's own");
    }
}
