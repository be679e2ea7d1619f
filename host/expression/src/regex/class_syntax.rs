//! Character classes: ranges, unions, intersections, negation.
use super::class::Set;
use super::syntax::{Parse, Parser};

const DEEPEST: usize = 50;

impl Parser {
    /// After `[`.
    pub(super) fn class(&mut self) -> Parse<Set> {
        self.nested_class(0)
    }

    fn nested_class(&mut self, depth: usize) -> Parse<Set> {
        if depth > DEEPEST {
            return Err("Character classes nest too deep".to_owned());
        }
        let negated = self.take('^');
        let mut whole: Option<Set> = None;
        let mut items: Vec<Set> = Vec::new();
        let mut first = true;
        loop {
            self.skip_comments();
            let c = self.next().ok_or_else(|| "Unclosed character class".to_owned())?;
            match c {
                ']' if !first => break,
                '[' => items.push(self.nested_class(depth + 1)?),
                '&' if self.peek() == Some('&') => {
                    self.at += 1;
                    whole = Some(intersection(whole, std::mem::take(&mut items)));
                }
                _ => {
                    let item = self.item(c)?;
                    items.push(item);
                }
            }
            first = false;
        }
        let set = match whole {
            Some(_) if items.is_empty() => whole.unwrap_or(Set::Any),
            _ => intersection(whole, items),
        };
        Ok(if negated { Set::Not(Box::new(set)) } else { set })
    }

    /// A character, an escape, or a range.
    fn item(&mut self, c: char) -> Parse<Set> {
        let low = if c == '\\' {
            if self.peek() == Some('Q') {
                self.at += 1;
                return Ok(self.quoted_items());
            }
            let is_set = self.peek().is_some_and(|c| "dDwWsShHvVpP".contains(c));
            if is_set {
                return self.set_escape();
            }
            let escaped = self.next().ok_or_else(|| "Unclosed character class".to_owned())?;
            self.character_escape(escaped)?
        } else {
            c
        };
        let after = self.characters.get(self.at + 1).copied();
        if self.peek() != Some('-') || after.is_none_or(|c| c == ']' || c == '[') {
            return Ok(self.single(low));
        }
        self.at += 1;
        let high = match self.next() {
            Some('\\') => {
                let escaped = self.next().ok_or_else(|| "Unclosed character class".to_owned())?;
                self.character_escape(escaped)?
            }
            Some(c) => c,
            None => return Err("Unclosed character class".to_owned()),
        };
        if high < low {
            return Err("Illegal character range".to_owned());
        }
        Ok(self.folded(Set::Range(low, high)))
    }

    fn quoted_items(&mut self) -> Set {
        let mut items = Vec::new();
        while let Some(c) = self.next() {
            if c == '\\' && self.peek() == Some('E') {
                self.at += 1;
                break;
            }
            items.push(self.single(c));
        }
        Set::Union(items)
    }
}

fn intersection(whole: Option<Set>, items: Vec<Set>) -> Set {
    let union = Set::Union(items);
    match whole {
        Some(left) => Set::Both(Box::new(left), Box::new(union)),
        None => union,
    }
}
