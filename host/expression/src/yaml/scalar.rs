//! Plain and quoted scalars.
use super::{Parse, Reader};

impl Reader<'_> {
    /// A plain scalar: lines that are indented deeper than `parent` go on, folded.
    pub(super) fn plain(&mut self, parent: i32, flow: bool) -> Parse<String> {
        let mut text = self.plain_line(flow)?;
        loop {
            let end = self.at;
            self.skip_spaces();
            if self.peek() != Some('\n') {
                if !flow && self.peek() == Some(':') {
                    return self.error("mapping values are not allowed here");
                }
                // A comment is one only with the blank before it.
                self.at = end;
                return Ok(text);
            }
            let mut breaks = 0;
            while self.peek() == Some('\n') {
                breaks += 1;
                self.at += 1;
                if self.is_boundary() {
                    break;
                }
                self.skip_spaces();
            }
            let stops = match self.peek() {
                None | Some('#') => true,
                Some(c) if flow => matches!(c, ',' | '[' | ']' | '{' | '}' | ':'),
                Some(_) => self.column() <= parent,
            };
            if stops || self.is_boundary() {
                self.at = end;
                return Ok(text);
            }
            text.push_str(&if breaks == 1 { " ".to_owned() } else { "\n".repeat(breaks - 1) });
            text.push_str(&self.plain_piece(flow));
        }
    }

    /// A plain scalar on one line.
    pub(super) fn plain_line(&mut self, flow: bool) -> Parse<String> {
        let first = self.peek();
        let starts = match first {
            Some('-' | '?' | ':') => {
                let ends = flow && matches!(self.ahead(1), Some(',' | ']' | '}'));
                !(ends || self.is_blank_at(1))
            }
            Some(c) => !matches!(
                c,
                ',' | '[' | ']' | '{' | '}' | '#' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`'
            ),
            None => false,
        };
        if !starts {
            let shown = first.map_or_else(|| "the end".to_owned(), |c| format!("'{c}'"));
            return self.error(&format!("found {shown} that cannot start any token"));
        }
        Ok(self.plain_piece(flow))
    }

    fn plain_piece(&mut self, flow: bool) -> String {
        let mut text = String::new();
        while let Some(c) = self.peek() {
            let flow_end = flow && matches!(c, ',' | '[' | ']' | '{' | '}');
            let colon = c == ':'
                && (self.is_blank_at(1) || (flow && matches!(self.ahead(1), Some(',' | '[' | ']' | '{' | '}'))));
            let comment = c == '#' && text.ends_with([' ', '\t']);
            if c == '\n' || flow_end || colon || comment {
                break;
            }
            text.push(c);
            self.at += 1;
        }
        let kept = text.trim_end_matches([' ', '\t']).len();
        // What follows decides by itself about the blanks before it.
        self.at -= text.get(kept..).map_or(0, |blanks| blanks.chars().count());
        text.truncate(kept);
        text
    }

    /// A quoted scalar.
    pub(super) fn quoted(&mut self) -> Parse<String> {
        let double = self.peek() == Some('"');
        self.at += 1;
        let mut text = String::new();
        loop {
            let Some(c) = self.peek() else {
                return self.error("found unexpected end of stream in a quoted scalar");
            };
            self.at += 1;
            match c {
                '\'' if !double && self.peek() == Some('\'') => {
                    self.at += 1;
                    text.push('\'');
                }
                '\'' if !double => return Ok(text),
                '"' if double => return Ok(text),
                '\\' if double => self.escape(&mut text)?,
                '\n' => self.fold(&mut text)?,
                other => text.push(other),
            }
        }
    }

    /// A line end in a quoted scalar is a blank, blank lines are line ends.
    fn fold(&mut self, text: &mut String) -> Parse<()> {
        text.truncate(text.trim_end_matches([' ', '\t']).len());
        let mut breaks = 1;
        loop {
            if self.is_boundary() {
                return self.error("found unexpected document separator in a quoted scalar");
            }
            self.skip_spaces();
            if self.peek() != Some('\n') {
                break;
            }
            self.at += 1;
            breaks += 1;
        }
        text.push_str(&if breaks == 1 { " ".to_owned() } else { "\n".repeat(breaks - 1) });
        Ok(())
    }

    fn escape(&mut self, text: &mut String) -> Parse<()> {
        let Some(c) = self.peek() else {
            return self.error("found unexpected end of stream");
        };
        self.at += 1;
        let plain = match c {
            '0' => '\0',
            'a' => '\u{07}',
            'b' => '\u{08}',
            't' | '\t' => '\t',
            'n' => '\n',
            'v' => '\u{0B}',
            'f' => '\u{0C}',
            'r' => '\r',
            'e' => '\u{1B}',
            ' ' => ' ',
            '"' => '"',
            '/' => '/',
            '\\' => '\\',
            'N' => '\u{85}',
            '_' => '\u{A0}',
            'L' => '\u{2028}',
            'P' => '\u{2029}',
            'x' => self.code(2)?,
            'u' => self.code(4)?,
            'U' => self.code(8)?,
            '\n' => {
                while matches!(self.peek(), Some(' ' | '\t' | '\n')) {
                    self.at += 1;
                }
                return Ok(());
            }
            _ => return self.error(&format!("found unknown escape character {c}")),
        };
        text.push(plain);
        Ok(())
    }

    fn code(&mut self, digits: usize) -> Parse<char> {
        let high = self.hexadecimal(digits)?;
        let pair =
            digits == 4 && (0xD800..0xDC00).contains(&high) && self.peek() == Some('\\') && self.ahead(1) == Some('u');
        if !pair {
            return Ok(char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        self.at += 2;
        let low = self.hexadecimal(4)?;
        let units = [u16::try_from(high).unwrap_or(0), u16::try_from(low).unwrap_or(0)];
        Ok(String::from_utf16_lossy(&units).chars().next().unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hexadecimal(&mut self, digits: usize) -> Parse<u32> {
        let mut value = 0u32;
        for _ in 0..digits {
            let Some(digit) = self.peek().and_then(|c| c.to_digit(16)) else {
                return self.error("expected an escape sequence of hexadecimal numbers");
            };
            value = value.wrapping_mul(16).wrapping_add(digit);
            self.at += 1;
        }
        Ok(value)
    }
}
