//! The outside world of a soak run: an HTTP server that does nothing but note every call. What it noted is what counts, not what our
//! server says of itself.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// One call as it arrived.
#[derive(Clone, Debug)]
pub struct Call {
    /// How many times the server had been killed by then.
    pub epoch: u32,
    /// Path.
    pub path: String,
    /// `Idempotency-Key`; empty if there was none.
    pub key: String,
    /// Answered so long before the kill that ended its time that the server had committed what it heard: it must not come again.
    pub settled: bool,
}

/// How long a server may need from an answer to the commit of what it means.
const TO_COMMIT: Duration = Duration::from_secs(1);

/// The calls noted so far, and the address.
#[derive(Clone)]
pub struct Sink {
    /// `127.0.0.1:port`.
    pub address: String,
    noted: Arc<Mutex<Noted>>,
}

#[derive(Default)]
struct Noted {
    epoch: u32,
    calls: Vec<Call>,
    answered: Vec<Option<Instant>>,
    killed: Option<Instant>,
    resumed: Vec<Duration>,
}

impl Noted {
    fn call(&mut self, path: String, key: String) -> usize {
        if let Some(killed) = self.killed.take() {
            self.resumed.push(killed.elapsed());
        }
        self.calls.push(Call { epoch: self.epoch, path, key, settled: false });
        self.answered.push(None);
        self.calls.len() - 1
    }

    #[expect(clippy::disallowed_methods, reason = "the outside world has a clock of its own")]
    fn answer(&mut self, call: usize) {
        self.answered[call] = Some(Instant::now());
    }

    #[expect(clippy::disallowed_methods, reason = "the outside world has a clock of its own")]
    fn killed(&mut self) {
        let now = Instant::now();
        for (call, answered) in self.calls.iter_mut().zip(&self.answered).filter(|(call, _)| call.epoch == self.epoch) {
            call.settled = answered.is_some_and(|at| now.duration_since(at) > TO_COMMIT);
        }
        self.epoch += 1;
        self.killed = Some(now);
    }
}

impl Sink {
    /// Listens on a free port of the loopback. Each call is noted when it has arrived whole, and answered between 0 and `slowest` later:
    /// so that kills find calls on their way.
    ///
    /// # Errors
    /// There is no free port.
    pub async fn start(slowest: Duration) -> Result<Sink> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let sink = Sink { address: listener.local_addr()?.to_string(), noted: Arc::default() };
        let noted = sink.noted.clone();
        tokio::spawn(async move {
            let mut count = 0_u32;
            while let Ok((stream, _)) = listener.accept().await {
                count = count.wrapping_add(1);
                tokio::spawn(serve(stream, noted.clone(), slowest, count));
            }
        });
        Ok(sink)
    }

    /// The server was killed: what comes now comes after it.
    pub fn killed(&self) {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner).killed();
    }

    /// From each kill to the first call after it, restart included; kills after which nothing was left to call are left out.
    #[must_use]
    pub fn resumed(&self) -> Vec<Duration> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner).resumed.clone()
    }

    /// Everything noted.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner).calls.clone()
    }
}

async fn serve(stream: TcpStream, noted: Arc<Mutex<Noted>>, slowest: Duration, salt: u32) -> Result<()> {
    let mut stream = BufReader::new(stream);
    let mut turn = 0_u32;
    loop {
        let (mut path, mut key, mut length) = (String::new(), String::new(), 0);
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let line = line.trim_end();
            if line.is_empty() {
                break;
            }
            match line.split_once(": ") {
                Some((name, value)) if name.eq_ignore_ascii_case("idempotency-key") => value.clone_into(&mut key),
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.parse()?,
                Some(_) => {}
                None => path = line.split(' ').nth(1).unwrap_or_default().to_owned(),
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await?;
        let call = noted.lock().unwrap_or_else(PoisonError::into_inner).call(path, key);
        turn = turn.wrapping_add(1);
        let share = salt.wrapping_mul(2_654_435_761).wrapping_add(turn.wrapping_mul(40_503)) % 1_000;
        pause(slowest * share / 1_000).await;
        stream
            .get_mut()
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{\"ok\":true}")
            .await?;
        noted.lock().unwrap_or_else(PoisonError::into_inner).answer(call);
    }
}

#[expect(clippy::disallowed_methods, reason = "the outside world has a clock of its own")]
async fn pause(span: Duration) {
    tokio::time::sleep(span).await;
}
