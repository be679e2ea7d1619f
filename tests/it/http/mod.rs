//! The HTTP interface of a real server, byte by byte: what every client may send, well-meant or not.

mod bad_input;
mod odd_documents;
mod plugins;
mod quarantine;
mod triggers;
mod webhooks;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::terminal::Terminal;

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the server answered.
#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("no JSON ({error}): {} {}", self.head, String::from_utf8_lossy(&self.body)))
    }

    fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    /// The body of a success.
    #[track_caller]
    fn ok(&self) -> Value {
        assert!((200..300).contains(&self.status), "{} {}", self.head, String::from_utf8_lossy(&self.body));
        if self.body.is_empty() { Value::Null } else { self.json() }
    }
}

/// A request as bytes.
fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut text = format!("{method} {path} HTTP/1.1\r\nHost: mainsheet\r\nConnection: close\r\n");
    for (name, value) in headers {
        text += &format!("{name}: {value}\r\n");
    }
    if !body.is_empty() || method != "GET" {
        text += &format!("Content-Length: {}\r\n", body.len());
    }
    text += "\r\n";
    [text.as_bytes(), body].concat()
}

/// Sends bytes on a connection of their own, and reads until the server closes it.
fn send(terminal: &Terminal, bytes: &[u8]) -> Answer {
    let address = terminal.address.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    // A server that has heard enough may answer and close before everything is sent.
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n");
    let end = end.unwrap_or_else(|| panic!("no answer, but {:?}", String::from_utf8_lossy(&answer)));
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
    Answer { status, head, body: answer[end + 4..].to_vec() }
}

/// Sends a request as the administrator.
fn call(terminal: &Terminal, method: &str, path: &str, content: &str, body: &[u8]) -> Answer {
    let token = format!("Bearer {}", terminal.token);
    send(terminal, &request(method, path, &[("Authorization", &token), ("Content-Type", content)], body))
}

fn get(terminal: &Terminal, path: &str) -> Value {
    call(terminal, "GET", path, "application/json", b"").ok()
}

fn post(terminal: &Terminal, path: &str, body: &Value) -> Answer {
    call(terminal, "POST", path, "application/json", body.to_string().as_bytes())
}

/// A server with the application `shop`.
fn shop() -> Terminal {
    let terminal = Terminal::start().unwrap();
    post(&terminal, "/api/v1/applications", &json!({ "name": "shop" })).ok();
    terminal
}

/// Saves a pipeline of `shop`, and returns its id.
fn save(terminal: &Terminal, document: &Value) -> String {
    let saved = post(terminal, "/api/v1/applications/shop/pipelines", document).ok();
    saved["id"].as_str().unwrap().to_owned()
}

/// Asks again and again until `wanted` says what it was waiting for.
#[expect(clippy::disallowed_methods, reason = "another process is waited for: there is nothing that could wake us")]
fn until<T>(what: &str, mut wanted: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        if let Some(found) = wanted() {
            return found;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("{what} did not happen")
}
