//! Pages by keyset, and lists that stay flat in a long history.

mod bed;

use std::time::Instant;

use bed::{Bed, application, drive, ending, execution, id, operation, params, pipeline};
use domain::ExecutionId;
use domain::execution::{Control, ControlKind, ExecutionStatus};
use store::{
    Cursor, DriveCommit, ExecutionFilter, NewExecution, OperationFilter, Page, ReadError, StoredExecution, Write,
};

fn admission(name: &str, application: &str, pipeline: &str, trigger: &str) -> Write {
    let mut execution = execution(name);
    execution.application = application.into();
    execution.pipeline = Some(domain::execution::PipelineAt { id: pipeline.into(), revision: 1 });
    execution.trigger = params(&format!("{{\"type\":\"{trigger}\"}}"));
    execution.name = format!("Pipeline {pipeline}");
    Write::Admit(NewExecution { execution, document: None, refused: None })
}

/// All ids of a list, by pages of `limit`.
async fn walk(bed: &Bed, filter: &ExecutionFilter, limit: u32) -> Vec<ExecutionId> {
    let mut ids = Vec::new();
    let mut cursor: Option<Cursor> = None;
    loop {
        let page: Page<StoredExecution> =
            bed.store.executions().list(filter, cursor.as_ref(), limit).await.expect("read");
        assert!(page.items.len() <= limit as usize);
        ids.extend(page.items.into_iter().map(|stored| stored.execution.id));
        match page.next {
            None => return ids,
            next => cursor = next,
        }
    }
}

#[tokio::test]
async fn executions_come_newest_first_by_whatever_filter() {
    let bed = Bed::new().await;
    for number in 0..30 {
        let (application, pipeline) = (["demo", "shop"][number % 2], ["p0", "p1", "p2"][number % 3]);
        let trigger = if number % 5 == 0 { "webhook" } else { "manual" };
        bed.write(vec![admission(&format!("E{number:02}"), application, pipeline, trigger)]).await;
        if number % 4 == 0 {
            bed.end(&format!("E{number:02}"), 0, params("{}")).await;
        }
    }
    let expected = |fits: &dyn Fn(usize) -> bool| -> Vec<ExecutionId> {
        (0..30).rev().filter(|&number| fits(number)).map(|number| id(&format!("E{number:02}"))).collect()
    };
    let check = async |filter: ExecutionFilter, fits: &dyn Fn(usize) -> bool| {
        for limit in [1, 7, 100] {
            assert_eq!(walk(&bed, &filter, limit).await, expected(fits), "{filter:?} by {limit}");
        }
    };
    let any = ExecutionFilter::default;
    check(any(), &|_| true).await;
    check(ExecutionFilter { application: Some("SHOP".into()), ..any() }, &|n| n % 2 == 1).await;
    check(ExecutionFilter { pipeline: Some("p2".into()), ..any() }, &|n| n % 3 == 2).await;
    check(ExecutionFilter { trigger_type: Some("webhook".into()), ..any() }, &|n| n % 5 == 0).await;
    check(ExecutionFilter { text: Some("LINE P1".into()), ..any() }, &|n| n % 3 == 1).await;
    check(ExecutionFilter { text: Some("e07".into()), ..any() }, &|n| n == 7).await;
    check(ExecutionFilter { parent: Some(id("nobody")), ..any() }, &|_| false).await;
    let open = vec![ExecutionStatus::NotStarted, ExecutionStatus::Running];
    check(ExecutionFilter { statuses: open.clone(), ..any() }, &|n| n % 4 != 0).await;
    let both = ExecutionFilter { statuses: open, application: Some("demo".into()), ..any() };
    check(both, &|n| n % 2 == 0 && n % 4 != 0).await;
    let done = vec![ExecutionStatus::Succeeded];
    let all =
        ExecutionFilter { statuses: done, application: Some("demo".into()), pipeline: Some("p0".into()), ..any() };
    check(all, &|n| n % 4 == 0 && n % 3 == 0).await;

    let wrong = bed.store.executions().list(&any(), Some(&Cursor("x' or 1".into())), 5).await;
    assert!(matches!(wrong, Err(ReadError::Cursor)));
    let counts = bed.store.executions().counts(Some(&"demo".into())).await.expect("read");
    assert_eq!(counts, [(ExecutionStatus::NotStarted, 7)]);
}

