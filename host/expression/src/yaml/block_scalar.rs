//! Literal and folded block scalars: `|` and `>`.
use super::{Parse, Reader};

/// What becomes of line ends at the end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Chomp {
    Clip,
    Strip,
    Keep,
}

impl Reader<'_> {
    /// The text of a block scalar below a node at column `parent`.
    pub(super) fn block_scalar(&mut self, parent: i32) -> Parse<String> {
        let folded = self.peek() == Some('>');
        self.at += 1;
        let (mut chomp, mut explicit) = (Chomp::Clip, None);
        loop {
            match self.peek() {
                Some('+') => chomp = Chomp::Keep,
                Some('-') => chomp = Chomp::Strip,
                Some(c @ '1'..='9') => explicit = c.to_digit(10).and_then(|digit| i32::try_from(digit).ok()),
                Some('0') => {
                    return self.error("expected indentation indicator in the range 1-9, but found 0");
                }
                _ => break,
            }
            self.at += 1;
        }
        if !self.at_line_end() {
            return self.error("expected a comment or a line break");
        }
        self.skip_line();
        self.at += usize::from(self.peek().is_some());
        let least = (parent + 1).max(1);
        let indent = explicit.map_or_else(|| self.detect_indent(least), |explicit| least + explicit - 1);
        let lines = self.indented_lines(usize::try_from(indent).unwrap_or(0));
        let ended = self.at_line_start();
        Ok(join(&lines, folded, chomp, ended))
    }

    /// The indentation of the first line with content.
    fn detect_indent(&self, least: i32) -> i32 {
        let mut indent = 0;
        for c in self.characters.get(self.at..).unwrap_or_default() {
            match c {
                ' ' => indent += 1,
                '\n' => indent = 0,
                _ => return indent.max(least),
            }
        }
        least
    }

    fn indented_lines(&mut self, indent: usize) -> Vec<String> {
        let mut lines = Vec::new();
        while self.peek().is_some() && !self.is_boundary() {
            let spaces = (0..indent).take_while(|offset| self.ahead(*offset) == Some(' ')).count();
            let blank = matches!(self.ahead(spaces), None | Some('\n'));
            if spaces < indent && !blank {
                break;
            }
            self.at += spaces;
            let start = self.at;
            self.skip_line();
            lines.push(self.characters.get(start..self.at).unwrap_or_default().iter().collect());
            if self.peek().is_none() {
                // A last line without its end is content only if there is any.
                if lines.last().is_some_and(String::is_empty) {
                    lines.pop();
                }
                break;
            }
            self.at += 1;
        }
        lines
    }
}

/// Lines as one text; `ended` says whether the last of them had a line end.
fn join(lines: &[String], folded: bool, chomp: Chomp, ended: bool) -> String {
    let content = lines.iter().rposition(|line| !line.is_empty()).map_or(0, |at| at + 1);
    let mut text = String::new();
    let is_indented = |line: &str| line.starts_with([' ', '\t']);
    let mut pending = 0;
    let mut previous: Option<&String> = None;
    for line in lines.get(..content).unwrap_or_default() {
        if line.is_empty() {
            pending += 1;
            continue;
        }
        if let Some(before) = previous {
            let fold = folded && !is_indented(before) && !is_indented(line);
            match (fold, pending) {
                (true, 0) => text.push(' '),
                (true, _) => text.push_str(&"\n".repeat(pending)),
                (false, _) => text.push_str(&"\n".repeat(pending + 1)),
            }
        } else {
            text.push_str(&"\n".repeat(pending));
        }
        text.push_str(line);
        previous = Some(line);
        pending = 0;
    }
    match chomp {
        Chomp::Strip => {}
        // The text stops in the middle of its last line.
        _ if !ended && content == lines.len() => {}
        Chomp::Clip if content > 0 => text.push('\n'),
        Chomp::Clip => {}
        Chomp::Keep => text.push_str(&"\n".repeat(lines.len() - content + usize::from(content > 0))),
    }
    text
}
