//! From what a stage asks to an operation: which component does it.

use domain::account::Accounts;
use domain::id::Digest;
use domain::operation::{Operation, OperationKey, OperationState};
use domain::plugin::{Catalog, Installed};
use domain::problem::nearest;
use domain::stage::request::OperationRequest;
use domain::{Failure, FailureClass, Timestamp, code::code};

use super::account::{Asked, find_provider};
use crate::core::Core;
use crate::seat::Seat;

/// What requests call the host itself.
pub(crate) const HOST: &str = "host";

/// The operation that a request becomes, on the digest that its execution is pinned to.
///
/// # Errors
/// The key with the answer, when no plugin of the pinned catalogue does this, or the account is none.
pub(crate) fn order(
    core: &Core,
    seat: &Seat,
    key: OperationKey,
    request: OperationRequest,
    principal: String,
    now: Timestamp,
) -> Result<Operation, Box<(OperationKey, Failure)>> {
    let digest = match resolve(&seat.catalog, &core.app.accounts_in_force(), &request) {
        Ok(digest) => digest,
        Err(failure) => return Err(Box::new((key, failure))),
    };
    Ok(Operation {
        key,
        application: seat.view.execution.application.to_string(),
        principal,
        request,
        digest,
        ordered: now,
        state: OperationState::Ordered,
        cancelling: false,
    })
}

fn resolve(catalog: &Catalog, accounts: &Accounts, request: &OperationRequest) -> Result<Digest, Failure> {
    let unknown = |message: String| Failure::new(FailureClass::NotFound, code("operation.unknown"), message);
    if request.provider.as_deref() == Some(HOST) {
        // The host is no component; whether it knows the operation, it says itself.
        return Ok(Digest::from(HOST));
    }
    let OperationRequest { account, provider, kind: _, input, pace: _ } = request;
    let asked = Asked { provider: provider.as_deref(), account: account.as_deref(), input };
    let installed = find_provider(catalog, accounts, asked)?;
    let offers = &installed.manifest.operations;
    if offers.iter().any(|offer| offer.kind == request.kind) {
        return Ok(installed.digest.clone());
    }
    let name = installed.manifest.provider.as_deref().unwrap_or_default();
    let near = nearest(&request.kind, offers.iter().map(|offer| offer.kind.as_str()));
    Err(unknown(format!("Provider `{name}` has no operation `{}`.{}", request.kind, did_you_mean(&near))))
}

/// The provider of this name.
///
/// # Errors
/// `provider.unknown`, with a name that is near.
pub(super) fn by_name<'c>(catalog: &'c Catalog, name: &str) -> Result<&'c Installed, Failure> {
    catalog.find_provider(name).ok_or_else(|| {
        let known = catalog.plugins().values().filter_map(|installed| installed.manifest.provider.as_deref());
        let near = nearest(name, known);
        let message = format!(
            "No plugin of catalogue revision {} is the provider `{name}`.{} Install one, and start the pipeline again.",
            catalog.revision,
            did_you_mean(&near)
        );
        Failure::new(FailureClass::NotFound, code("provider.unknown"), message)
    })
}

fn did_you_mean(near: &[&str]) -> String {
    near.first().map(|name| format!(" Did you mean `{name}`?")).unwrap_or_default()
}
