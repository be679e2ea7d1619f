//! When to stop: the first SIGTERM or SIGINT asks, a second one insists.

use std::process::ExitCode;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// Whether the server has been asked to stop. Cheap to clone.
#[derive(Clone)]
pub struct Shutdown(watch::Receiver<bool>);

impl Shutdown {
    /// Listens for signals from here on. A second signal ends the process at once, which loses nothing: it is what a crash is.
    ///
    /// # Errors
    /// Signal handlers cannot be installed.
    pub fn on_signals() -> std::io::Result<Shutdown> {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let (stop, stopped) = watch::channel(false);
        tokio::spawn(async move {
            let mut asked = false;
            loop {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
                if asked {
                    tracing::warn!("second signal: ending at once");
                    std::process::exit(130);
                }
                asked = true;
                tracing::info!("stopping; a second signal ends at once");
                stop.send_replace(true);
            }
        });
        Ok(Shutdown(stopped))
    }

    /// Resolves when the server has been asked to stop.
    pub async fn asked(&mut self) {
        // An error means that nobody can ask any more, which is the case when the runtime is being dropped.
        let _ = self.0.wait_for(|asked| *asked).await;
    }
}

/// What a server that was asked to stop exits with.
pub const STOPPED: ExitCode = ExitCode::SUCCESS;
