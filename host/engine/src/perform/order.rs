//! From what a stage asks to an operation: which component does it.

use domain::id::Digest;
use domain::operation::{Operation, OperationKey, OperationState};
use domain::params::Value;
use domain::plugin::{Catalog, Installed};
use domain::problem::nearest;
use domain::stage::request::OperationRequest;
use domain::{Failure, FailureClass, Params, Timestamp, code::code};

use crate::seat::Seat;

/// What requests call the host itself.
pub(crate) const HOST: &str = "host";

/// The operation that a request becomes, on the digest that its execution is pinned to.
///
/// # Errors
/// The key with the answer, when no plugin of the pinned catalogue does this.
pub(crate) fn order(
    seat: &Seat,
    key: OperationKey,
    request: OperationRequest,
    principal: String,
    now: Timestamp,
) -> Result<Operation, Box<(OperationKey, Failure)>> {
    let digest = match resolve(&seat.catalog, &request) {
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

fn resolve(catalog: &Catalog, request: &OperationRequest) -> Result<Digest, Failure> {
    let unknown = |message: String| Failure::new(FailureClass::NotFound, code("operation.unknown"), message);
    if request.provider.as_deref() == Some(HOST) {
        // The host is no component; whether it knows the operation, it says itself.
        return Ok(Digest::from(HOST));
    }
    let installed = find_provider(catalog, request.provider.as_deref(), request.account.as_deref(), &request.input)?;
    let offers = &installed.manifest.operations;
    if offers.iter().any(|offer| offer.kind == request.kind) {
        return Ok(installed.digest.clone());
    }
    let name = installed.manifest.provider.as_deref().unwrap_or_default();
    let near = nearest(&request.kind, offers.iter().map(|offer| offer.kind.as_str()));
    Err(unknown(format!("Provider `{name}` has no operation `{}`.{}", request.kind, did_you_mean(&near))))
}

/// The provider that a request means: the one it names, that of its account, or the one for the type of its input.
///
/// # Errors
/// `provider.unknown`, in words that say what was looked for.
pub(crate) fn find_provider<'c>(
    catalog: &'c Catalog,
    provider: Option<&str>,
    account: Option<&str>,
    input: &Params,
) -> Result<&'c Installed, Failure> {
    let unknown = |message: String| Failure::new(FailureClass::NotFound, code("provider.unknown"), message);
    if let Some(name) = provider {
        return catalog.find_provider(name).ok_or_else(|| {
            let known = catalog.plugins().values().filter_map(|installed| installed.manifest.provider.as_deref());
            let near = nearest(name, known);
            unknown(format!(
                "No plugin of catalogue revision {} is the provider `{name}`.{} Install one, and start the pipeline again.",
                catalog.revision,
                did_you_mean(&near)
            ))
        });
    }
    let kind = input.get("type").and_then(Value::as_str);
    if let Some(installed) = kind.and_then(|kind| catalog.find_artifact(kind)) {
        return Ok(installed);
    }
    Err(unknown(match (account, kind) {
        (Some(account), _) => {
            format!("No account is called `{account}`, and the request names no provider; name the provider.")
        }
        (None, Some(kind)) => format!(
            "No plugin of catalogue revision {} serves artifacts of the type `{kind}`. Install one, and start the pipeline again.",
            catalog.revision
        ),
        (None, None) => "The request names no provider, and its input has no `type` that could choose one.".into(),
    }))
}

fn did_you_mean(near: &[&str]) -> String {
    near.first().map(|name| format!(" Did you mean `{name}`?")).unwrap_or_default()
}
