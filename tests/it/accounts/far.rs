//! The far side: HTTP servers that note what they are sent.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Call {
    pub path: String,
    headers: Vec<(String, String)>,
}

impl Call {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// A server on an address of the loopback, which is a host of its own.
#[derive(Clone)]
pub struct Far {
    /// `127.0.0.x:port`.
    pub address: String,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl Far {
    /// Answers 200 with JSON; below `/refuse` 401, below `/to/` a redirect to what follows, below `/hang` nothing.
    pub fn start(ip: &str) -> Far {
        let listener = TcpListener::bind((ip, 0)).unwrap();
        let far = Far { address: listener.local_addr().unwrap().to_string(), calls: Arc::default() };
        let calls = far.calls.clone();
        std::thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                let calls = calls.clone();
                std::thread::spawn(move || serve(stream, &calls));
            }
        });
        far
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }

    /// The `Authorization` of the last call of this path; the call must have come.
    #[track_caller]
    pub fn authorization(&self, path: &str) -> Option<String> {
        let calls = self.calls();
        let call = calls.iter().rev().find(|call| call.path == path).unwrap_or_else(|| panic!("no {path}: {calls:?}"));
        call.header("authorization").map(str::to_owned)
    }
}

fn serve(stream: TcpStream, calls: &Mutex<Vec<Call>>) {
    let mut reader = BufReader::new(stream);
    let (mut path, mut length, mut headers) = (String::new(), 0, Vec::new());
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        match line.trim_end().split_once(": ") {
            Some((name, value)) => {
                if name.eq_ignore_ascii_case("content-length") {
                    length = value.parse().unwrap_or(0);
                }
                headers.push((name.to_lowercase(), value.to_owned()));
            }
            None if line.trim_end().is_empty() => break,
            None => path = line.split(' ').nth(1).unwrap_or_default().to_owned(),
        }
    }
    let mut body = vec![0; length];
    let _ = reader.read_exact(&mut body);
    calls.lock().unwrap().push(Call { path: path.clone(), headers });
    let head = match path.as_str() {
        path if path.starts_with("/hang") => {
            let _ = reader.read(&mut [0]);
            return;
        }
        path if path.starts_with("/refuse") => "401 Unauthorized".to_owned(),
        path if path.starts_with("/to/") => format!("302 Found\r\nLocation: http://{}", &path[4..]),
        _ => "200 OK\r\nContent-Type: application/json".to_owned(),
    };
    let reply = format!("HTTP/1.1 {head}\r\nContent-Length: 11\r\nConnection: close\r\n\r\n{{\"ok\":true}}");
    let _ = reader.get_mut().write_all(reply.as_bytes());
}
