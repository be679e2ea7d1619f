//! What people do: start pipelines, pause, resume, cancel, patch, skip, answer; twice, too late, and while the server dies.

use std::sync::Arc;

use app::control::Wish;
use app::start::Target;
use app::{App, Caller, PageRequest};
use domain::Params;
use domain::execution::ControlKind;
use domain::id::ExecutionId;
use domain::stage::StoredState;
use serde_json::{Value, json};

use super::installation::{APPLICATION, MIDDLE};
use super::world::World;
use super::{documents, trace};
use crate::soak::random::Random;

/// One thing that somebody does at a moment.
#[derive(Clone, Debug)]
pub struct Act {
    /// Milliseconds after the beginning.
    pub at: i64,
    /// What.
    pub deed: Deed,
}

/// What people do. Whom it concerns is chosen when it is done.
#[derive(Clone, Debug)]
pub enum Deed {
    /// Start a document, or the stored pipeline; the number is its correlation id, and who hears nothing asks again.
    Start(u64, Option<Box<Value>>),
    /// Hold an execution.
    Pause(u64),
    /// Let every held execution go on.
    Resume,
    /// Cancel an execution.
    Cancel(u64),
    /// Change the context of a running stage.
    Patch(u64),
    /// Skip a running stage.
    Skip(u64),
    /// Answer open questions.
    Answer,
    /// Send a commit once more that was answered long ago.
    SendAgain(u64),
    /// Cancel everything that is left.
    CancelAll,
}

/// Milliseconds after which everything that is left is cancelled.
pub const PATIENCE: i64 = 600_000;

/// What is planned for one seed, in order of time.
#[must_use]
pub fn plan(seed: u64) -> Vec<Act> {
    let mut random = Random::new(seed ^ 0x7065_6f70_6c65);
    let mut acts = Vec::new();
    let mut add = |at: u64, deed| acts.push(Act { at: i64::try_from(at).unwrap_or(0), deed });
    for number in 0..random.between(1, 3) {
        let document = (random.below(5) > 0).then(|| Box::new(documents::document(&mut random)));
        let at = random.below(3_000);
        add(at, Deed::Start(number, document.clone()));
        if random.below(3) == 0 {
            // The first answer got lost; or it is asked once more while the first start is on its way.
            add(at + random.below(50), Deed::Start(number, document.clone()));
        }
        add(6_000, Deed::Start(number, document));
        match random.below(4) {
            0 => add(at + random.below(80), Deed::Pause(number)),
            1 => add(at + random.below(80), Deed::Cancel(number)),
            _ => {}
        }
    }
    for _ in 0..random.below(9) {
        let (at, whom) = (random.below(40_000), random.below(1_000));
        let deed = match random.below(9) {
            0 | 1 => Deed::Pause(whom),
            2 => Deed::Cancel(whom),
            3 | 4 => Deed::Patch(whom),
            5 => Deed::Skip(whom),
            _ => Deed::SendAgain(whom),
        };
        add(at, deed);
    }
    // Somebody comes by now and then, as long as anything is left.
    let mut at = 4_000;
    while at < 1_200_000 {
        add(at, Deed::Answer);
        add(at + 500, Deed::Resume);
        at += if at < 60_000 { random.between(3_000, 9_000) } else { 60_000 };
    }
    add(600_000, Deed::CancelAll);
    add(601_000, Deed::CancelAll);
    acts.sort_by_key(|act| act.at);
    acts
}

/// Does it, on the process that lives. What is refused is as good.
pub async fn act(world: Arc<World>, deed: Deed) {
    let Some(app) = world.app() else { return };
    let done = match &deed {
        Deed::Start(number, document) => start(&app, *number, document.as_deref()).await,
        Deed::Pause(whom) => wish(&world, &app, *whom, Wish::Pause).await,
        Deed::Cancel(whom) => wish(&world, &app, *whom, Wish::Cancel).await,
        Deed::Resume => resume(&world, &app).await,
        Deed::Patch(whom) => patch(&app, *whom, false).await,
        Deed::Skip(whom) => patch(&app, *whom, true).await,
        Deed::Answer => answer(&world, &app).await,
        Deed::SendAgain(whom) => send_again(&world, &app, *whom).await,
        Deed::CancelAll => cancel_all(&world, &app).await,
    };
    let word = match &deed {
        Deed::Start(number, _) => format!("start {number}"),
        deed => format!("{deed:?}").to_lowercase(),
    };
    let done = done.unwrap_or_else(|refused| refused);
    world.tell(&format!("{word}: {}", trace::first_line(&done)));
}

type Done = Result<String, String>;

fn refused(error: &dyn std::fmt::Display) -> String {
    format!("refused, {error}")
}

