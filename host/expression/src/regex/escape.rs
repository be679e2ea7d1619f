//! What a backslash means.
use super::class::Set;
use super::named::{property, shorthand};
use super::syntax::{Parse, Parser};
use super::tree::{Node, Place};

impl Parser {
    /// After a backslash outside of a class.
    pub(super) fn escape(&mut self) -> Parse<Node> {
        let Some(c) = self.peek() else {
            return Err("Unexpected internal error: pattern ends with a backslash".to_owned());
        };
        if c.is_ascii_digit() && c != '0' {
            return Ok(self.back_reference());
        }
        let unix = self.flags.unix_lines;
        let place = match c {
            'A' => Some(Place::Begin),
            'z' => Some(Place::End),
            'Z' => Some(Place::BeforeLastLineEnd(unix)),
            'b' => Some(Place::WordBoundary),
            'B' => Some(Place::NoWordBoundary),
            'G' => Some(Place::LastMatch),
            _ => None,
        };
        if let Some(place) = place {
            self.at += 1;
            return Ok(Node::Place(place));
        }
        match c {
            'Q' => {
                self.at += 1;
                Ok(self.quotation())
            }
            'R' => {
                self.at += 1;
                Ok(line_break())
            }
            'k' => {
                self.at += 1;
                if !self.take('<') {
                    return Err("\\k is not followed by '<' for named capturing group".to_owned());
                }
                let name = self.group_name()?;
                let group = self
                    .group_of_name(&name)
                    .ok_or_else(|| format!("named capturing group <{name}> does not exist"))?;
                self.has_back_reference = true;
                Ok(Node::Back { group, fold: self.flags.fold })
            }
            _ => self.set_escape().map(Node::Set),
        }
    }

    /// As many digits as name a group.
    fn back_reference(&mut self) -> Node {
        let mut group = 0;
        while let Some(digit) = self.peek().and_then(|c| c.to_digit(10)).and_then(|digit| usize::try_from(digit).ok()) {
            let longer = group * 10 + digit;
            if group > 0 && longer > self.group_count() {
                break;
            }
            group = longer;
            self.at += 1;
        }
        self.has_back_reference = true;
        Node::Back { group, fold: self.flags.fold }
    }

    /// `\Q…\E`
    fn quotation(&mut self) -> Node {
        let mut nodes = Vec::new();
        while let Some(c) = self.next() {
            if c == '\\' && self.peek() == Some('E') {
                self.at += 1;
                break;
            }
            nodes.push(Node::Set(self.single(c)));
        }
        Node::Sequence(nodes)
    }

    /// After a backslash: an escape that stands for one character or a set.
    pub(super) fn set_escape(&mut self) -> Parse<Set> {
        let c = self.next().ok_or_else(|| "Unclosed character class".to_owned())?;
        if let Some(named) = shorthand(c, self.flags.unicode_class) {
            return Ok(Set::Named(named));
        }
        if c.is_ascii_uppercase()
            && let Some(named) = shorthand(c.to_ascii_lowercase(), self.flags.unicode_class)
        {
            return Ok(Set::Not(Box::new(Set::Named(named))));
        }
        if c == 'p' || c == 'P' {
            let name = self.property_name()?;
            let set = self.folded_property(&name)?;
            return Ok(if c == 'P' { Set::Not(Box::new(set)) } else { set });
        }
        self.character_escape(c).map(|c| self.single(c))
    }

    fn folded_property(&self, name: &str) -> Parse<Set> {
        let cased = matches!(name, "Lower" | "Upper" | "javaLowerCase" | "javaUpperCase" | "Lu" | "Ll" | "Lt");
        if self.flags.fold && cased {
            return Ok(Set::Union(vec![Set::Named(property("Alpha")?), Set::Named(property(name)?)]));
        }
        property(name).map(Set::Named)
    }

    fn property_name(&mut self) -> Parse<String> {
        if !self.take('{') {
            return self.next().map(String::from).ok_or_else(|| "Unknown character property".to_owned());
        }
        let mut name = String::new();
        loop {
            match self.next() {
                Some('}') => return Ok(name),
                Some(c) => name.push(c),
                None => return Err("Unclosed character family".to_owned()),
            }
        }
    }

    /// After a backslash: the one character that an escape stands for.
    pub(super) fn character_escape(&mut self, c: char) -> Parse<char> {
        Ok(match c {
            't' => '\t',
            'n' => '\n',
            'r' => '\r',
            'f' => '\u{0C}',
            'a' => '\u{07}',
            'e' => '\u{1B}',
            '0' => self.octal()?,
            'x' => self.hexadecimal()?,
            'u' => self.unicode()?,
            'c' => {
                let control = self.next().ok_or_else(|| "Illegal control escape sequence".to_owned())?;
                char::from_u32(u32::from(control) ^ 64).ok_or_else(|| "Illegal control escape sequence".to_owned())?
            }
            other if other.is_ascii_alphabetic() => {
                return Err("Illegal/unsupported escape sequence".to_owned());
            }
            other => other,
        })
    }

    fn octal(&mut self) -> Parse<char> {
        let mut value = 0;
        let mut digits = 0;
        while let Some(digit) = self.peek().and_then(|c| c.to_digit(8)) {
            if digits == 3 || value * 8 + digit > 0o377 {
                break;
            }
            value = value * 8 + digit;
            digits += 1;
            self.at += 1;
        }
        let bad = || "Illegal octal escape sequence".to_owned();
        if digits == 0 { Err(bad()) } else { char::from_u32(value).ok_or_else(bad) }
    }

    fn hexadecimal(&mut self) -> Parse<char> {
        let bad = || "Illegal hexadecimal escape sequence".to_owned();
        if !self.take('{') {
            return self.hex_digits(2).and_then(char::from_u32).ok_or_else(bad);
        }
        let mut value: u32 = 0;
        loop {
            match self.next() {
                Some('}') => return char::from_u32(value).ok_or_else(bad),
                Some(c) => {
                    let digit = c.to_digit(16).ok_or_else(bad)?;
                    value = value.checked_mul(16).and_then(|value| value.checked_add(digit)).ok_or_else(bad)?;
                }
                None => return Err(bad()),
            }
        }
    }

    /// Four digits; two halves of a pair are one character.
    fn unicode(&mut self) -> Parse<char> {
        let bad = || "Illegal Unicode escape sequence".to_owned();
        let first = self.hex_digits(4).ok_or_else(bad)?;
        if !(0xD800..0xDC00).contains(&first) {
            return char::from_u32(first).ok_or_else(bad);
        }
        if !(self.take('\\') && self.take('u')) {
            return Err(bad());
        }
        let second = self.hex_digits(4).filter(|unit| (0xDC00..0xE000).contains(unit)).ok_or_else(bad)?;
        char::from_u32(0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00)).ok_or_else(bad)
    }

    fn hex_digits(&mut self, count: usize) -> Option<u32> {
        let mut value = 0;
        for _ in 0..count {
            value = value * 16 + self.next()?.to_digit(16)?;
        }
        Some(value)
    }
}

/// `\R`
fn line_break() -> Node {
    let both = Node::Sequence(vec![Node::Set(Set::One('\r')), Node::Set(Set::One('\n'))]);
    let one = shorthand('v', false).map_or(Set::One('\n'), Set::Named);
    Node::Atomic(Box::new(Node::Alternatives(vec![both, Node::Set(one)])))
}
