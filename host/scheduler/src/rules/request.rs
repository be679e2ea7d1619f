//! What a stage asks for becomes pending and is ordered; what it withdraws is called off.

use domain::execution::EventKind;
use domain::id::{ExecutionId, Label};
use domain::stage::request::{Answer, Demand, Due, Pending, Request};
use domain::{Failure, FailureClass, Timestamp, code::code};

use crate::changes::Order;
use crate::view::View;

/// Takes in one request. A label asked before is asked no more, except that a pending timer moves.
///
/// # Errors
/// Another demand under a pending label, a label of the host's, children that make no graph: mistakes of the plugin.
pub(super) fn ask(view: &mut View, position: usize, request: Request, now: Timestamp) -> Result<(), Failure> {
    let Request { label, demand } = request;
    if label.as_str().is_empty() || label.as_str().starts_with('$') {
        let message = format!("`{label}` is no label: it must not be empty or begin with `$`.");
        return Err(Failure::new(FailureClass::Internal, code("stage.label-invalid"), message));
    }
    let Some(run) = view.stages[position].running_mut() else {
        return Ok(());
    };
    if let Some(pending) = run.pending.iter_mut().find(|pending| pending.label == label) {
        return match (&pending.demand, &demand) {
            (Demand::Timer(old), Demand::Timer(due)) => {
                if old != due {
                    pending.due = Some(resolve(*due, pending.asked));
                    pending.demand = demand;
                    view.touch(position);
                }
                Ok(())
            }
            (old, new) if old == new => Ok(()),
            _ => {
                let message = format!("`{label}` is pending, and was asked again with another demand.");
                Err(Failure::new(FailureClass::Internal, code("stage.label-reused"), message))
            }
        };
    }
    if run.answers.iter().any(|answer| answer.label == label) {
        return Ok(());
    }
    let due = match &demand {
        Demand::Timer(due) => Some(resolve(*due, now)),
        Demand::Ask(question) => question.expires.map(|due| resolve(due, now)),
        _ => None,
    };
    run.pending.push(Pending { label: label.clone(), demand: demand.clone(), asked: now, due, withdrawn: false });
    view.touch(position);
    order(view, position, label, demand, due, now)
}

fn resolve(due: Due, asked: Timestamp) -> Timestamp {
    match due {
        Due::After(millis) | Due::Active(millis) => asked.plus(i64::from(millis)),
        Due::At(at) => at,
    }
}

fn order(
    view: &mut View,
    position: usize,
    label: Label,
    demand: Demand,
    expires: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), Failure> {
    let stage = view.stages[position].id.clone();
    let key = view.key(position, &label);
    match demand {
        Demand::Operate(mut request) => {
            request.pace = pace(view, position);
            let principal = crate::inputs::principal(view, position);
            let (provider, operation) = (request.provider.clone(), request.kind.clone());
            view.event(now, EventKind::OperationOrdered { stage, label, provider, operation });
            view.order(Order::Operate { key, request, principal });
        }
        Demand::Query(request) => view.order(Order::Query { key, request }),
        Demand::Evaluate(expressions) => view.order(Order::Evaluate { key, expressions }),
        Demand::Timer(_) => {}
        Demand::Ask(question) => {
            view.event(now, EventKind::QuestionAsked { stage, label, title: question.title.clone() });
            view.order(Order::Ask { key, question, expires });
        }
        Demand::Notify(notice) => {
            view.event(now, EventKind::Notice { stage, when: notice.when.clone(), detail: notice.detail.clone() });
            view.order(Order::Notify { key, when: notice.when, detail: notice.detail });
        }
        Demand::RunStages(graph) => super::children::plan(view, position, &label, &graph, now)?,
        Demand::RunPipeline(child) => {
            let principal = crate::inputs::principal(view, position);
            view.order(Order::RunPipeline { key, child, principal });
        }
        Demand::AwaitExecution(execution) => view.order(Order::Await { key, execution }),
        Demand::Other(_) => {
            let message = "The stage asks for something that this server does not know; upgrade the server.";
            let failure = Failure::new(FailureClass::InvalidInput, code("stage.demand-unknown"), message);
            let fact = domain::execution::Fact::Answered {
                stage,
                run: view.stages[position].run,
                label,
                by: None,
                outcome: Err(failure),
            };
            super::fact::receive(view, fact, now);
        }
    }
    Ok(())
}

/// Calls off what is pending under `label`. An operation stays pending, unheard, until it has its outcome.
pub(super) fn withdraw(view: &mut View, position: usize, label: &Label) {
    let key = view.key(position, label);
    let child = view.stages[position].running().and_then(|run| own_child(view, position, run, label));
    let Some(run) = view.stages[position].running_mut() else {
        return;
    };
    let Some(at) = run.pending.iter().position(|pending| pending.label == *label && !pending.withdrawn) else {
        return;
    };
    let order = match &run.pending[at].demand {
        Demand::Operate(_) => Some(Order::CancelOperation(key)),
        Demand::Ask(_) => Some(Order::CloseQuestion(key)),
        Demand::AwaitExecution(_) => {
            child.map(|execution| Order::CancelExecution { execution, reason: "parent pipeline".to_owned() })
        }
        _ => None,
    };
    if matches!(run.pending[at].demand, Demand::Operate(_) | Demand::RunStages(_)) {
        run.pending[at].withdrawn = true;
        run.pending[at].due = None;
    } else {
        run.pending.remove(at);
    }
    if let Some(order) = order {
        view.order(order);
    }
    view.touch(position);
}

/// The execution awaited under `label`, if this run started it: only then is it ours to cancel.
fn own_child(view: &View, position: usize, run: &domain::stage::Run, label: &Label) -> Option<ExecutionId> {
    let pending = run.pending.iter().find(|pending| pending.label == *label)?;
    let Demand::AwaitExecution(awaited) = &pending.demand else {
        return None;
    };
    let stage = &view.stages[position];
    // After a restart it may be the child of a former run, which this one goes on to watch.
    let is_ours = |answer: &Answer| {
        let child = |run| ExecutionId::derive_child(&view.execution.id, &stage.id, run, &answer.label);
        (1..=stage.run).rev().any(|run| child(run) == *awaited)
    };
    run.answers.iter().any(is_ours).then(|| awaited.clone())
}

/// The stage's `backoffPeriodMs`, once that is a number above zero.
fn pace(view: &View, position: usize) -> Option<i64> {
    let written = view.stages[position].configuration().get("backoffPeriodMs")?.as_f64()?;
    Some(Timestamp::from_f64(written).0).filter(|millis| *millis > 0)
}
