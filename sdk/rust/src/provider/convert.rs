//! Where the plain values of providers meet the contract's types, and nowhere else.

use super::call::{Finding, OperationCall, Progress, QueryCall, Wake};
use crate::bindings::provider::exports::mainsheet::provider::provider as wit;
use crate::{Failure, json};

impl From<wit::OperationCall> for OperationCall {
    fn from(call: wit::OperationCall) -> Self {
        Self {
            meta: call.meta.into(),
            account: call.account.map(Into::into),
            kind: call.kind,
            input: json::read(call.input),
            idempotency_key: call.idempotency_key,
            repeated: call.repeated,
            dry_run: call.dry_run,
            checkpoint: call.checkpoint,
            cancelling: call.cancelling,
        }
    }
}

impl From<wit::QueryCall> for QueryCall {
    fn from(call: wit::QueryCall) -> Self {
        Self {
            meta: call.meta.into(),
            account: call.account.map(Into::into),
            kind: call.kind,
            input: json::read(call.input),
            max_age: call.max_age,
        }
    }
}

impl From<Result<Progress, Failure>> for wit::Progress {
    fn from(result: Result<Progress, Failure>) -> Self {
        match result {
            Ok(Progress::Done(answer)) => Self::Done(answer.to_string()),
            Ok(Progress::Again { checkpoint, wakes, progress }) => Self::Again(wit::Pause {
                checkpoint,
                wakes: wakes.into_iter().map(Into::into).collect(),
                progress: progress.map(|progress| progress.to_string()),
            }),
            Err(failure) => Self::Failed(failure.into()),
        }
    }
}

impl From<Wake> for wit::Wake {
    fn from(wake: Wake) -> Self {
        match wake {
            Wake::After(millis) => Self::After(millis),
            Wake::Changed(subscription) => Self::Changed(subscription),
        }
    }
}

impl From<Finding> for wit::Finding {
    fn from(finding: Finding) -> Self {
        Self { level: finding.level.to_owned(), code: finding.code, message: finding.message }
    }
}
