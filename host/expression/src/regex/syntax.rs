//! Pattern text to a tree.
use super::class::{Set, is_line_end};
use super::named::Named;
use super::tree::{Greed, Node, Place, Tree};

pub(super) type Parse<T> = Result<T, String>;

/// Groups nest no deeper: the compiler recurses.
const DEEPEST: u32 = 100;
/// No repetition counts further.
const LARGEST: u32 = 100_000;

/// Flags in force.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Flags {
    pub fold: bool,
    pub unicode_case: bool,
    pub unicode_class: bool,
    pub dot_all: bool,
    pub multi_line: bool,
    pub unix_lines: bool,
    pub comments: bool,
}

/// The reader of a pattern.
pub(super) struct Parser {
    pub characters: Vec<char>,
    pub at: usize,
    pub flags: Flags,
    groups: usize,
    names: Vec<(String, usize)>,
    pub has_back_reference: bool,
    depth: u32,
}

/// The tree of a pattern.
pub(super) fn parse(text: &str) -> Parse<Tree> {
    let mut parser = Parser {
        characters: text.chars().collect(),
        at: 0,
        flags: Flags::default(),
        groups: 0,
        names: Vec::new(),
        has_back_reference: false,
        depth: 0,
    };
    let node = parser.alternatives()?;
    if parser.at < parser.characters.len() {
        return Err("Unmatched closing ')'".to_owned());
    }
    Ok(Tree { node, groups: parser.groups, names: parser.names, has_back_reference: parser.has_back_reference })
}

impl Parser {
    pub fn peek(&self) -> Option<char> {
        self.characters.get(self.at).copied()
    }

    pub fn take(&mut self, c: char) -> bool {
        let found = self.peek() == Some(c);
        self.at += usize::from(found);
        found
    }

    pub fn next(&mut self) -> Option<char> {
        let c = self.peek();
        self.at += usize::from(c.is_some());
        c
    }

    fn take_text(&mut self, text: &str) -> bool {
        let found = text.chars().enumerate().all(|(i, c)| self.characters.get(self.at + i) == Some(&c));
        self.at += if found { text.chars().count() } else { 0 };
        found
    }

    /// With `(?x)`, blanks and comments mean nothing.
    pub fn skip_comments(&mut self) {
        while self.flags.comments {
            match self.peek() {
                Some(c) if c.is_ascii_whitespace() => self.at += 1,
                Some('#') => {
                    while self.peek().is_some_and(|c| !is_line_end(c, false)) {
                        self.at += 1;
                    }
                }
                _ => return,
            }
        }
    }

