//! Accounts as providers see them.

use bindings::mainsheet::types::common::Account as WitAccount;
use domain::plugin::call::AccountView;

/// To the contract.
pub(crate) fn to_wit(account: AccountView) -> WitAccount {
    let AccountView { name, provider, config } = account;
    WitAccount { name, provider, config: config.text().to_owned() }
}
