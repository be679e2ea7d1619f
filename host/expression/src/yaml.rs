//! YAML 1.1, safely: plain data only, nesting and aliases bounded.
mod block;
mod block_scalar;
mod flow;
mod resolve;
mod scalar;

use std::collections::HashMap;

use crate::value::{Key, Map, OwnedMap, Val};

type Parse<T> = Result<T, String>;

/// Collections nest no deeper.
const DEEPEST: u32 = 50;
/// Values of a text, aliases expanded, are fewer: a few lines can stand for billions.
const MOST: usize = 1_000_000;

/// Every document of a text.
///
/// # Errors
/// What is no YAML, and tags that are not of the core.
pub(crate) fn read<'a>(text: &str) -> Parse<Vec<Val<'a>>> {
    let normalised = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut reader = Reader {
        characters: normalised.trim_start_matches('\u{FEFF}').chars().collect(),
        at: 0,
        anchors: HashMap::new(),
        depth: 0,
        made: 0,
        handles: Vec::new(),
    };
    reader.documents()
}

/// An anchored value and the number of values in it.
#[derive(Clone)]
struct Anchored<'a> {
    value: Val<'a>,
    size: usize,
}

/// What stands before a node.
#[derive(Default, Clone)]
struct Properties {
    anchor: Option<String>,
    tag: Option<String>,
}

impl Properties {
    fn is_empty(&self) -> bool {
        self.anchor.is_none() && self.tag.is_none()
    }
}

