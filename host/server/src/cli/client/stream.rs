//! Server-sent events, line by line.

use std::io::{BufRead, BufReader, Read};

/// One event of a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// What to resume after; as `Last-Event-ID`.
    pub id: Option<String>,
    /// What kind it is; empty when the server does not say.
    pub event: String,
    /// Its text.
    pub data: String,
}

/// Reads events until the stream ends or breaks; comments, which keep a connection alive, are skipped.
pub struct Messages<R> {
    lines: std::io::Lines<BufReader<R>>,
}

impl<R: Read> Messages<R> {
    /// Events of `reader`.
    pub fn of(reader: R) -> Messages<R> {
        Messages { lines: BufReader::new(reader).lines() }
    }
}

impl<R: Read> Iterator for Messages<R> {
    type Item = Message;

    fn next(&mut self) -> Option<Message> {
        let mut message = Message::default();
        let mut filled = false;
        loop {
            let line = self.lines.next()?.ok()?;
            if line.is_empty() {
                if filled {
                    return Some(message);
                }
                continue;
            }
            let (field, value) = line.split_once(':').unwrap_or((&line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match field {
                "id" => message.id = Some(value.to_owned()),
                "event" => value.clone_into(&mut message.event),
                "data" => {
                    if !message.data.is_empty() {
                        message.data.push('\n');
                    }
                    message.data.push_str(value);
                }
                _ => continue,
            }
            filled = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_and_comments_are_not() {
        let text = ": hello\n\nid: 7\nevent: stage.ended\ndata: {\"a\":\ndata: 1}\n\n:\nretry: 1\n\ndata:x\n\nid: 9\ndata: lost";
        let messages: Vec<Message> = Messages::of(text.as_bytes()).collect();
        assert_eq!(
            messages,
            [
                Message { id: Some("7".into()), event: "stage.ended".into(), data: "{\"a\":\n1}".into() },
                Message { id: None, event: String::new(), data: "x".into() },
            ],
            "an event that was cut off is not one"
        );
    }
}