async fn start(app: &App, number: u64, document: Option<&Value>) -> Done {
    let target = match document {
        Some(document) => {
            Target::Document { application: Some(APPLICATION.into()), document: Params::new(document.clone()) }
        }
        None => Target::Pipeline(MIDDLE.into()),
    };
    let trigger = Params::new(json!({ "correlationId": format!("start-{number}") }));
    let started = app.start(&Caller::system(), target, &trigger).await.map_err(|error| refused(&error))?;
    Ok(if started.existed { "there already".into() } else { "started".into() })
}

async fn chosen(app: &App, whom: u64) -> Result<ExecutionId, String> {
    let open = app.store().executions().open(0, 100).await.map_err(|error| refused(&error))?;
    let at = usize::try_from(whom.checked_rem(open.len() as u64).unwrap_or(0)).unwrap_or(0);
    open.get(at).map(|open| open.id.clone()).ok_or_else(|| "nobody is there".into())
}

async fn wish(world: &World, app: &App, whom: u64, wish: Wish) -> Done {
    let execution = chosen(app, whom).await?;
    control(world, app, &execution, wish).await
}

async fn control(world: &World, app: &App, execution: &ExecutionId, wish: Wish) -> Done {
    if wish == Wish::Resume {
        world.state().wishes.resume(execution);
    }
    let controlled = app.control(&Caller::system(), execution.as_str(), wish, None).await;
    if wish == Wish::Resume {
        world.state().wishes.resumed(execution);
    }
    let controlled = controlled.map_err(|error| refused(&error))?;
    if wish != Wish::Resume {
        world.state().wishes.acknowledge(execution, controlled.control.kind);
    }
    Ok(format!("{} {wish:?}", world.name(execution)))
}

async fn resume(world: &World, app: &App) -> Done {
    let mut done = String::new();
    let open = app.store().executions().open(0, 100).await.map_err(|error| refused(&error))?;
    for open in open {
        let Ok(Some(row)) = app.store().executions().get(&open.id).await else { continue };
        if row.execution.control.kind == ControlKind::Pause && world.below(3) > 0 {
            done.push_str(&control(world, app, &open.id, Wish::Resume).await.unwrap_or_else(|refused| refused));
        }
    }
    Ok(done)
}

async fn cancel_all(world: &World, app: &App) -> Done {
    let open = app.store().executions().open(0, 100).await.map_err(|error| refused(&error))?;
    for open in &open {
        // One that has ended meanwhile is as good.
        let _ = control(world, app, &open.id, Wish::Cancel).await;
    }
    Ok(format!("{} were left", open.len()))
}

async fn patch(app: &App, whom: u64, skip: bool) -> Done {
    let execution = chosen(app, whom).await?;
    let loaded = app.store().executions().load(&execution).await.map_err(|error| refused(&error))?;
    let running = loaded.into_iter().flat_map(|loaded| loaded.stages);
    let running: Vec<_> = running.filter(|row| matches!(row.state, StoredState::Running(_))).collect();
    let at = usize::try_from(whom.checked_rem(running.len() as u64).unwrap_or(0)).unwrap_or(0);
    let Some(row) = running.get(at) else { return Err("nothing runs".into()) };
    let patch = if skip { json!({ "manualSkip": true }) } else { json!({ "waitTime": 1, "note": whom }) };
    let patched = app.patch_stage(&Caller::system(), execution.as_str(), row.id.as_str(), Params::new(patch)).await;
    patched.map(|()| format!("stage {}", row.ref_id)).map_err(|error| refused(&error))
}

async fn answer(world: &World, app: &App) -> Done {
    let page = PageRequest { limit: 20, after: None };
    let open = app.open_questions(&Caller::system(), None, &page).await.map_err(|error| refused(&error))?;
    let mut answered = 0;
    for question in open.items {
        if world.one_in(2) {
            let word = if world.one_in(4) { "stop" } else { "continue" };
            let answer = Params::new(json!({ "status": word }));
            answered += usize::from(app.answer(&Caller::system(), &question.id(), answer).await.is_ok());
        }
    }
    Ok(format!("{answered} answered"))
}

async fn send_again(world: &World, app: &App, whom: u64) -> Done {
    let kept = {
        let state = world.state();
        let at = usize::try_from(whom.checked_rem(state.answered.len() as u64).unwrap_or(0)).unwrap_or(0);
        state.answered.get(at).cloned()
    };
    let Some(commit) = kept else { return Err("there is none".into()) };
    let execution = commit.execution.clone();
    let outcome = app.store().drive(commit).await.map_err(|error| refused(&error))?;
    if outcome != store::DriveOutcome::Stale {
        world.violation(format!("{}: a commit was accepted twice", world.name(&execution)));
    }
    Ok("stale".into())
}
