//! Block collections: structure by indentation.
use super::{Parse, Properties, Reader, map_of};
use crate::value::Val;

impl<'a> Reader<'a> {
    /// A node that is indented deeper than `parent`; a list may stand at its parent's own column. With `map`, the
    /// text may begin a mapping (it starts a line, or follows a dash).
    pub(super) fn block(&mut self, parent: i32, list_at_parent: bool, map: bool) -> Parse<Val<'a>> {
        self.nested(|reader| reader.block_node(parent, list_at_parent, map))
    }

    fn block_node(&mut self, parent: i32, list_at_parent: bool, mut map: bool) -> Parse<Val<'a>> {
        let before = self.made;
        let mut properties = Properties::default();
        let mut key_at = None;
        loop {
            let line = self.at;
            self.skip_blank()?;
            map |= self.characters.get(line..self.at).unwrap_or_default().contains(&'\n');
            if self.is_outside(parent, list_at_parent) {
                return self.finished(&properties, before, String::new(), true);
            }
            let start = self.at;
            let found = self.properties()?;
            if found.is_empty() {
                break;
            }
            if !properties.is_empty() && !self.at_line_end() {
                // Those of the node stand on a line of their own; these belong to its first key.
                self.at = start;
                break;
            }
            properties = found;
            if !self.at_line_end() {
                key_at = Some(start);
                break;
            }
        }
        let value = self.content(parent, map, key_at, &mut properties)?;
        match value {
            Content::Node(value) => self.anchored(&properties, value, before),
            Content::Scalar(text, plain) => self.finished(&properties, before, text, plain),
        }
    }

    fn is_outside(&self, parent: i32, list_at_parent: bool) -> bool {
        if self.peek().is_none() || self.is_boundary() {
            return true;
        }
        let column = self.column();
        column <= parent && !(list_at_parent && column == parent && self.is_indicator('-'))
    }

    /// A scalar with its properties.
    fn finished(&mut self, properties: &Properties, before: usize, text: String, plain: bool) -> Parse<Val<'a>> {
        let value = self.resolved(&text, plain, properties.tag.as_deref())?;
        self.anchored(properties, value, before)
    }

    /// `-`, `?` or `:` followed by a blank.
    fn is_indicator(&self, c: char) -> bool {
        self.peek() == Some(c) && self.is_blank_at(1)
    }

    fn content(
        &mut self,
        parent: i32,
        map: bool,
        key_at: Option<usize>,
        properties: &mut Properties,
    ) -> Parse<Content<'a>> {
        let column = self.column();
        if map && self.is_indicator('-') && key_at.is_none() {
            return self.block_list(column, properties).map(Content::Node);
        }
        if map && (self.is_indicator('?') || self.is_implicit_key()) {
            if let Some(start) = key_at {
                // Properties on the line of a key are the key's.
                self.at = start;
                *properties = Properties::default();
            }
            let column = self.column();
            return self.block_map(column, properties).map(Content::Node);
        }
        match self.peek() {
            Some('|' | '>') => Ok(Content::Scalar(self.block_scalar(parent)?, false)),
            Some('*') => {
                let value = self.alias()?;
                self.line_must_end()?;
                Ok(Content::Node(value))
            }
            Some('[' | '{') => {
                let value = self.flow(properties)?;
                self.line_must_end()?;
                Ok(Content::Node(value))
            }
            Some('"' | '\'') => {
                let text = self.quoted()?;
                self.line_must_end()?;
                Ok(Content::Scalar(text, false))
            }
            _ => {
                let text = self.plain(parent, false)?;
                Ok(Content::Scalar(text, true))
            }
        }
    }

    fn line_must_end(&mut self) -> Parse<()> {
        if self.at_line_end() { Ok(()) } else { self.error("expected the end of the value") }
    }

    fn block_list(&mut self, column: i32, properties: &Properties) -> Parse<Val<'a>> {
        let mut items = Vec::new();
        loop {
            self.skip_blank()?;
            if self.peek().is_none() || self.is_boundary() || self.column() != column || !self.is_indicator('-') {
                break;
            }
            self.at += 1;
            items.push(self.block(column, false, true)?);
        }
        self.must_dedent(column)?;
        self.tagged_list(items, properties.tag.as_deref())
    }

    fn must_dedent(&mut self, column: i32) -> Parse<()> {
        self.skip_blank()?;
        if self.peek().is_some() && !self.is_boundary() && self.column() > column {
            return self.error("the indentation does not fit the lines above");
        }
        Ok(())
    }

    fn block_map(&mut self, column: i32, properties: &Properties) -> Parse<Val<'a>> {
        let mut entries = Vec::new();
        loop {
            self.skip_blank()?;
            if self.peek().is_none() || self.is_boundary() || self.column() != column {
                break;
            }
            if self.is_indicator('?') {
                self.at += 1;
                let key = self.block(column, true, true)?;
                self.skip_blank()?;
                let has_value = self.peek().is_some() && self.column() == column && self.is_indicator(':');
                let value = if has_value { self.explicit_value(column)? } else { Val::Null };
                entries.push((key, value, false));
                continue;
            }
            if !self.is_implicit_key() {
                return self.error("could not find expected ':'");
            }
            let (key, is_merge) = self.key()?;
            self.skip_spaces();
            let value = self.map_value(column)?;
            entries.push((key, value, is_merge));
        }
        self.must_dedent(column)?;
        let value = map_of(entries)?;
        self.tagged_map(value, properties.tag.as_deref())
    }

    /// After a key with `?`: `:` and the value, which may be a mapping that begins on this line.
    fn explicit_value(&mut self, column: i32) -> Parse<Val<'a>> {
        self.at += 1;
        self.block(column, true, true)
    }

    /// After the key: `:` and the value, on this line or below.
    fn map_value(&mut self, column: i32) -> Parse<Val<'a>> {
        self.at += 1;
        self.block(column, true, false)
    }

    /// The key of a mapping, and whether it is `<<`.
    fn key(&mut self) -> Parse<(Val<'a>, bool)> {
        let before = self.made;
        let mut properties = self.properties()?;
        let (text, plain) = match self.peek() {
            Some('*') => return Ok((self.alias()?, false)),
            Some('[' | '{') => {
                let value = self.flow(&mut properties)?;
                return Ok((self.anchored(&properties, value, before)?, false));
            }
            Some('"' | '\'') => (self.quoted()?, false),
            _ => (self.plain_line(false)?, true),
        };
        let is_merge = plain && text == "<<" && properties.tag.is_none();
        let key = self.finished(&properties, before, text, plain)?;
        Ok((key, is_merge))
    }

    /// Whether a key and its colon stand on this line; looks without moving.
    fn is_implicit_key(&mut self) -> bool {
        let (start, made, depth) = (self.at, self.made, self.depth);
        let anchors =
            self.characters.get(self.at).is_some_and(|c| matches!(c, '&' | '[' | '{')).then(|| self.anchors.clone());
        let found = self.key_ends_in_colon().unwrap_or(false);
        let one_line = !self.characters.get(start..self.at).unwrap_or_default().contains(&'\n');
        (self.at, self.made, self.depth) = (start, made, depth);
        if let Some(anchors) = anchors {
            self.anchors = anchors;
        }
        found && one_line
    }

    fn key_ends_in_colon(&mut self) -> Parse<bool> {
        let mut properties = self.properties()?;
        match self.peek() {
            None | Some('\n' | '|' | '>') => return Ok(false),
            Some('*') => {
                self.alias()?;
            }
            Some('[' | '{') => {
                self.flow(&mut properties)?;
            }
            Some('"' | '\'') => {
                self.quoted()?;
            }
            Some(':') if self.is_blank_at(1) => {}
            _ => {
                self.plain_line(false)?;
            }
        }
        self.skip_spaces();
        Ok(self.is_indicator(':'))
    }
}

enum Content<'a> {
    Node(Val<'a>),
    /// Text, and whether it was plain.
    Scalar(String, bool),
}
