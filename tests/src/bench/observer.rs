//! Who watches: a subscriber to the event stream, which is the only one to say when an execution has ended.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anyhow::{Result, bail};
use serde_json::Value;
use tokio::sync::watch;

use crate::http::{Client, Sent};

/// When executions were seen to end.
#[derive(Clone)]
pub struct Observer {
    seen: Arc<Mutex<HashMap<String, (Instant, String)>>>,
    count: watch::Receiver<Option<usize>>,
}

impl Observer {
    /// Subscribes.
    ///
    /// # Errors
    /// The stream is refused.
    pub async fn subscribe(address: &str, token: &str) -> Result<Observer> {
        let mut events = Client::new(address, token).events("/api/v1/stream").await?;
        let seen = Arc::new(Mutex::new(HashMap::new()));
        let (told, count) = watch::channel(Some(0));
        let observer = Observer { seen: seen.clone(), count };
        tokio::spawn(async move {
            while let Ok(sent) = events.next().await {
                if note(&seen, &sent) {
                    told.send_modify(|count| *count = count.map(|count| count + 1));
                }
            }
            told.send_replace(None);
        });
        Ok(observer)
    }

    /// When `execution` was seen to end, and how.
    ///
    /// # Errors
    /// The stream has broken.
    pub async fn ended(&mut self, execution: &str) -> Result<(Instant, String)> {
        loop {
            if let Some(found) = self.seen.lock().unwrap_or_else(PoisonError::into_inner).remove(execution) {
                return Ok(found);
            }
            self.count.changed().await?;
            if self.count.borrow().is_none() {
                bail!("the event stream has broken");
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
fn note(seen: &Mutex<HashMap<String, (Instant, String)>>, sent: &Sent) -> bool {
    let at = Instant::now();
    // Most events are of no interest; they are not worth being parsed while others are measured.
    if sent.event != "execution.ended" {
        return false;
    }
    let Ok(data) = serde_json::from_str::<Value>(&sent.data) else { return false };
    let text = |member: &str| data.get(member).and_then(Value::as_str).map(str::to_owned);
    let Some(execution) = text("execution") else { return false };
    let status = text("status").unwrap_or_default();
    seen.lock().unwrap_or_else(PoisonError::into_inner).insert(execution, (at, status));
    true
}
