//! A small HTTP/1.1 client for soak runs and benchmarks: one kept connection, JSON both ways, and event streams. Written here so that
//! what is measured is the server and not somebody's client.

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// A connection to the server, made when it is first needed and again after it broke.
pub struct Client {
    address: String,
    token: String,
    stream: Option<BufReader<TcpStream>>,
}

/// What the server answered.
#[derive(Debug)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// The body, `null` if there is none.
    pub body: Value,
}

impl Reply {
    /// The body of a success.
    ///
    /// # Errors
    /// Any other status, with what the server said.
    pub fn ok(self) -> Result<Value> {
        if (200..300).contains(&self.status) {
            return Ok(self.body);
        }
        bail!("status {}: {}", self.status, self.body)
    }
}

impl Client {
    /// A client of the server at `address` (`host:port`).
    #[must_use]
    pub fn new(address: &str, token: &str) -> Client {
        Client { address: address.to_owned(), token: token.to_owned(), stream: None }
    }

    /// Reads.
    ///
    /// # Errors
    /// The connection broke.
    pub async fn get(&mut self, path: &str) -> Result<Reply> {
        self.call("GET", path, None).await
    }

    /// Sends JSON.
    ///
    /// # Errors
    /// The connection broke: whether the server did it is not known.
    pub async fn post(&mut self, path: &str, body: &Value) -> Result<Reply> {
        self.call("POST", path, Some(body.to_string())).await
    }

    /// Sends JSON as a system does that calls a webhook: under a delivery key, with no token.
    ///
    /// # Errors
    /// The connection broke: whether the server did it is not known.
    pub async fn deliver(&mut self, path: &str, key: &str, body: &Value) -> Result<Reply> {
        let body = body.to_string();
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nIdempotency-Key: {key}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        let result = self.exchange(&head).await;
        self.reply(result)
    }

    /// Sends a text that is JSON.
    ///
    /// # Errors
    /// The connection broke: whether the server did it is not known.
    pub async fn call(&mut self, method: &str, path: &str, body: Option<String>) -> Result<Reply> {
        let head = self.head(method, path, body.as_deref());
        let result = self.exchange(&head).await;
        self.reply(result)
    }

    fn reply(&mut self, result: Result<(u16, Vec<u8>)>) -> Result<Reply> {
        if result.is_err() {
            self.stream = None;
        }
        let (status, bytes) = result?;
        let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap_or_default() };
        Ok(Reply { status, body })
    }

    /// Reads text.
    ///
    /// # Errors
    /// The connection broke, or the server refuses.
    pub async fn text(&mut self, path: &str) -> Result<String> {
        let (status, bytes) = self.exchange(&self.head("GET", path, None)).await?;
        ensure!(status == 200, "status {status}");
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    async fn exchange(&mut self, head: &str) -> Result<(u16, Vec<u8>)> {
        let stream = match &mut self.stream {
            Some(stream) => stream,
            None => self.stream.insert(connect(&self.address).await?),
        };
        stream.get_mut().write_all(head.as_bytes()).await?;
        let (status, length, chunked) = read_head(stream).await?;
        let mut bytes = Vec::new();
        if chunked {
            while let Some(chunk) = read_chunk(stream).await? {
                bytes.extend(chunk);
            }
        } else {
            bytes.resize(length, 0);
            stream.read_exact(&mut bytes).await?;
        }
        Ok((status, bytes))
    }

    fn head(&self, method: &str, path: &str, body: Option<&str>) -> String {
        let mut head =
            format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n", self.address, self.token);
        if let Some(body) = body {
            head += &format!("Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        } else {
            head += "\r\n";
        }
        head
    }

    /// Opens an event stream on a connection of its own.
    ///
    /// # Errors
    /// The server cannot be reached, or refuses.
    pub async fn events(&self, path: &str) -> Result<Events> {
        let mut stream = connect(&self.address).await?;
        stream.get_mut().write_all(self.head("GET", path, None).as_bytes()).await?;
        let (status, _, chunked) = read_head(&mut stream).await?;
        if status != 200 {
            bail!("the event stream was refused with status {status}");
        }
        Ok(Events { stream, chunked, buffer: Vec::new() })
    }
}

/// Server-sent events as they come.
pub struct Events {
    stream: BufReader<TcpStream>,
    chunked: bool,
    buffer: Vec<u8>,
}

/// One of them.
#[derive(Debug, Default)]
pub struct Sent {
    /// Its kind.
    pub event: String,
    /// Its text.
    pub data: String,
}

impl Events {
    /// The next event.
    ///
    /// # Errors
    /// The stream broke.
    pub async fn next(&mut self) -> Result<Sent> {
        loop {
            if let Some(end) = self.buffer.windows(2).position(|pair| pair == b"\n\n") {
                let block: Vec<u8> = self.buffer.drain(..end + 2).collect();
                let sent = parse(&String::from_utf8_lossy(&block));
                if !sent.data.is_empty() {
                    return Ok(sent);
                }
                continue;
            }
            if self.chunked {
                let chunk = read_chunk(&mut self.stream).await?.context("the stream has ended")?;
                self.buffer.extend(chunk);
            } else if self.stream.read_buf(&mut self.buffer).await? == 0 {
                bail!("the stream has ended");
            }
        }
    }
}

fn parse(block: &str) -> Sent {
    let mut sent = Sent::default();
    for line in block.lines() {
        if let Some(event) = line.strip_prefix("event:") {
            event.trim().clone_into(&mut sent.event);
        } else if let Some(data) = line.strip_prefix("data:") {
            sent.data += data.trim_start();
        }
    }
    sent
}

async fn connect(address: &str) -> Result<BufReader<TcpStream>> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(BufReader::with_capacity(64 * 1024, stream))
}

/// Status, length of the body, and whether it comes in chunks.
async fn read_head(stream: &mut BufReader<TcpStream>) -> Result<(u16, usize, bool)> {
    let first = read_line(stream).await?;
    let status = first.split(' ').nth(1).and_then(|status| status.parse().ok()).context("no status line")?;
    let (mut length, mut chunked) = (0, false);
    loop {
        let line = read_line(stream).await?;
        let Some((name, value)) = line.split_once(':') else { return Ok((status, length, chunked)) };
        let value = value.trim();
        if name.eq_ignore_ascii_case("content-length") {
            length = value.parse().context("a content length that is no number")?;
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            chunked = value.eq_ignore_ascii_case("chunked");
        }
    }
}

async fn read_line(stream: &mut BufReader<TcpStream>) -> Result<String> {
    let mut line = String::new();
    if stream.read_line(&mut line).await? == 0 {
        bail!("the server has closed the connection");
    }
    line.truncate(line.trim_end().len());
    Ok(line)
}

async fn read_chunk(stream: &mut BufReader<TcpStream>) -> Result<Option<Vec<u8>>> {
    let size = usize::from_str_radix(&read_line(stream).await?, 16).context("a chunk without a size")?;
    let mut chunk = vec![0; size + 2];
    stream.read_exact(&mut chunk).await?;
    chunk.truncate(size);
    Ok((size > 0).then_some(chunk))
}
