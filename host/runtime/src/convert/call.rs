//! Calls of providers.

use bindings::mainsheet::provider::provider::{OperationCall as WitOperation, QueryCall as WitQuery};
use domain::plugin::call::{OperationCall, QueryCall};

use super::{account, meta};

/// A try of an operation, to the contract.
pub(crate) fn operation(call: OperationCall) -> WitOperation {
    let OperationCall {
        meta: place,
        account: on,
        kind,
        input,
        idempotency_key,
        repeated,
        dry_run,
        checkpoint,
        cancelling,
    } = call;
    WitOperation {
        meta: meta::to_wit(&place),
        account: on.map(account::to_wit),
        kind,
        input: input.text().to_owned(),
        idempotency_key,
        repeated,
        dry_run,
        checkpoint,
        cancelling,
    }
}

/// A read, to the contract.
pub(crate) fn query(call: QueryCall) -> WitQuery {
    let QueryCall { meta: place, account: through, kind, input, max_age } = call;
    WitQuery {
        meta: meta::to_wit(&place),
        account: through.map(account::to_wit),
        kind,
        input: input.text().to_owned(),
        max_age,
    }
}
