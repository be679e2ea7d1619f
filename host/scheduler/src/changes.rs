//! What deciding has changed and ordered since the last commit.

use std::collections::BTreeSet;

use domain::Timestamp;
use domain::execution::Event;
use domain::id::{ExecutionId, RefId};
use domain::operation::OperationKey;
use domain::question::Question;
use domain::stage::request::{ChildExecution, Expression, OperationRequest, QueryRequest};

/// Everything to commit, and everything the commit orders.
#[derive(Debug, Default)]
pub struct Changes {
    /// The execution's own state changed.
    pub execution: bool,
    /// Positions of stages whose row changed.
    pub stages: BTreeSet<usize>,
    /// References of synthetic stages that are gone; what is planned anew under one of them is among the changed.
    pub removed: Vec<RefId>,
    /// What happened, in order.
    pub events: Vec<Event>,
    /// What is wanted from the world, in order.
    pub orders: Vec<Order>,
}

/// One thing wanted from the world. The engine reacts as each variant says.
#[derive(Clone, Debug, PartialEq)]
pub enum Order {
    /// Performed after the commit that holds it; its outcome comes back as `Fact::Answered`.
    Operate {
        /// Its identity.
        key: OperationKey,
        /// What is to be done.
        request: OperationRequest,
        /// Who it is done as.
        principal: String,
    },
    /// The operation is no longer wanted: dropped if not begun, else called with `cancelling`; its outcome still comes back.
    CancelOperation(OperationKey),
    /// Performed at once, without a commit: a read. A slow one answers by the inbox.
    Query {
        /// Its identity.
        key: OperationKey,
        /// What is asked.
        request: QueryRequest,
    },
    /// Evaluated at once by the host.
    Evaluate {
        /// Its identity.
        key: OperationKey,
        /// What is evaluated.
        expressions: Vec<Expression>,
    },
    /// Becomes an open question; answered by `Fact::Answered` once decided.
    Ask {
        /// Its identity.
        key: OperationKey,
        /// What is asked.
        question: Question,
        /// When it expires; the scheduler answers it itself then.
        expires: Option<Timestamp>,
    },
    /// The question is closed: withdrawn or expired.
    CloseQuestion(OperationKey),
    /// Another execution is created by the commit, with an id derived from the key, and the request answered with it.
    RunPipeline {
        /// Its identity.
        key: OperationKey,
        /// What is run.
        child: ChildExecution,
        /// Who it is started as.
        principal: String,
    },
    /// The end of that execution is told under the key.
    Await {
        /// Its identity.
        key: OperationKey,
        /// Which execution.
        execution: ExecutionId,
    },
    /// That execution, started by this stage, is cancelled.
    CancelExecution {
        /// Which.
        execution: ExecutionId,
        /// Why.
        reason: String,
    },
    /// People are told, once: by the stage, whose request is answered at once, or by the host, under a label of its own
    /// ([`domain::notification::is_event`]) that has no answer. Deliveries come back as `Fact::Answered` under their own keys.
    Notify {
        /// Its identity.
        key: OperationKey,
        /// Which `when`.
        when: String,
        /// More for the text.
        detail: domain::Params,
    },
}
