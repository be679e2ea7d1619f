//! Evaluating here: the language needs no server. What it wants from outside is not fetched.

use domain::code::code;
use domain::environment::Environment as _;
use expression::{Answers, Environment, Options, Setting, Walk, evaluate_asked};
use serde_json::{Map, Value};

use super::{Failed, Outcome};
use crate::cli::error::{CliError, Exit};
use crate::environment::Real;

/// Evaluates `texts` against `given`, or as the stage of the execution in it sees it.
///
/// # Errors
/// There is no such stage.
pub(super) fn evaluate(
    given: &Map<String, Value>,
    stage: Option<&str>,
    texts: &[String],
) -> Result<Vec<Outcome>, CliError> {
    let setting = Setting::read(given, stage).map_err(|error| {
        CliError::new(
            Exit::Usage,
            code("cli.stage-unclear"),
            format!("{error}; give --context FILE with an `execution` in it, or --execution ID"),
        )
    })?;
    let root = setting.root();
    let world = Real::start();
    let mut seed = [0; 8];
    world.random(&mut seed);
    let environment = Environment::new(world.now().0, u64::from_le_bytes(seed));
    let outcomes =
        texts.iter().map(|text| Outcome { expression: text.clone(), result: one(text, &root, &environment) });
    Ok(outcomes.collect())
}

fn one(text: &str, root: &expression::Root<'_>, environment: &Environment) -> Result<Value, Failed> {
    let mut answers = Answers::new();
    loop {
        let options = Options { answers: Some(&answers), ..Options::new(environment.clone()) };
        let needs = match evaluate_asked(text, root, &options, Walk::default()) {
            Ok(answer) => {
                return match answer.problem {
                    None => Ok(answer.value),
                    Some(problem) => Err(Failed::read(problem.to_json())),
                };
            }
            Err(needs) => needs,
        };
        // A refusal fails the expression that asked, so the next round has an answer.
        let said = "nothing is fetched without a server; evaluate against an execution with --execution ID";
        answers.extend(needs.into_iter().map(|need| (need, Err(said.to_owned()))));
    }
}
