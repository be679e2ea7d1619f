//! The watched folder: what lies in it is installed at the start, and whenever it changes.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use app::App;
use domain::environment::Environment;
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;

use super::ServeError;

/// How long the folder must be quiet before it is read, in milliseconds: a component is copied in many writes.
const QUIET: i64 = 200;

/// Installs what is in `folder`, and goes on doing so until the returned watcher is dropped.
pub(super) async fn install_and_watch(
    app: &App,
    folder: &Path,
    grant_wanted: bool,
    environment: Arc<dyn Environment>,
) -> Result<RecommendedWatcher, ServeError> {
    let (tell, told) = mpsc::channel(1);
    let unwatched = |reason| ServeError::Watch { folder: folder.display().to_string(), reason };
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        if event.is_ok_and(|event| !event.kind.is_access()) {
            // A full channel means that the folder will be read anyway.
            let _ = tell.try_send(());
        }
    })
    .map_err(unwatched)?;
    watcher.watch(folder, RecursiveMode::NonRecursive).map_err(unwatched)?;
    install(app, folder, grant_wanted).await?;
    let task = reinstall(app.clone(), folder.to_owned(), grant_wanted, Arc::clone(&environment), told);
    environment.spawn(Box::pin(task));
    Ok(watcher)
}

/// Reads the folder again whenever it was told to, until nobody can tell any more.
async fn reinstall(
    app: App,
    folder: PathBuf,
    grant_wanted: bool,
    environment: Arc<dyn Environment>,
    mut told: mpsc::Receiver<()>,
) {
    while told.recv().await.is_some() {
        loop {
            let quiet = environment.sleep_until(environment.now().plus(QUIET));
            tokio::select! {
                () = quiet => break,
                more = told.recv() => if more.is_none() { return },
            }
        }
        if let Err(error) = install(&app, &folder, grant_wanted).await {
            tracing::warn!(%error, "the plugin folder could not be read");
        }
    }
}

async fn install(app: &App, folder: &Path, grant_wanted: bool) -> Result<(), ServeError> {
    let unsaid = if grant_wanted { app::plugins::Granted::Wanted } else { app::plugins::Granted::AsBefore };
    let report = app.install_folder(folder, &unsaid).await?;
    tracing::info!(
        folder = %folder.display(),
        installed = report.installed.len(),
        unchanged = report.unchanged,
        refused = report.refused.len(),
        "the plugin folder was read"
    );
    Ok(())
}
