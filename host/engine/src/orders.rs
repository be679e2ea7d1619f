//! What deciding orders: reads are answered before the commit, everything else becomes a row of it.

use std::sync::Arc;

use domain::execution::Fact;
use domain::notification;
use domain::operation::OperationKey;
use domain::question::QuestionRow;
use domain::stage::request::QueryRequest;
use domain::{Failure, Params, Timestamp};
use scheduler::{Order, Received, receive};

use crate::core::Core;
use crate::drive::Worker;
use crate::gathered::Gathered;
use crate::seat::Seat;
use crate::trouble::Trouble;
use crate::{children, evaluate, notify, perform, quarantine, reads};

/// What came of a request.
pub(crate) type Outcome = Result<Params, Failure>;

/// Takes every order of the seat's view, and those `lost` with another process. True when something was answered, so that there may be more to decide.
pub(crate) async fn place(
    core: &Arc<Core>,
    worker: &mut Worker,
    seat: &mut Seat,
    gathered: &mut Gathered,
    lost: Vec<Order>,
    now: Timestamp,
) -> Result<bool, Trouble> {
    let mut answered = false;
    let mut queries = Vec::new();
    for order in lost.into_iter().chain(seat.view.take_orders()) {
        if let Some((key, outcome)) = place_one(core, worker, seat, gathered, &mut queries, order, now).await? {
            answered |= answer(seat, &key, outcome, now);
        }
    }
    if !queries.is_empty() {
        for (key, outcome) in reads::ask(core, worker, seat, queries).await {
            answered |= answer(seat, &key, outcome, core.now());
        }
    }
    Ok(answered)
}

/// Hands an answer to the view; true when it was wanted.
pub(crate) fn answer(seat: &mut Seat, key: &OperationKey, outcome: Outcome, now: Timestamp) -> bool {
    receive(&mut seat.view, told(key, outcome), now) == Received::Applied
}

/// The answer to a request as a fact.
pub(crate) fn told(key: &OperationKey, outcome: Outcome) -> Fact {
    Fact::Answered { stage: key.stage.clone(), run: key.run, label: key.label.clone(), by: None, outcome }
}

/// Makes a row of an order, or returns its answer.
async fn place_one(
    core: &Core,
    worker: &mut Worker,
    seat: &mut Seat,
    gathered: &mut Gathered,
    queries: &mut Vec<(OperationKey, QueryRequest)>,
    order: Order,
    now: Timestamp,
) -> Result<Option<(OperationKey, Outcome)>, Trouble> {
    match order {
        Order::Operate { key, request, principal } => match perform::order(core, seat, key, request, principal, now) {
            Ok(operation) => gathered.operations.push(operation),
            Err(refused) => return Ok(Some((refused.0, Err(refused.1)))),
        },
        Order::CancelOperation(key) => return Ok(cancel_operation(gathered, key)),
        Order::Query { key, request } => match quarantine::of_query(core, seat, &request) {
            Some(reason) => {
                let position = seat.view.position(&key.stage);
                let running = position.and_then(|position| seat.view.stages[position].running());
                match position {
                    Some(position) if running.is_some_and(|run| run.cancelled.is_none()) => {
                        scheduler::hold(&mut seat.view, position, reason, now);
                    }
                    // Told to stop, it has to end.
                    _ => return Ok(Some((key, Err(reason)))),
                }
            }
            None => queries.push((key, request)),
        },
        Order::Evaluate { key, expressions } => {
            let values = evaluate::answer(core, worker, seat, &key, &expressions, now).await;
            return Ok(Some((key, Ok(values))));
        }
        Order::Ask { key, question, expires: _ } => gathered.questions.push(QuestionRow {
            execution: key.execution,
            stage: key.stage,
            run: key.run,
            label: key.label,
            application: seat.view.execution.application.to_string(),
            question,
            asked: now,
            votes: Vec::new(),
            closed: None,
        }),
        Order::CloseQuestion(key) => close_question(gathered, key),
        Order::RunPipeline { key, child, principal } => {
            let outcome = children::start(core, seat, gathered, &key, &child, &principal).await?;
            return Ok(Some((key, outcome)));
        }
        Order::Await { key, execution } => gathered.awaits.push((key, execution)),
        Order::CancelExecution { execution, reason } => gathered.cancel_executions.push((execution, reason)),
        Order::Notify { key, when, detail } => {
            // A stage that tells people goes on at once; nobody waits for an answer to what the host tells.
            let answer = (!notification::is_event(&key.label)).then(|| (key.clone(), Ok(Params::null())));
            notify::order(core, worker, seat, gathered, notify::Event { key, when, detail }, now).await?;
            return Ok(answer);
        }
    }
    Ok(None)
}

/// An operation that no commit has ordered yet is simply not ordered; any other is called off by the commit.
fn cancel_operation(gathered: &mut Gathered, key: OperationKey) -> Option<(OperationKey, Outcome)> {
    let before = gathered.operations.len();
    gathered.operations.retain(|operation| operation.key != key);
    if gathered.operations.len() < before {
        return Some((key, Err(perform::never_begun())));
    }
    gathered.cancelling.push(key);
    None
}

/// A question that no commit has asked yet is simply not asked.
fn close_question(gathered: &mut Gathered, key: OperationKey) {
    let before = gathered.questions.len();
    gathered.questions.retain(|asked| (&asked.stage, asked.run, &asked.label) != (&key.stage, key.run, &key.label));
    if gathered.questions.len() == before {
        gathered.closed_questions.push((key.stage, key.run, key.label));
    }
}
