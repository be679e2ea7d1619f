//! Executions of one pipeline take turns: who gets a slot, and when (reference pipelines-and-stages.md §2.3).

mod bed;

use bed::{Bed, START, drive, ending, id, new, params, pipeline};
use domain::Timestamp;
use domain::execution::{Control, ControlKind, ExecutionState, ExecutionStatus};
use domain::pipeline::Pipeline;
use store::{DriveCommit, NewExecution, StoredExecution, Wake, Write};

/// The pipeline `p1`, which executions of the bed are of, at a revision with these limits.
fn limited(revision: i64, limits: &str) -> Write {
    let document = params(&format!(r#"{{"name":"x","stages":[]{limits}}}"#));
    let pipeline = Pipeline { document, ..pipeline("p1", "x", revision) };
    Write::SavePipeline { pipeline, expect: None }
}

async fn bed(limits: &str) -> Bed {
    let bed = Bed::new().await;
    bed.write(vec![Write::SaveApplication { application: bed::application("demo", 1), expect: None }]).await;
    bed.write(vec![limited(1, limits)]).await;
    bed
}

async fn get(bed: &Bed, of: &str) -> StoredExecution {
    bed.store.executions().get(&id(of)).await.expect("read").expect("there")
}

/// `q` queued, `n` may start, `r` running, `c` cancelled on demand, `e` ended; one letter for each of `E1`, `E2` …
async fn states(bed: &Bed, count: usize) -> String {
    let mut letters = String::new();
    for number in 1..=count {
        let stored = get(bed, &format!("E{number}")).await;
        letters.push(match (stored.execution.state, stored.execution.control.kind) {
            (ExecutionState::Ended { .. }, _) => 'e',
            (_, ControlKind::Cancel) => 'c',
            (ExecutionState::Queued, _) => 'q',
            (ExecutionState::NotStarted, _) => 'n',
            (ExecutionState::Running { .. }, _) => 'r',
        });
    }
    letters
}

async fn admit(bed: &Bed, numbers: std::ops::RangeInclusive<usize>) {
    for number in numbers {
        bed.admit(&format!("E{number}")).await;
    }
}

async fn version(bed: &Bed, of: &str) -> i64 {
    get(bed, of).await.version
}

async fn run(bed: &Bed, of: &str) {
    bed.pass(drive(of, version(bed, of).await)).await;
}

async fn end(bed: &Bed, of: &str) {
    bed.end(of, version(bed, of).await, params("{}")).await;
}

fn wish(of: &str, kind: ControlKind) -> Write {
    let control = Control { kind, by: Some("ann".into()), reason: None, at: Some(Timestamp(START)) };
    Write::Control { execution: id(of), control }
}

async fn end_cancelled(bed: &Bed, of: &str) {
    let ended = ExecutionState::Ended { started: None, ended: Timestamp(START + 9), status: ExecutionStatus::Canceled };
    let commit = ending(of, version(bed, of).await, params("{}"));
    bed.pass(DriveCommit { state: ended, control: ControlKind::Cancel, ..commit }).await;
}

#[tokio::test]
async fn the_newest_starts_and_the_others_are_cancelled() {
    let bed = bed(r#","limitConcurrent":true,"maxConcurrentExecutions":9"#).await;
    admit(&bed, 1..=4).await;
    assert_eq!(states(&bed, 4).await, "nqqq", "`limitConcurrent` is one, whatever else is said");
    run(&bed, "E1").await;
    end(&bed, "E1").await;
    assert_eq!(states(&bed, 4).await, "eccn");
    let control = get(&bed, "E2").await.execution.control;
    assert_eq!(control.by.as_deref(), Some("spinnaker"));
    assert_eq!(control.reason.as_deref(), Some("Superseded by a newer execution while it waited to start"));
    end_cancelled(&bed, "E2").await;
    assert_eq!(states(&bed, 4).await, "eecn", "what only waited frees nothing");
    end(&bed, "E4").await;
    admit(&bed, 5..=5).await;
    assert_eq!(states(&bed, 5).await, "eecen", "what is being cancelled takes no slot");
}

#[tokio::test]
async fn all_are_kept_and_start_in_order() {
    let bed = bed(r#","maxConcurrentExecutions":"2","keepWaitingPipelines":"true""#).await;
    admit(&bed, 1..=5).await;
    assert_eq!(states(&bed, 5).await, "nnqqq");
    let waiting = bed.store.executions().waiting(&id("E4")).await.expect("read").expect("it waits");
    assert_eq!((waiting.limit, waiting.keep, waiting.running, waiting.older), (2, true, 2, 1));
    assert_eq!(bed.store.executions().waiting(&id("E1")).await.expect("read"), None);
    end(&bed, "E2").await;
    assert_eq!(states(&bed, 5).await, "nenqq");
    bed.write(vec![wish("E4", ControlKind::Cancel)]).await;
    end(&bed, "E1").await;
    assert_eq!(states(&bed, 5).await, "eencn", "whoever is being cancelled is passed over");
}

#[tokio::test]
async fn the_commit_that_frees_a_slot_wakes_the_next() {
    let bed = bed(r#","limitConcurrent":true"#).await;
    let mut wakes = bed.store.wakes().expect("nobody took them");
    admit(&bed, 1..=3).await;
    end(&bed, "E1").await;
    let mut next = async || match wakes.recv().await.expect("a wake") {
        Wake::Admitted(new) => format!("admitted {}", new.execution.id),
        Wake::Moved(id) => format!("moved {id}"),
    };
    // Nobody has anything to decide on what waits.
    assert_eq!([next().await, next().await, next().await], ["admitted E1", "moved E3", "moved E2"]);
    let due: Vec<_> =
        bed.store.executions().open(0, 10).await.expect("read").into_iter().map(|open| open.due).collect();
    assert_eq!(due, [Some(Timestamp(0)), Some(Timestamp(0))], "and after a crash they are found");
}

#[tokio::test]
async fn what_waits_is_not_due() {
    let bed = bed(r#","limitConcurrent":true"#).await;
    admit(&bed, 1..=2).await;
    let due: Vec<_> =
        bed.store.executions().open(0, 10).await.expect("read").into_iter().map(|open| open.due).collect();
    assert_eq!(due, [Some(Timestamp(0)), None]);
    bed.write(vec![wish("E2", ControlKind::Cancel)]).await;
    let due: Vec<_> =
        bed.store.executions().open(0, 10).await.expect("read").into_iter().map(|open| open.due).collect();
    assert_eq!(due, [Some(Timestamp(0)), Some(Timestamp(0))], "it is to be told of its cancel");
}

#[tokio::test]
async fn a_paused_execution_does_not_count() {
    let bed = bed(r#","limitConcurrent":true"#).await;
    admit(&bed, 1..=2).await;
    run(&bed, "E1").await;
    bed.write(vec![wish("E1", ControlKind::Pause)]).await;
    assert_eq!(states(&bed, 2).await, "rn", "pausing frees the slot");
    bed.write(vec![wish("E1", ControlKind::Run)]).await;
    admit(&bed, 3..=3).await;
    assert_eq!(states(&bed, 3).await, "rnq", "both run after the resume");
    end(&bed, "E2").await;
    assert_eq!(states(&bed, 3).await, "req", "one still runs");
    end(&bed, "E1").await;
    assert_eq!(states(&bed, 3).await, "een");
}

#[tokio::test]
async fn the_limit_in_force_is_the_newest() {
    let bed = bed(r#","limitConcurrent":true,"keepWaitingPipelines":true"#).await;
    admit(&bed, 1..=4).await;
    assert_eq!(states(&bed, 4).await, "nqqq");
    bed.write(vec![limited(2, r#","maxConcurrentExecutions":2,"keepWaitingPipelines":true"#)]).await;
    assert_eq!(states(&bed, 4).await, "nnqq", "a higher limit starts more");
    bed.write(vec![limited(3, r#","limitConcurrent":true,"keepWaitingPipelines":true"#)]).await;
    end(&bed, "E1").await;
    assert_eq!(states(&bed, 4).await, "enqq", "a lower one ends nothing");
    bed.write(vec![limited(4, "")]).await;
    assert_eq!(states(&bed, 4).await, "ennn", "none starts all");
    bed.write(vec![limited(5, r#","limitConcurrent":true"#)]).await;
    admit(&bed, 5..=5).await;
    assert_eq!(states(&bed, 5).await, "ennnq", "a new one counts what is under way");
    for done in ["E2", "E3"] {
        end(&bed, done).await;
        assert_eq!(get(&bed, "E5").await.execution.state, ExecutionState::Queued);
    }
    end(&bed, "E4").await;
    assert_eq!(states(&bed, 5).await, "eeeen");
}

#[tokio::test]
async fn the_limit_outlives_the_pipeline_for_those_that_wait() {
    let bed = bed(r#","limitConcurrent":true,"keepWaitingPipelines":true"#).await;
    admit(&bed, 1..=3).await;
    bed.write(vec![Write::DeletePipeline("p1".into())]).await;
    end(&bed, "E1").await;
    assert_eq!(states(&bed, 3).await, "enq");
}

#[tokio::test]
async fn behind_fifty_nobody_waits() {
    let bed = bed(r#","limitConcurrent":true,"keepWaitingPipelines":true"#).await;
    admit(&bed, 1..=51).await;
    assert_eq!(states(&bed, 51).await, format!("n{}", "q".repeat(50)));
    admit(&bed, 52..=52).await;
    let last = get(&bed, "E52").await.execution.control;
    assert_eq!(last.kind, ControlKind::Cancel);
    assert_eq!(last.reason.as_deref(), Some("Too many executions (50) already waiting to start"));
}

#[tokio::test]
async fn other_pipelines_and_failed_starts_take_no_slot() {
    let bed = bed(r#","limitConcurrent":true"#).await;
    let failed = NewExecution { refused: Some("no".into()), ..new("E1") };
    let mut other = new("E2");
    other.execution.pipeline =
        other.execution.pipeline.map(|at| domain::execution::PipelineAt { id: "p2".into(), ..at });
    let mut own = new("E3");
    own.execution.pipeline = None;
    bed.write(vec![Write::Admit(failed), Write::Admit(other), Write::Admit(own)]).await;
    admit(&bed, 4..=5).await;
    assert_eq!(states(&bed, 5).await, "ennnq");
}
