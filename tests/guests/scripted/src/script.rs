//! Stage `script`.

use mainsheet_sdk::prelude::*;
use mainsheet_sdk::stage::{Answer, Request};
use schemars::JsonSchema;

/// What a test wants a stage to do.
#[config]
pub struct Script {
    /// Requests asked at once, in the notation of case files: `{"label": "a", "operate": {…}}`.
    #[schemars(with = "Vec<AnyObject>")]
    requests: Vec<Request>,
    /// Further rounds; each is asked when the one before it is answered.
    #[schemars(with = "Vec<Vec<AnyObject>>")]
    rounds: Vec<Vec<Request>>,
    /// Goes on with the first answer of each round; the others are withdrawn.
    race: Flag,
    /// Goes on after answers that are failures.
    tolerate: Flag,
    /// Requests asked when the host wants the stage to end. Absent: it ends at once.
    #[schemars(with = "Option<Vec<AnyObject>>")]
    on_cancel: Option<Vec<Request>>,
    /// Phases, all shown at once.
    phases: Vec<String>,
    /// Context keys to show.
    context: Map<String, Value>,
    /// Outputs to show.
    outputs: Map<String, Value>,
    /// Artifacts to show.
    artifacts: Vec<Value>,
    /// What people see while it waits.
    progress: Option<Value>,
    /// Writes each answer to the context, `answers.<label>`; and what it reads of its ancestors to `given`.
    echo: Flag,
    /// How it ends.
    #[field(default = End::default())]
    finish: End,
}

/// How it ends.
#[config]
pub struct End {
    /// `succeeded`, `failed`, `cancelled`, `stopped` or `skipped`.
    #[field(default = Status::Succeeded)]
    #[schemars(with = "String")]
    status: Status,
    /// Why it did not succeed.
    #[schemars(with = "Option<AnyObject>")]
    problem: Option<Failure>,
    /// Label of the answer whose person later stages act as.
    acting_as: Option<String>,
}

/// Any JSON object, for the schema.
#[derive(JsonSchema)]
struct AnyObject {}

/// Plays the script.
pub async fn script(config: Script, flow: Flow) -> Finish {
    show(&config, &flow);
    let played = play(&config, &flow);
    let Some(clean_up) = &config.on_cancel else {
        return played.await;
    };
    match select(played, flow.cancelled()).await {
        Either::Left(finish) => finish,
        Either::Right(cancel) => {
            let _ = round(clean_up, false, &flow).await;
            Finish::of(&cancel)
        }
    }
}

fn show(config: &Script, flow: &Flow) {
    config.phases.iter().for_each(|phase| flow.phase(phase));
    config.context.iter().for_each(|(key, value)| flow.context(key, value));
    config.outputs.iter().for_each(|(key, value)| flow.output(key, value));
    flow.artifacts(config.artifacts.iter().cloned());
    if let Some(progress) = &config.progress {
        flow.progress(progress.clone());
    }
    if config.echo.0 {
        let given = ["region", "image"].map(|key| (key.to_owned(), flow.given(key).unwrap_or_default()));
        flow.context("given", Map::from_iter(given));
    }
}

async fn play(config: &Script, flow: &Flow) -> Finish {
    let first = (!config.requests.is_empty()).then_some(&config.requests);
    let mut answers = Map::new();
    for requests in first.into_iter().chain(&config.rounds) {
        for answer in round(requests, config.race.0, flow).await {
            let label = answer.label.clone();
            let told = match answer.outcome {
                Ok(value) => value,
                Err(failure) if config.tolerate.0 => json!({ "failure": failure }),
                Err(failure) => return Finish::failed(failure),
            };
            answers.insert(label, told);
            if config.echo.0 {
                flow.context("answers", &answers);
            }
        }
    }
    Finish {
        status: config.finish.status,
        problem: config.finish.problem.clone(),
        acting_as: config.finish.acting_as.clone(),
    }
}

async fn round(requests: &[Request], race: bool, flow: &Flow) -> Vec<Answer> {
    let asked = requests.iter().map(|request| flow.request(&request.label, request.demand.clone()));
    if race { vec![select_all(asked).await] } else { join_all(asked).await }
}
