//! The server: parts opened in order, handed to each other, and let go in the opposite order.

mod error;
mod figures;
mod first_token;
mod parts;
mod plugin_folder;

use std::io::Write;
use std::sync::Arc;

use domain::environment::Environment;
use tokio::net::TcpListener;

use crate::cli::client::Client;
use crate::cli::sample;
use crate::config::Config;
use crate::environment::Real;
use crate::shutdown::Shutdown;

pub use error::ServeError;
use parts::Parts;

/// Serves until the process is asked to stop. With `with_sample`, shows the sample application meanwhile.
///
/// # Errors
/// Why it could not begin; once it serves, it ends well.
pub fn run(config: &Config, with_sample: bool) -> Result<(), ServeError> {
    let mut threads = tokio::runtime::Builder::new_multi_thread();
    if let Some(count) = config.workers {
        threads.worker_threads(count);
    }
    let threads = threads.enable_all().thread_name("mainsheet").build().map_err(ServeError::Threads)?;
    threads.block_on(serve(config, with_sample))
}

async fn serve(config: &Config, with_sample: bool) -> Result<(), ServeError> {
    let mut shutdown = Shutdown::on_signals().map_err(ServeError::Threads)?;
    let listener = bind(config).await?;
    let address = listener.local_addr().map_err(|reason| ServeError::Address { address: config.listen, reason })?;
    let environment: Arc<dyn Environment> = Arc::new(Real::start());
    let parts = Parts::open(config, Arc::clone(&environment)).await?;
    let token = first_token::announce(&parts.app, &config.data, with_sample).await?;
    let watched = match &config.plugins {
        Some(folder) => {
            let watching =
                plugin_folder::install_and_watch(&parts.app, folder, config.grant_wanted, Arc::clone(&environment));
            Some(watching.await?)
        }
        None => None,
    };
    parts.look_at_accounts(environment.as_ref());
    let server = format!("http://{address}");
    ready(&server);
    if with_sample {
        show_sample(&server, token);
    }
    let router = parts.router();
    let served = api::serve(listener, router, async move { shutdown.asked().await }).await;
    drop(watched);
    parts.close().await;
    served.map_err(|reason| ServeError::Address { address, reason })
}

async fn bind(config: &Config) -> Result<TcpListener, ServeError> {
    let address = config.listen;
    TcpListener::bind(address).await.map_err(|reason| ServeError::Address { address, reason })
}

/// The one line on standard output, for whoever waits for it.
fn ready(server: &str) {
    let mut out = std::io::stdout().lock();
    // Nobody has to listen to it.
    let _ = writeln!(out, "listening on {server}").and_then(|()| out.flush());
}

/// Runs the sample as a client in a thread of its own. It ends with the process, or when the pipeline does.
fn show_sample(server: &str, token: Option<String>) {
    let Some(token) = token else {
        tracing::warn!("the sample is not shown: the first token of this data folder is not in its admin.token");
        return;
    };
    let client = Client::new(server, Some(token));
    std::thread::spawn(move || {
        if let Err(error) = sample::show(&client) {
            tracing::warn!(%error, "the sample was not shown to its end");
        }
    });
}