#[tokio::test]
async fn applications_pipelines_and_operations_come_in_pages() {
    let bed = Bed::new().await;
    for name in ["b", "A", "demo", "c"] {
        bed.write(vec![Write::SaveApplication { application: application(name, 1), expect: None }]).await;
    }
    let first = bed.store.applications().list(None, 2).await.expect("read");
    assert_eq!(first.items.iter().map(|found| found.name.as_str()).collect::<Vec<_>>(), ["A", "b"]);
    let rest = bed.store.applications().list(first.next.as_ref(), 2).await.expect("read");
    assert_eq!(rest.items.iter().map(|found| found.name.as_str()).collect::<Vec<_>>(), ["c", "demo"]);
    assert_eq!(rest.next, None, "a full last page is the last");
    for (id, name) in [("p1", "z"), ("p2", "Y"), ("p3", "x")] {
        bed.write(vec![Write::SavePipeline { pipeline: pipeline(id, name, 1), expect: None }]).await;
    }
    let first = bed.store.pipelines().list(&"demo".into(), None, 2).await.expect("read");
    assert_eq!(first.items.iter().map(|found| found.name.as_str()).collect::<Vec<_>>(), ["x", "Y"]);
    let rest = bed.store.pipelines().list(&"demo".into(), first.next.as_ref(), 2).await.expect("read");
    assert_eq!(rest.items.len(), 1);

    bed.admit("E1").await;
    let operations = (0..5).map(|number| operation("E1", &number.to_string())).collect();
    bed.pass(DriveCommit { operations, ..drive("E1", 0) }).await;
    let outcomes = vec![(bed::key("E1", "3"), Ok(params("1")), domain::Timestamp(1))];
    bed.pass(DriveCommit { outcomes, ..drive("E1", 1) }).await;
    let read = bed.store.operations();
    let labels = |page: &Page<domain::operation::Operation>| -> String {
        page.items.iter().map(|operation| operation.key.label.as_str()).collect()
    };
    let open = read.open_all(None, 3).await.expect("read");
    assert_eq!(labels(&open), "012");
    assert_eq!(labels(&read.open_all(open.next.as_ref(), 3).await.expect("read")), "4");
    for execution in [None, Some(id("E1"))] {
        let filter = OperationFilter { execution, application: Some("Demo".into()), open: Some(true) };
        let page = read.list(&filter, None, 3).await.expect("read");
        assert_eq!(labels(&page), "421");
        assert_eq!(labels(&read.list(&filter, page.next.as_ref(), 3).await.expect("read")), "0");
    }
}