struct Reader<'a> {
    characters: Vec<char>,
    at: usize,
    anchors: HashMap<String, Anchored<'a>>,
    depth: u32,
    made: usize,
    handles: Vec<(String, String)>,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<char> {
        self.characters.get(self.at).copied()
    }

    fn ahead(&self, offset: usize) -> Option<char> {
        self.characters.get(self.at + offset).copied()
    }

    /// Whether a blank, a line end or the end stands there.
    fn is_blank_at(&self, offset: usize) -> bool {
        self.ahead(offset).is_none_or(|c| matches!(c, ' ' | '\t' | '\n'))
    }

    fn column(&self) -> i32 {
        let line = self.characters.get(..self.at).unwrap_or_default();
        let start = line.iter().rposition(|c| *c == '\n').map_or(0, |at| at + 1);
        i32::try_from(self.at - start).unwrap_or(i32::MAX)
    }

    fn at_line_start(&self) -> bool {
        self.at == 0 || self.characters.get(self.at - 1) == Some(&'\n')
    }

    fn error<T>(&self, message: &str) -> Parse<T> {
        let before = self.characters.get(..self.at).unwrap_or_default();
        let line = before.iter().filter(|c| **c == '\n').count() + 1;
        Err(format!("{message} in line {line}, column {}", self.column() + 1))
    }

    /// `---` or `...` at the start of a line.
    fn is_boundary(&self) -> bool {
        let marker = |c: char| (0..3).all(|offset| self.ahead(offset) == Some(c));
        self.at_line_start() && (marker('-') || marker('.')) && self.is_blank_at(3)
    }

    fn skip_spaces(&mut self) {
        while matches!(self.peek(), Some(' ' | '\t')) {
            self.at += 1;
        }
    }

    /// At the end of a line, comments aside.
    fn at_line_end(&mut self) -> bool {
        let start = self.at;
        self.skip_spaces();
        let comment = self.peek() == Some('#') && (self.at > start || self.at_line_start());
        let ends = comment || matches!(self.peek(), None | Some('\n'));
        self.at = start;
        ends
    }

    fn skip_line(&mut self) {
        while self.peek().is_some_and(|c| c != '\n') {
            self.at += 1;
        }
    }

    /// Blanks, line ends and comments up to the next content.
    fn skip_blank(&mut self) -> Parse<()> {
        loop {
            let start = self.at;
            let line_start = self.at_line_start();
            while self.peek() == Some(' ') {
                self.at += 1;
            }
            if self.peek() == Some('\t') {
                self.skip_spaces();
                let content = !matches!(self.peek(), None | Some('\n' | '#'));
                if line_start && content && !matches!(self.peek(), Some('[' | ']' | '{' | '}' | ',')) {
                    return self.error("found a tab that cannot start any token");
                }
            }
            match self.peek() {
                Some('#') if self.at > start || line_start => self.skip_line(),
                Some('\n') => self.at += 1,
                _ => return Ok(()),
            }
        }
    }

    fn documents(&mut self) -> Parse<Vec<Val<'a>>> {
        let mut documents = Vec::new();
        loop {
            self.handles.clear();
            let mut directives = false;
            loop {
                self.skip_blank()?;
                if self.peek() == Some('%') && self.at_line_start() {
                    self.directive()?;
                    directives = true;
                } else if self.is_boundary() && self.peek() == Some('.') {
                    self.at += 3;
                } else {
                    break;
                }
            }
            let explicit = self.is_boundary();
            if self.peek().is_none() {
                return if directives {
                    self.error("a document is missing after the directives")
                } else {
                    Ok(documents)
                };
            }
            if explicit {
                self.at += 3;
            } else if !documents.is_empty() || directives {
                return self.error("expected '<document start>'");
            }
            self.anchors.clear();
            documents.push(self.block(-1, false, true)?);
            self.skip_blank()?;
            if self.peek().is_some() && !self.is_boundary() {
                return self.error("expected the end of the document");
            }
        }
    }

    fn directive(&mut self) -> Parse<()> {
        let start = self.at;
        self.skip_line();
        let line: String = self.characters.get(start..self.at).unwrap_or_default().iter().collect();
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["%YAML", version, ..] if version.starts_with("1.") => Ok(()),
            ["%YAML", ..] => self.error("found an incompatible YAML document"),
            ["%TAG", handle, prefix, ..] => {
                self.handles.push(((*handle).to_owned(), (*prefix).to_owned()));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Counts a value, and everything that an alias brings along.
    fn count(&mut self, values: usize) -> Parse<()> {
        self.made = self.made.saturating_add(values);
        if self.made > MOST { self.error("the text stands for too many values") } else { Ok(()) }
    }

    fn nested<T>(&mut self, inner: impl FnOnce(&mut Self) -> Parse<T>) -> Parse<T> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return self.error("nesting depth exceeded max 50");
        }
        let result = inner(self);
        self.depth -= 1;
        result
    }

    /// Anchor and tag, in any order.
    fn properties(&mut self) -> Parse<Properties> {
        let mut properties = Properties::default();
        loop {
            match self.peek() {
                Some('&') if properties.anchor.is_none() => {
                    self.at += 1;
                    properties.anchor = Some(self.word()?);
                }
                Some('!') if properties.tag.is_none() => properties.tag = Some(self.tag()?),
                _ => return Ok(properties),
            }
            self.skip_spaces();
        }
    }

    fn word(&mut self) -> Parse<String> {
        let mut word = String::new();
        while let Some(c) = self.peek().filter(|c| !c.is_whitespace() && !matches!(c, '[' | ']' | '{' | '}' | ',')) {
            word.push(c);
            self.at += 1;
        }
        if word.is_empty() { self.error("expected the name of an anchor") } else { Ok(word) }
    }

    fn tag(&mut self) -> Parse<String> {
        let mut tag = String::new();
        let verbatim = self.ahead(1) == Some('<');
        while let Some(c) = self.peek().filter(|c| !c.is_whitespace()) {
            if !verbatim && matches!(c, '[' | ']' | '{' | '}' | ',') {
                break;
            }
            tag.push(c);
            self.at += 1;
        }
        if let Some(full) = tag.strip_prefix("!<") {
            return Ok(full.trim_end_matches('>').to_owned());
        }
        let known = self.handles.iter().find(|(handle, _)| handle.len() > 1 && tag.starts_with(handle.as_str()));
        if let Some((handle, prefix)) = known {
            return Ok(format!("{prefix}{}", tag.get(handle.len()..).unwrap_or_default()));
        }
        Ok(tag.strip_prefix("!!").map_or(tag.clone(), |short| format!("tag:yaml.org,2002:{short}")))
    }

    /// Remembers an anchored value.
    fn anchored(&mut self, properties: &Properties, value: Val<'a>, before: usize) -> Parse<Val<'a>> {
        self.count(1)?;
        if let Some(anchor) = &properties.anchor {
            let size = self.made - before;
            self.anchors.insert(anchor.clone(), Anchored { value: value.clone(), size });
        }
        Ok(value)
    }

    fn alias(&mut self) -> Parse<Val<'a>> {
        self.at += 1;
        let name = self.word()?;
        match self.anchors.get(&name).cloned() {
            Some(anchored) => {
                self.count(anchored.size)?;
                Ok(anchored.value)
            }
            None => self.error(&format!("found undefined alias {name}")),
        }
    }
}

/// A map of entries in order; `<<` brings in what is not there yet.
fn map_of<'a>(entries: Vec<(Val<'a>, Val<'a>, bool)>) -> Parse<Val<'a>> {
    let mut map = OwnedMap::new();
    let mut merged: Vec<Val<'a>> = Vec::new();
    for (key, value, is_merge) in entries {
        if !is_merge {
            map.insert(Key(key), value);
            continue;
        }
        match value {
            Val::List(list) => merged.extend(list.iter()),
            other => merged.push(other),
        }
    }
    for other in merged {
        let Val::Map(other) = other else {
            return Err("expected a mapping or list of mappings for merging".to_owned());
        };
        for (key, value) in other.entries() {
            map.entry(Key(key)).or_insert(value);
        }
    }
    Ok(Val::Map(Map::owned(map)))
}

#[cfg(test)]
mod tests;
