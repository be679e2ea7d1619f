//! What a plugin says: its log, and what it prints. Bounded, and never a reason to fail: what is too much is dropped.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use domain::id::{Digest, PluginName};
use tokio::io::AsyncWrite;
use wasmtime_wasi::async_trait;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};

/// Lines of a call that are written on; and their bytes.
const LINES: usize = 1_000;
const BYTES: usize = 256 << 10;
/// The last lines, which a fault shows: whatever the call had said before, the reason comes last.
const TAIL_LINES: usize = 40;
const TAIL_BYTES: usize = 16 << 10;
/// A longer line is cut.
const LINE: usize = 8 << 10;
/// What a stream takes at once.
const PERMIT: usize = 64 << 10;

/// Whose output it is.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    pub(crate) plugin: PluginName,
    pub(crate) digest: Digest,
    pub(crate) execution: String,
    pub(crate) stage: String,
}

/// How loud a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
}

/// All output of one call.
pub(crate) struct Output {
    origin: Origin,
    said: Mutex<Said>,
}

#[derive(Default)]
struct Said {
    lines: usize,
    bytes: usize,
    dropped: usize,
    tail: VecDeque<String>,
    tail_bytes: usize,
    /// An unfinished line of each stream.
    open: [Vec<u8>; 2],
}

impl Output {
    pub(crate) fn new(origin: Origin) -> Output {
        Output { origin, said: Mutex::default() }
    }

    /// Takes a line of the log.
    pub(crate) fn log(&self, level: Level, message: &str, fields: &[(String, String)]) {
        let mut line = plain(message.as_bytes());
        for (name, value) in fields {
            line.push_str(&format!(" {}={}", plain(name.as_bytes()), plain(value.as_bytes())));
        }
        self.line(level, &mut self.lock(), line);
    }

    /// The last lines, oldest first, with what printing left open.
    pub(crate) fn tail(&self) -> Vec<String> {
        let mut said = self.lock();
        for stream in 0..2 {
            self.close(stream, &mut said);
        }
        let mut lines: Vec<String> = said.tail.iter().cloned().collect();
        if said.dropped > 0 {
            lines.insert(0, format!("({} lines were too many and are not in the server's log)", said.dropped));
        }
        lines
    }

    /// Takes printed bytes of a stream; lines are complete with their line break.
    fn print(&self, stream: usize, bytes: &[u8]) {
        let mut said = self.lock();
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let (text, ends) = piece.strip_suffix(b"\n").map_or((piece, false), |text| (text, true));
            if let Some(open) = said.open.get_mut(stream) {
                let room = LINE.saturating_sub(open.len());
                open.extend(text.iter().take(room));
            }
            if ends {
                self.close(stream, &mut said);
            }
        }
    }

    fn close(&self, stream: usize, said: &mut Said) {
        let Some(open) = said.open.get_mut(stream).map(std::mem::take).filter(|open| !open.is_empty()) else { return };
        let level = if stream == STDERR { Level::Warn } else { Level::Info };
        self.line(level, said, plain(&open));
    }

    fn line(&self, level: Level, said: &mut Said, line: String) {
        said.lines += 1;
        said.bytes += line.len();
        if said.lines <= LINES && said.bytes <= BYTES {
            self.write(level, &line);
        } else {
            said.dropped += 1;
        }
        said.tail_bytes += line.len();
        said.tail.push_back(line);
        while said.tail.len() > TAIL_LINES || said.tail_bytes > TAIL_BYTES {
            let Some(first) = said.tail.pop_front() else { break };
            said.tail_bytes -= first.len();
        }
    }

    /// One structured line, of target `plugin`, so that the server's filter can keep plugins out of its own log.
    fn write(&self, level: Level, line: &str) {
        let Origin { plugin, digest, execution, stage } = &self.origin;
        macro_rules! write {
            ($level:ident) => {
                tracing::$level!(target: "plugin", %plugin, %digest, %execution, %stage, "{line}")
            };
        }
        match level {
            Level::Trace => write!(trace),
            Level::Debug => write!(debug),
            Level::Info => write!(info),
            Level::Warn => write!(warn),
            Level::Error => write!(error),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Said> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Text without escape sequences and control characters, cut to a line's length.
fn plain(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes.get(..LINE).unwrap_or(bytes));
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character == '\u{1b}' {
            if characters.next() == Some('[') {
                characters.by_ref().find(|character| ('\u{40}'..='\u{7e}').contains(character));
            }
        } else if character == '\t' || !character.is_control() {
            plain.push(character);
        } else {
            plain.push(' ');
        }
    }
    plain
}

pub(crate) const STDOUT: usize = 0;
pub(crate) const STDERR: usize = 1;

/// Standard output or error of a call. It takes everything at once: a stream that is full makes Rust guests panic.
#[derive(Clone)]
pub(crate) struct Printed {
    pub(crate) output: Arc<Output>,
    pub(crate) stream: usize,
}

impl IsTerminal for Printed {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Printed {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(tokio::io::sink())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

#[async_trait]
impl Pollable for Printed {
    async fn ready(&mut self) {}
}

impl OutputStream for Printed {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.output.print(self.stream, &bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(PERMIT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output() -> Output {
        Output::new(Origin { plugin: "p".into(), digest: "d".into(), execution: String::new(), stage: String::new() })
    }

    #[test]
    fn lines_are_put_together_and_lose_their_colours() {
        let output = output();
        output.print(STDERR, b"\x1b[31mone");
        output.print(STDERR, b"\x1b[0m two\nthree\nfour");
        assert_eq!(output.tail(), ["one two", "three", "four"]);
    }

    #[test]
    fn the_last_lines_stay_when_there_are_too_many() {
        let output = output();
        for number in 0..LINES + 5 {
            output.log(Level::Info, &format!("line {number}"), &[("a".to_owned(), "b".to_owned())]);
        }
        let tail = output.tail();
        assert_eq!(tail.len(), TAIL_LINES + 1);
        assert_eq!(tail.first().map(String::as_str), Some("(5 lines were too many and are not in the server's log)"));
        assert_eq!(tail.last().map(String::as_str), Some("line 1004 a=b"));
    }

    #[test]
    fn a_line_without_end_is_cut() {
        let output = output();
        for _ in 0..100 {
            output.print(STDOUT, &[b'x'; 1024]);
        }
        assert_eq!(output.tail().first().map(String::len), Some(LINE));
    }
}