#[tokio::test]
async fn recovery_finds_everything_that_is_open_in_the_order_of_admission() {
    let bed = Bed::new().await;
    for number in 0..10 {
        bed.admit(&format!("E{number}")).await;
    }
    bed.end("E3", 0, params("{}")).await;
    bed.pass(DriveCommit { due: Some(domain::Timestamp(77)), ..drive("E4", 0) }).await;
    bed.write(vec![Write::Inbox { execution: id("E5"), fact: bed::fact("x") }]).await;
    let bed = bed.reopen().await;
    let first = bed.store.executions().open(0, 4).await.expect("read");
    let rest = bed.store.executions().open(first[3].number, 100).await.expect("read");
    let all: Vec<_> = first.into_iter().chain(rest).collect();
    let names: Vec<&str> = all.iter().map(|open| open.id.as_str()).collect();
    assert_eq!(names, ["E0", "E1", "E2", "E4", "E5", "E6", "E7", "E8", "E9"]);
    let since_ever = |open: &&store::OpenExecution| open.due == Some(domain::Timestamp(0));
    assert_eq!(all.iter().filter(since_ever).count(), 8, "all but E4, which was driven");
    assert_eq!(all[3].due, Some(domain::Timestamp(77)));
    let raise = |kind| Write::Control { execution: id("E4"), control: Control { kind, ..Control::default() } };
    bed.write(vec![raise(ControlKind::Pause)]).await;
    let due = async || bed.store.executions().open(0, 100).await.expect("read")[3].due;
    assert_eq!(due().await, Some(domain::Timestamp(0)), "its pause is not obeyed yet");
    let paused_since = Some(domain::Timestamp(5));
    bed.pass(DriveCommit { control: ControlKind::Pause, paused_since, ..drive("E4", 1) }).await;
    assert_eq!(due().await, None, "it is now");
    bed.write(vec![raise(ControlKind::Cancel)]).await;
    assert_eq!(due().await, Some(domain::Timestamp(0)), "its cancel is not told yet");
    assert_eq!(all.iter().filter(|open| open.has_inbox).map(|open| open.id.as_str()).collect::<Vec<_>>(), ["E5"]);
}

/// Prints what lists cost behind a hundred thousand executions; that they look at a bounded number of rows is asserted by the query
/// plans (src/executions/list.rs), times are for people.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_thousand_executions_do_not_slow_a_list() {
    const MANY: usize = 100_000;
    let bed = Bed::new().await;
    let started = clock();
    for chunk in (0..MANY).collect::<Vec<_>>().chunks(2_000) {
        let admit = |&number: &usize| {
            let trigger = if number == 5 { "rare" } else { "manual" };
            let (application, pipeline) = (format!("app{}", number % 20), format!("p{}", number % 200));
            admission(&format!("E{number:06}"), &application, &pipeline, trigger)
        };
        bed.write(chunk.iter().map(admit).collect()).await;
        let ends = chunk.iter().filter(|number| **number % 1000 != 0);
        let ends = ends.map(|number| bed.store.drive(ending(&format!("E{number:06}"), 0, params("{}"))));
        futures::future::join_all(ends).await;
    }
    println!("{MANY} executions admitted and ended in {:.2?}", started.elapsed());
    let any = ExecutionFilter::default;
    let application = Some("app7".into());
    let cases = [
        ("all", any()),
        ("application", ExecutionFilter { application: application.clone(), ..any() }),
        ("pipeline", ExecutionFilter { pipeline: Some("p7".into()), ..any() }),
        ("open", ExecutionFilter { statuses: vec![ExecutionStatus::NotStarted], ..any() }),
        (
            "application, failed (none)",
            ExecutionFilter { application, statuses: vec![ExecutionStatus::Terminal], ..any() },
        ),
        ("failed (none)", ExecutionFilter { statuses: vec![ExecutionStatus::Terminal], ..any() }),
        ("rare trigger", ExecutionFilter { trigger_type: Some("rare".into()), ..any() }),
        ("text (none)", ExecutionFilter { text: Some("nowhere".into()), ..any() }),
    ];
    for (name, filter) in cases {
        let mut took = Vec::new();
        let mut cursor = None;
        let mut found = 0;
        for _ in 0..40 {
            let begun = clock();
            let page = bed.store.executions().list(&filter, cursor.as_ref(), 50).await.expect("read");
            took.push(begun.elapsed());
            found += page.items.len();
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        took.sort();
        let (median, worst) = (took[took.len() / 2], took[took.len() - 1]);
        println!("{name:28} {:3} pages, {found:5} rows: p50 {median:>9.2?}, worst {worst:>9.2?}", took.len());
    }
}

#[expect(clippy::disallowed_methods, reason = "prints how long something took, and decides nothing by it")]
fn clock() -> Instant {
    Instant::now()
}
