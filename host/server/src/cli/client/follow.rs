//! The live stream, kept alive: a broken connection is made again and resumes after the last event seen.

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use ureq::http::Method;

use super::stream::{Message, Messages};
use super::{Client, Content};
use crate::cli::error::{CliError, Exit};

/// How often a lost server is asked again before it counts as gone; restarts and upgrades are shorter.
const TRIES: u32 = 300;
/// Between two tries.
const PAUSE: Duration = Duration::from_secs(1);
/// Events that may wait for a slow terminal.
const QUEUED: usize = 1024;

/// What following a stream yields.
pub enum Step {
    /// The stream begins, or goes on after a break: from here on nothing is missed.
    Connected,
    /// Something happened.
    Message(Message),
    /// The connection broke and is being made again.
    Lost(CliError),
    /// Nothing happened for as long as the caller wanted to wait.
    Quiet,
    /// The stream is over: the server refused it, or stayed away for too long.
    Over(CliError),
}

/// A stream being followed.
pub struct Follower {
    steps: Receiver<Step>,
}

impl Follower {
    /// Follows the stream at `path`; `after` is the last event already seen.
    #[must_use]
    pub fn start(client: &Client, path: &str, after: Option<String>) -> Follower {
        let (send, steps) = sync_channel(QUEUED);
        let (client, path) = (client.clone(), path.to_owned());
        std::thread::spawn(move || pump(&client, &path, after, &send));
        Follower { steps }
    }

    /// The next step; `Quiet` after `patience`.
    #[must_use]
    pub fn next(&self, patience: Duration) -> Step {
        match self.steps.recv_timeout(patience) {
            Ok(step) => step,
            Err(RecvTimeoutError::Timeout) => Step::Quiet,
            Err(RecvTimeoutError::Disconnected) => {
                pause(patience);
                Step::Quiet
            }
        }
    }
}

/// Reads until nobody listens any more.
fn pump(client: &Client, path: &str, mut after: Option<String>, to: &SyncSender<Step>) {
    let mut lost = 0;
    loop {
        let headers: Vec<(&str, &str)> = [("accept", "text/event-stream")]
            .into_iter()
            .chain(after.as_deref().map(|id| ("last-event-id", id)))
            .collect();
        match client.send(Method::GET, path, &Content::None, &headers) {
            Ok(response) => {
                if to.send(Step::Connected).is_err() {
                    return;
                }
                lost = 0;
                let reader = response.into_body().into_with_config().limit(u64::MAX).reader();
                for message in Messages::of(reader) {
                    if message.id.is_some() {
                        after.clone_from(&message.id);
                    }
                    if to.send(Step::Message(message)).is_err() {
                        return;
                    }
                }
            }
            Err(error) if error.exit != Exit::Unreachable || lost >= TRIES => {
                let _ = to.send(Step::Over(error));
                return;
            }
            Err(error) => {
                if lost == 0 && to.send(Step::Lost(error)).is_err() {
                    return;
                }
                lost += 1;
            }
        }
        pause(PAUSE);
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a thread of a client that has nothing else to do until the server is back"
)]
fn pause(duration: Duration) {
    std::thread::sleep(duration);
}