    fn alternatives(&mut self) -> Parse<Node> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("Groups nest too deep".to_owned());
        }
        let mut branches = vec![self.sequence()?];
        while self.take('|') {
            branches.push(self.sequence()?);
        }
        self.depth -= 1;
        Ok(if branches.len() == 1 { branches.pop().unwrap_or(Node::Empty) } else { Node::Alternatives(branches) })
    }

    fn sequence(&mut self) -> Parse<Node> {
        let mut nodes = Vec::new();
        loop {
            self.skip_comments();
            let atom = match self.peek() {
                None | Some('|' | ')') => break,
                Some('(') => match self.group()? {
                    Some(node) => node,
                    None => continue,
                },
                Some(c @ ('*' | '+' | '?')) => {
                    return Err(format!("Dangling meta character '{c}'"));
                }
                Some('{') => return Err("Illegal repetition".to_owned()),
                Some(c) => self.atom(c)?,
            };
            nodes.push(self.repeated(atom)?);
        }
        Ok(match nodes.len() {
            0 => Node::Empty,
            1 => nodes.pop().unwrap_or(Node::Empty),
            _ => Node::Sequence(nodes),
        })
    }

    fn atom(&mut self, c: char) -> Parse<Node> {
        self.at += 1;
        let unix = self.flags.unix_lines;
        Ok(match c {
            '.' if self.flags.dot_all => Node::Set(Set::Any),
            '.' if unix => Node::Set(Set::Not(Box::new(Set::One('\n')))),
            '.' => Node::Set(Set::Not(Box::new(Set::Named(Named::Simple(|c| is_line_end(c, false)))))),
            '^' if self.flags.multi_line => Node::Place(Place::LineBegin(unix)),
            '^' => Node::Place(Place::Begin),
            '$' if self.flags.multi_line => Node::Place(Place::LineEnd(unix)),
            '$' => Node::Place(Place::BeforeLastLineEnd(unix)),
            '[' => Node::Set(self.class()?),
            '\\' => self.escape()?,
            other => Node::Set(self.single(other)),
        })
    }

    /// A character as the case flags have it.
    pub fn single(&self, c: char) -> Set {
        self.folded(Set::One(c))
    }

    pub fn folded(&self, set: Set) -> Set {
        match (self.flags.fold, self.flags.unicode_case) {
            (false, _) => set,
            (true, false) => Set::Folded(Box::new(set)),
            (true, true) => Set::UnicodeFolded(Box::new(set)),
        }
    }

    fn repeated(&mut self, atom: Node) -> Parse<Node> {
        self.skip_comments();
        let (min, max) = match self.peek() {
            Some('?') => (0, Some(1)),
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('{') => (1, Some(1)),
            _ => return Ok(atom),
        };
        let counted = self.next() == Some('{');
        let (min, max) = if counted { self.counts()? } else { (min, max) };
        let greed = if self.take('?') {
            Greed::Lazy
        } else if self.take('+') {
            Greed::Possessive
        } else {
            Greed::Greedy
        };
        Ok(Node::Repeat { body: Box::new(atom), min, max, greed })
    }

    /// After `{`: `n}`, `n,}`, `n,m}`.
    fn counts(&mut self) -> Parse<(u32, Option<u32>)> {
        let min = self.number().ok_or_else(|| "Illegal repetition".to_owned())?;
        let max = if self.take(',') { self.number() } else { Some(min) };
        if !self.take('}') {
            return Err("Unclosed counted closure".to_owned());
        }
        if max.is_some_and(|max| max < min) || min > LARGEST || max.is_some_and(|max| max > LARGEST) {
            return Err("Illegal repetition range".to_owned());
        }
        Ok((min, max))
    }

    fn number(&mut self) -> Option<u32> {
        let mut value: Option<u32> = None;
        while let Some(digit) = self.peek().and_then(|c| c.to_digit(10)) {
            value = Some(value.unwrap_or(0).saturating_mul(10).saturating_add(digit));
            self.at += 1;
        }
        value
    }

    /// After `(`; nothing for flags that hold for the rest.
    fn group(&mut self) -> Parse<Option<Node>> {
        self.at += 1;
        let outer = self.flags;
        let node = if self.take_text("?:") {
            self.alternatives()?
        } else if self.take_text("?=") {
            self.look(true, false)?
        } else if self.take_text("?!") {
            self.look(true, true)?
        } else if self.take_text("?<=") {
            self.look(false, false)?
        } else if self.take_text("?<!") {
            self.look(false, true)?
        } else if self.take_text("?>") {
            Node::Atomic(Box::new(self.alternatives()?))
        } else if self.take_text("?<") {
            let name = self.group_name()?;
            self.groups += 1;
            let group = self.groups;
            self.names.push((name, group));
            Node::Capture(group, Box::new(self.alternatives()?))
        } else if self.take('?') {
            if self.flag_letters()? {
                return Ok(None);
            }
            self.alternatives()?
        } else {
            self.groups += 1;
            let group = self.groups;
            Node::Capture(group, Box::new(self.alternatives()?))
        };
        self.flags = outer;
        if !self.take(')') {
            return Err("Unclosed group".to_owned());
        }
        Ok(Some(node))
    }

    fn look(&mut self, ahead: bool, negative: bool) -> Parse<Node> {
        let body = self.alternatives()?;
        if !ahead && body.widths().1.is_none() {
            return Err("Look-behind group does not have an obvious maximum length".to_owned());
        }
        Ok(Node::Look { body: Box::new(body), ahead, negative })
    }

    pub fn group_name(&mut self) -> Parse<String> {
        let mut name = String::new();
        loop {
            match self.next() {
                Some('>') if !name.is_empty() => return Ok(name),
                Some(c) if c.is_ascii_alphabetic() || (c.is_ascii_digit() && !name.is_empty()) => name.push(c),
                _ => return Err("named capturing group is missing trailing '>'".to_owned()),
            }
        }
    }

    pub fn group_of_name(&self, name: &str) -> Option<usize> {
        self.names.iter().find(|(known, _)| known == name).map(|(_, group)| *group)
    }

    /// Number of groups opened so far.
    pub fn group_count(&self) -> usize {
        self.groups
    }

    /// `i-s)` sets flags for the rest and says so, `i-s:` for this group.
    fn flag_letters(&mut self) -> Parse<bool> {
        let mut on = true;
        loop {
            match self.next() {
                Some('i') => self.flags.fold = on,
                Some('u') => self.flags.unicode_case = on,
                Some('U') => (self.flags.unicode_class, self.flags.unicode_case) = (on, on),
                Some('s') => self.flags.dot_all = on,
                Some('m') => self.flags.multi_line = on,
                Some('d') => self.flags.unix_lines = on,
                Some('x') => self.flags.comments = on,
                Some('-') if on => on = false,
                Some(')') => return Ok(true),
                Some(':') => return Ok(false),
                _ => return Err("Unknown inline modifier".to_owned()),
            }
        }
    }
}
