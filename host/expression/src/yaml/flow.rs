//! Flow collections: `[a, b]`, `{a: b}`.
use super::{Parse, Properties, Reader, map_of};
use crate::value::Val;

impl<'a> Reader<'a> {
    /// A flow collection, which begins here.
    pub(super) fn flow(&mut self, properties: &mut Properties) -> Parse<Val<'a>> {
        self.nested(|reader| match reader.peek() {
            Some('[') => reader.flow_list(properties),
            _ => reader.flow_map(properties),
        })
    }

    fn flow_list(&mut self, properties: &Properties) -> Parse<Val<'a>> {
        self.at += 1;
        let mut items = Vec::new();
        loop {
            self.skip_blank()?;
            match self.peek() {
                None => return self.error("expected ',' or ']'"),
                Some(']') => {
                    self.at += 1;
                    return self.tagged_list(items, properties.tag.as_deref());
                }
                Some(',') => return self.error("expected the node content, but found ','"),
                _ => {}
            }
            let (key, is_merge) = self.flow_key()?;
            self.skip_blank()?;
            if self.peek() == Some(':') {
                self.at += 1;
                let value = self.flow_value()?;
                items.push(map_of(vec![(key, value, is_merge)])?);
            } else {
                items.push(key);
            }
            self.flow_separator(']')?;
        }
    }

    fn flow_map(&mut self, properties: &Properties) -> Parse<Val<'a>> {
        self.at += 1;
        let mut entries = Vec::new();
        loop {
            self.skip_blank()?;
            match self.peek() {
                None => return self.error("expected ',' or '}'"),
                Some('}') => {
                    self.at += 1;
                    let value = map_of(entries)?;
                    return self.tagged_map(value, properties.tag.as_deref());
                }
                Some(',') => return self.error("expected the node content, but found ','"),
                _ => {}
            }
            let (key, is_merge) = self.flow_key()?;
            self.skip_blank()?;
            let value = if self.peek() == Some(':') {
                self.at += 1;
                self.flow_value()?
            } else {
                Val::Null
            };
            entries.push((key, value, is_merge));
            self.flow_separator('}')?;
        }
    }

    /// A comma, or the end that the caller sees next.
    fn flow_separator(&mut self, close: char) -> Parse<()> {
        self.skip_blank()?;
        match self.peek() {
            Some(',') => {
                self.at += 1;
                Ok(())
            }
            Some(c) if c == close => Ok(()),
            _ => self.error(&format!("expected ',' or '{close}'")),
        }
    }

    fn flow_value(&mut self) -> Parse<Val<'a>> {
        self.skip_blank()?;
        match self.peek() {
            None | Some(',' | ']' | '}') => Ok(Val::Null),
            _ => self.flow_key().map(|(value, _)| value),
        }
    }

    /// A node inside of a flow collection, and whether it is a plain `<<`.
    fn flow_key(&mut self) -> Parse<(Val<'a>, bool)> {
        if self.peek() == Some('?') && self.is_blank_at(1) {
            self.at += 1;
            self.skip_blank()?;
        }
        let before = self.made;
        let mut properties = self.properties()?;
        self.skip_blank()?;
        let (text, plain) = match self.peek() {
            Some('*') => return Ok((self.alias()?, false)),
            Some('[' | '{') => {
                let value = self.flow(&mut properties)?;
                return Ok((self.anchored(&properties, value, before)?, false));
            }
            Some('"' | '\'') => (self.quoted()?, false),
            None | Some(',' | ']' | '}' | ':') => (String::new(), true),
            _ => (self.plain(-1, true)?, true),
        };
        let is_merge = plain && text == "<<" && properties.tag.is_none();
        let value = self.resolved(&text, plain, properties.tag.as_deref())?;
        Ok((self.anchored(&properties, value, before)?, is_merge))
    }
}
