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
    /// All headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
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

impl Call {
    /// The header of this name, in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl Noted {
    /// Notes a call, and says whether it is answered well: of a path `/busy/N…` only after N calls.
    fn call(&mut self, path: String, key: String, headers: Vec<(String, String)>, body: Vec<u8>) -> (usize, bool) {
        let busy = path.strip_prefix("/busy/").and_then(|rest| rest.split('/').next()?.parse().ok()).unwrap_or(0);
        let well = self.calls.iter().filter(|call| call.path == path).count() >= busy;
        if let Some(killed) = self.killed.take() {
            self.resumed.push(killed.elapsed());
        }
        self.calls.push(Call { epoch: self.epoch, path, key, headers, body, settled: false });
        self.answered.push(None);
        (self.calls.len() - 1, well)
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
        let (mut path, mut key, mut length, mut headers) = (String::new(), String::new(), 0, Vec::new());
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let line = line.trim_end();
            if line.is_empty() {
                break;
            }
            if let Some((name, value)) = line.split_once(": ") {
                headers.push((name.to_lowercase(), value.to_owned()));
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
        let (call, well) = noted.lock().unwrap_or_else(PoisonError::into_inner).call(path, key, headers, body);
        turn = turn.wrapping_add(1);
        let share = salt.wrapping_mul(2_654_435_761).wrapping_add(turn.wrapping_mul(40_503)) % 1_000;
        pause(slowest * share / 1_000).await;
        let status = if well { "200 OK" } else { "503 Service Unavailable" };
        let reply =
            format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{{\"ok\":true}}");
        stream.get_mut().write_all(reply.as_bytes()).await?;
        noted.lock().unwrap_or_else(PoisonError::into_inner).answer(call);
    }
}

#[expect(clippy::disallowed_methods, reason = "the outside world has a clock of its own")]
async fn pause(span: Duration) {
    tokio::time::sleep(span).await;
}
