//! Who may open a data folder.

mod bed;

use bed::{Bed, Manual};
use sqlx::{ConnectOptions, Connection};
use store::{OpenError, Store, StoreConfig};

async fn open(folder: &std::path::Path) -> Result<Store, OpenError> {
    Store::open(StoreConfig::new(folder), Manual::new()).await
}

async fn sql(folder: &std::path::Path, text: &'static str) {
    let options =
        sqlx::sqlite::SqliteConnectOptions::new().filename(folder.join("mainsheet.db")).create_if_missing(true);
    let mut connection = options.connect().await.expect("open");
    sqlx::raw_sql(text).execute(&mut connection).await.expect("run");
    connection.close().await.expect("close");
}

fn refusal(outcome: Result<Store, OpenError>) -> (String, String) {
    match outcome {
        Ok(_) => panic!("it was opened"),
        Err(error) => (error.code().as_str().to_owned(), error.to_string()),
    }
}

#[tokio::test]
async fn one_store_at_a_time() {
    let bed = Bed::new().await;
    let (code, text) = refusal(open(bed.folder.path()).await);
    assert_eq!(code, "store.locked");
    assert!(text.contains("in use by another Mainsheet process"), "{text}");
    let Bed { store, folder, .. } = bed;
    store.close().await;
    open(folder.path()).await.expect("free again").close().await;
}

#[tokio::test]
async fn a_store_that_nobody_holds_lets_the_folder_go() {
    let Bed { store, folder, .. } = Bed::new().await;
    drop(store);
    // The writer ends on its own thread; nothing tells when but the lock.
    for _ in 0..1_000_000 {
        if open(folder.path()).await.is_ok() {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("still locked");
}

#[tokio::test]
async fn a_newer_schema_is_refused_in_words() {
    let Bed { store, folder, .. } = Bed::new().await;
    store.close().await;
    sql(folder.path(), "pragma user_version = 999").await;
    let (code, text) = refusal(open(folder.path()).await);
    assert_eq!(code, "store.newer");
    assert!(text.contains("schema 999") && text.contains("start the newer program"), "{text}");
}

#[tokio::test]
async fn a_database_of_another_program_is_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    sql(folder.path(), "create table theirs (a)").await;
    assert_eq!(refusal(open(folder.path()).await).0, "store.foreign");
    let folder = tempfile::tempdir().expect("a folder");
    sql(folder.path(), "pragma application_id = 7").await;
    assert_eq!(refusal(open(folder.path()).await).0, "store.foreign");
}

#[tokio::test]
async fn a_file_in_the_way_and_a_damaged_database_are_told_apart() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    std::fs::write(&file, b"x").expect("write");
    assert_eq!(refusal(open(&file).await).0, "store.folder");
    std::fs::write(folder.path().join("mainsheet.db"), vec![b'x'; 8192]).expect("write");
    assert_eq!(refusal(open(folder.path()).await).0, "store.unopenable");
}

#[tokio::test]
async fn migrations_make_the_schema_that_is_written_down() {
    let Bed { store, folder, .. } = Bed::new().await;
    store.close().await;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(folder.path().join("mainsheet.db"));
    let mut connection = options.connect().await.expect("open");
    let made: Vec<String> =
        sqlx::query_scalar("select sql from sqlite_master where sql is not null order by type desc, name")
            .fetch_all(&mut connection)
            .await
            .expect("read");
    let made = made.join(";\n\n") + ";\n";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/schema.sql");
    let written = std::fs::read_to_string(path).unwrap_or_default();
    if made != written {
        let actual = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("schema.sql");
        std::fs::write(&actual, &made).expect("write");
        panic!("{path} is not what the migrations make; if they are right, copy {} over it", actual.display());
    }
}
