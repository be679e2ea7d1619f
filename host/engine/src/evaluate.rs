//! Expressions of stages: configurations before a step, and what stages ask to be evaluated. What they need from outside is
//! fetched under the outbound policy that plugins have.

use app::expressions::seed;
use domain::Params;
use domain::Timestamp;
use domain::evaluation::{self, Given, Scene};
use domain::operation::OperationKey;
use domain::stage::request::Expression;
use expression::{Answers, Need};

use crate::core::Core;
use crate::drive::Worker;
use crate::seat::Seat;

/// Rounds of fetching for one evaluation: what an answer makes necessary is asked for in the next.
const ROUNDS: usize = 4;

/// Prepares the configuration of a stage that is to be stepped, if there is anything to evaluate in it.
pub(crate) async fn prepare(core: &Core, worker: &mut Worker, seat: &mut Seat, position: usize, now: Timestamp) {
    let due = seat.view.stages[position].running().is_some_and(|run| {
        let stages = &seat.view.stages;
        if run.answers.is_empty() {
            evaluation::is_due(stages, position)
        } else {
            evaluation::has_expressions(stages[position].configuration())
        }
    });
    if !due {
        return;
    }
    let mut answers = Answers::new();
    for round in 0..=ROUNDS {
        let deferred = deferred(seat, position);
        let deferred: Vec<&str> = deferred.iter().map(String::as_str).collect();
        let scene = Scene::new(&seat.view.execution, &seat.view.stages, &seat.document);
        let execution = &seat.view.execution.id;
        let given = Given { templates: core.app.templates(), now, seed: seed(execution, now), answers: &answers };
        let prepared = evaluation::prepare(&scene, position, &deferred, given);
        if prepared.needs.is_empty() || round == ROUNDS {
            drop(scene);
            scheduler::prepare(&mut seat.view, position, prepared, now);
            return;
        }
        fetch(core, worker, seat, prepared.needs, &mut answers).await;
    }
}

/// Evaluates what a stage asked for.
pub(crate) async fn answer(
    core: &Core,
    worker: &mut Worker,
    seat: &mut Seat,
    key: &OperationKey,
    expressions: &[Expression],
    now: Timestamp,
) -> Params {
    let Some(position) = seat.view.position(&key.stage) else { return Params::null() };
    let mut answers = Answers::new();
    for _ in 0..ROUNDS {
        let scene = Scene::new(&seat.view.execution, &seat.view.stages, &seat.document);
        let execution = &seat.view.execution.id;
        let given = Given { templates: core.app.templates(), now, seed: seed(execution, now), answers: &answers };
        match evaluation::evaluate(&scene, position, expressions, given) {
            Ok(values) => return values,
            Err(needs) => {
                drop(scene);
                fetch(core, worker, seat, needs, &mut answers).await;
            }
        }
    }
    unevaluated(expressions)
}

/// A value with results in the place of expressions, as the stage at `position` or else the execution itself sees them; what fails stays
/// as it is written.
pub(crate) async fn value(
    core: &Core,
    worker: &mut Worker,
    seat: &mut Seat,
    position: Option<usize>,
    value: &Params,
    now: Timestamp,
) -> Params {
    let mut answers = Answers::new();
    for _ in 0..ROUNDS {
        let scene = Scene::new(&seat.view.execution, &seat.view.stages, &seat.document);
        let execution = &seat.view.execution.id;
        let given = Given { templates: core.app.templates(), now, seed: seed(execution, now), answers: &answers };
        match evaluation::value(&scene, position, value, given) {
            Ok(value) => return value,
            Err(needs) => {
                drop(scene);
                fetch(core, worker, seat, needs, &mut answers).await;
            }
        }
    }
    value.clone()
}

async fn fetch(core: &Core, worker: &mut Worker, seat: &Seat, needs: Vec<Need>, answers: &mut Answers) {
    let execution = &seat.view.execution;
    worker.rest();
    core.app.fetch(needs, execution.application.as_str(), execution.id.as_str(), answers).await;
    worker.resume().await;
}

/// JSON pointers of the configuration that the stage evaluates itself, from `x-deferred` in its schema.
fn deferred(seat: &Seat, position: usize) -> Vec<String> {
    let stage = &seat.view.stages[position];
    let offer = seat.catalog.find_stage(&stage.kind, stage.provider.as_deref());
    offer.map(|(_, offer)| domain::plugin::manifest::deferred(&offer.schema)).unwrap_or_default()
}

/// Expressions that never come to an end of what they need: each keeps its text.
fn unevaluated(expressions: &[Expression]) -> Params {
    let message = "The expression needs more from outside each time it is given something.";
    let answers = expressions.iter().map(|expression| {
        let problem = Params::from_members([("message", message.into())]);
        let members = [("value", expression.value.value().clone()), ("problem", problem.value().clone())];
        Params::from_members(members).value().clone()
    });
    Params::new(answers.collect())
}
