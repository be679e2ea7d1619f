//! The world outside of a scenario: a list of answers, given natively or by a server on this machine.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use mainsheet_sdk::http::{Request, Response};
use serde_json::Value;

use super::file::Exchange;

/// What documents and answers call the address of the world outside.
pub const ADDRESS: &str = "http://outside";

/// The answers that are left.
#[derive(Debug, Default)]
pub struct Outside {
    exchanges: Vec<Exchange>,
}

impl Outside {
    /// A world that answers so.
    #[must_use]
    pub fn new(exchanges: &[Exchange]) -> Outside {
        Outside { exchanges: exchanges.to_vec() }
    }

    /// The answer to a request: status, headers, body. What nothing fits is not found.
    fn answer(&mut self, method: &str, path: &str) -> (u16, Vec<(String, String)>, Vec<u8>) {
        let sent = format!("{method} {path}");
        let fitting: Vec<usize> = (0..self.exchanges.len()).filter(|&at| self.exchanges[at].send == sent).collect();
        let Some(&first) = fitting.first() else {
            return (404, Vec::new(), format!("nothing answers {sent}").into_bytes());
        };
        let exchange = self.exchanges[first].clone();
        if fitting.len() > 1 {
            self.exchanges.remove(first);
        }
        let body = match exchange.body {
            Value::Null => Vec::new(),
            Value::String(text) => text.into_bytes(),
            json => json.to_string().into_bytes(),
        };
        (exchange.status, exchange.headers.into_iter().collect(), body)
    }

    /// Answers providers that are linked natively, on this thread.
    pub fn natively(mut self) {
        mainsheet_sdk::cases::outside(move |request: &Request| {
            let path = request.url.strip_prefix(ADDRESS).unwrap_or(&request.url);
            let (status, headers, body) = self.answer(&request.method, path);
            let headers = headers.into_iter().map(|(name, value)| (name.to_lowercase(), value)).collect();
            Ok(Response { status, headers, body, blob: None })
        });
    }

    /// Answers on a port of this machine, until the process ends. Returns its address.
    ///
    /// # Errors
    /// No port is free.
    pub fn serve(self) -> Result<String> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = format!("http://{}", listener.local_addr()?);
        let (world, own) = (Arc::new(Mutex::new(self)), address.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (world, own) = (Arc::clone(&world), own.clone());
                std::thread::spawn(move || converse(stream, &world, &own));
            }
        });
        Ok(address)
    }
}

/// One request on a connection, and its answer.
fn converse(mut stream: TcpStream, world: &Mutex<Outside>, own: &str) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let (method, rest) = line.split_once(' ')?;
    let path = rest.split_once(' ')?.0;
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let (name, value) = match header.trim_end() {
            "" => break,
            header => header.split_once(':')?,
        };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let (status, headers, body) = world.lock().unwrap_or_else(PoisonError::into_inner).answer(method, path);
    let text = String::from_utf8_lossy(&body).replace(ADDRESS, own);
    let mut head = format!("HTTP/1.1 {status} Answer\r\nContent-Length: {}\r\nConnection: close\r\n", text.len());
    for (name, value) in headers {
        head.push_str(&format!("{name}: {}\r\n", value.replace(ADDRESS, own)));
    }
    let close = if method == "HEAD" { "" } else { &text };
    stream.write_all(format!("{head}\r\n{close}").as_bytes()).ok()
}
