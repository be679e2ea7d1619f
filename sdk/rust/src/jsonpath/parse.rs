//! Reading a path, by recursive descent over its characters.

use serde_json::Value;

use super::filter::{Comparison, Filter, Operand};
use super::{Path, Segment};
use crate::{Failure, FailureClass, code};

/// Parses a whole text as a path.
pub(super) fn path(text: &str) -> Result<Path, Failure> {
    let mut reader = Reader { text, position: 0 };
    let bare = !text.starts_with(['$', '@', '[']);
    if !reader.take("$") {
        reader.take("@");
    }
    let mut segments = Vec::new();
    if bare {
        segments.push(Segment::Members(vec![reader.name()?]));
    }
    segments.extend(reader.segments()?);
    if reader.rest().is_empty() { Ok(Path { segments }) } else { Err(reader.wrong("the end of the path")) }
}

struct Reader<'t> {
    text: &'t str,
    position: usize,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.position..).unwrap_or_default()
    }

    fn take(&mut self, token: &str) -> bool {
        let there = self.rest().starts_with(token);
        if there {
            self.position += token.len();
        }
        there
    }

    fn blanks(&mut self) {
        self.position += self.rest().len() - self.rest().trim_start().len();
    }

    fn expect(&mut self, token: &str) -> Result<(), Failure> {
        self.blanks();
        if self.take(token) { Ok(()) } else { Err(self.wrong(&format!("`{token}`"))) }
    }

    fn wrong(&self, expected: &str) -> Failure {
        let message = format!("JSONPath {:?}: expected {expected} at character {}.", self.text, self.position + 1);
        Failure::new(FailureClass::InvalidInput, code("json-path.invalid"), message)
    }

    fn segments(&mut self) -> Result<Vec<Segment>, Failure> {
        let mut segments = Vec::new();
        loop {
            if self.take("..") {
                segments.push(Segment::Descend);
                if !self.rest().starts_with('[') {
                    segments.push(self.member()?);
                }
            } else if self.take(".") {
                segments.push(self.member()?);
            } else if self.take("[") {
                segments.push(self.bracket()?);
            } else {
                return Ok(segments);
            }
        }
    }

    fn member(&mut self) -> Result<Segment, Failure> {
        if self.take("*") { Ok(Segment::Wildcard) } else { Ok(Segment::Members(vec![self.name()?])) }
    }

    fn name(&mut self) -> Result<String, Failure> {
        let rest = self.rest();
        let end = rest
            .find(|character: char| !(character.is_alphanumeric() || "_-$".contains(character)))
            .unwrap_or(rest.len());
        if end == 0 {
            return Err(self.wrong("a name"));
        }
        self.position += end;
        Ok(rest.get(..end).unwrap_or_default().to_owned())
    }

    fn bracket(&mut self) -> Result<Segment, Failure> {
        self.blanks();
        let segment = if self.take("*") {
            Segment::Wildcard
        } else if self.take("?") {
            self.expect("(")?;
            let filter = self.any()?;
            self.expect(")")?;
            Segment::Filter(filter)
        } else if self.rest().starts_with(['\'', '"']) {
            Segment::Members(self.list(Self::quoted)?)
        } else {
            self.elements()?
        };
        self.expect("]")?;
        Ok(segment)
    }

    fn list<T>(&mut self, item: fn(&mut Self) -> Result<T, Failure>) -> Result<Vec<T>, Failure> {
        let mut items = Vec::new();
        loop {
            self.blanks();
            items.push(item(self)?);
            self.blanks();
            if !self.take(",") {
                return Ok(items);
            }
        }
    }

    fn quoted(&mut self) -> Result<String, Failure> {
        let Some(quote) = self.rest().chars().next().filter(|character| "'\"".contains(*character)) else {
            return Err(self.wrong("a quoted text"));
        };
        let (mut text, mut escaped) = (String::new(), false);
        for (offset, character) in self.rest().char_indices().skip(1) {
            match character {
                _ if escaped => {
                    text.push(character);
                    escaped = false;
                }
                '\\' => escaped = true,
                _ if character == quote => {
                    self.position += offset + 1;
                    return Ok(text);
                }
                _ => text.push(character),
            }
        }
        Err(self.wrong("a closing quote"))
    }

    fn elements(&mut self) -> Result<Segment, Failure> {
        let first = self.number();
        self.blanks();
        if !self.take(":") {
            let mut positions = vec![first.ok_or_else(|| self.wrong("a position, a quoted name, `*` or `?(`"))?];
            if self.take(",") {
                positions.extend(self.list(|reader| reader.number().ok_or_else(|| reader.wrong("a position")))?);
            }
            return Ok(Segment::Elements(positions));
        }
        let to = self.number();
        let step = if self.take(":") { self.number() } else { None };
        let step = step.and_then(|step| usize::try_from(step).ok()).filter(|step| *step > 0).unwrap_or(1);
        Ok(Segment::Slice { from: first, to, step })
    }

    fn number(&mut self) -> Option<i64> {
        self.blanks();
        let rest = self.rest();
        let end = rest.find(|character: char| !(character.is_ascii_digit() || character == '-')).unwrap_or(rest.len());
        let number = rest.get(..end)?.parse().ok()?;
        self.position += end;
        Some(number)
    }

    fn any(&mut self) -> Result<Filter, Failure> {
        let mut filters = vec![self.all()?];
        self.blanks();
        while self.take("||") {
            filters.push(self.all()?);
            self.blanks();
        }
        Ok(Filter::Any(filters))
    }

    fn all(&mut self) -> Result<Filter, Failure> {
        let mut filters = vec![self.condition()?];
        self.blanks();
        while self.take("&&") {
            filters.push(self.condition()?);
            self.blanks();
        }
        Ok(Filter::All(filters))
    }

    fn condition(&mut self) -> Result<Filter, Failure> {
        self.blanks();
        if self.take("!") {
            return Ok(Filter::Not(Box::new(self.condition()?)));
        }
        if self.take("(") {
            let filter = self.any()?;
            self.expect(")")?;
            return Ok(filter);
        }
        let left = self.operand()?;
        self.blanks();
        let Some(comparison) = self.comparison() else {
            return match left {
                Operand::Path(path) => Ok(Filter::Exists(path)),
                Operand::Literal(_) => Err(self.wrong("a comparison")),
            };
        };
        Ok(Filter::Compare(left, comparison, self.operand()?))
    }

    fn comparison(&mut self) -> Option<Comparison> {
        const TOKENS: [(&str, Comparison); 6] = [
            ("==", Comparison::Equal),
            ("!=", Comparison::NotEqual),
            ("<=", Comparison::LessOrEqual),
            (">=", Comparison::GreaterOrEqual),
            ("<", Comparison::Less),
            (">", Comparison::Greater),
        ];
        TOKENS.into_iter().find_map(|(token, comparison)| self.take(token).then_some(comparison))
    }

    fn operand(&mut self) -> Result<Operand, Failure> {
        self.blanks();
        if self.take("@") {
            return Ok(Operand::Path(Path { segments: self.segments()? }));
        }
        if self.rest().starts_with(['\'', '"']) {
            return Ok(Operand::Literal(Value::String(self.quoted()?)));
        }
        let rest = self.rest();
        let end = rest
            .find(|character: char| !(character.is_alphanumeric() || "+-.".contains(character)))
            .unwrap_or(rest.len());
        let literal = rest.get(..end).and_then(|word| serde_json::from_str(word).ok());
        let literal = literal.ok_or_else(|| self.wrong("`@`, a text, a number, true, false or null"))?;
        self.position += end;
        Ok(Operand::Literal(literal))
    }
}
