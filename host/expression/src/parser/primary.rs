//! Primaries: literals, names, calls, types, constructors, collections, and what follows after dots.
use super::{Parse, Parser};
use crate::ast::{Kind, Node, Which};
use crate::lexer::{Symbol, Token, syntax};

impl Parser<'_> {
    /// A start and everything that hangs on it.
    pub(super) fn primary(&mut self) -> Parse<Option<Node>> {
        let at = self.at();
        let Some(start) = self.start()? else {
            if self.is(Symbol::Dot) || self.is(Symbol::SafeDot) {
                return Err(self.unexpected_end_or("an operand"));
            }
            return Ok(None);
        };
        let mut nodes = vec![start];
        loop {
            let at = self.at();
            let safe = self.is(Symbol::SafeDot);
            if self.take(Symbol::Dot) || self.take(Symbol::SafeDot) {
                nodes.push(self.dotted(safe)?);
            } else if self.take(Symbol::OpenBracket) {
                nodes.push(self.index(at, false)?);
            } else {
                break;
            }
        }
        match nodes.len() {
            1 => Ok(nodes.pop()),
            _ => Ok(Some(Node { at, kind: Kind::Chain(nodes) })),
        }
    }

    fn dotted(&mut self, safe: bool) -> Parse<Node> {
        let at = self.at();
        if let Some(node) = self.name_or_call(safe)? {
            return Ok(node);
        }
        if let Some(node) = self.variable_or_function()? {
            return Ok(node);
        }
        if let Some(node) = self.over_elements(safe)? {
            return Ok(node);
        }
        if self.take(Symbol::OpenBracket) {
            return self.index(at, safe);
        }
        Err(match self.peek() {
            None => syntax(1044, self.here(), "unexpectedly ran out of input: a name is missing after the dot"),
            Some(_) => syntax(1049, self.here(), format_args!("unexpected data after '.': {}", self.shown())),
        })
    }

    fn start(&mut self) -> Parse<Option<Node>> {
        let at = self.at();
        if let Some(kind) = self.literal() {
            self.position += 1;
            return Ok(Some(Node { at, kind }));
        }
        if self.take(Symbol::OpenParen) {
            let inner = self.required()?;
            self.expect(Symbol::CloseParen)?;
            return Ok(Some(inner));
        }
        if matches!(self.peek(), Some(Token::Name("T"))) {
            return self.type_reference().map(Some);
        }
        if self.is_name("null") {
            self.position += 1;
            return Ok(Some(Node { at, kind: Kind::Null }));
        }
        if self.is_name("new") {
            return self.constructor().map(Some);
        }
        if let Some(node) = self.name_or_call(false)? {
            return Ok(Some(node));
        }
        if let Some(node) = self.variable_or_function()? {
            return Ok(Some(node));
        }
        if self.take(Symbol::At) || self.take(Symbol::Ampersand) {
            return self.bean(at).map(Some);
        }
        if let Some(node) = self.over_elements(false)? {
            return Ok(Some(node));
        }
        if self.take(Symbol::OpenBracket) {
            return self.index(at, false).map(Some);
        }
        if self.take(Symbol::OpenBrace) {
            return self.collection(at).map(Some);
        }
        Ok(None)
    }

    fn literal(&self) -> Option<Kind> {
        Some(match self.peek()? {
            Token::Int(value) => Kind::Int(*value),
            Token::Long(value) => Kind::Long(*value),
            Token::Float(value) => Kind::Float(*value),
            Token::Double(value) => Kind::Double(*value),
            Token::Text(value) => Kind::Text(value.as_str().into()),
            Token::Name(_) if self.is_name("true") => Kind::Bool(true),
            Token::Name(_) if self.is_name("false") => Kind::Bool(false),
            _ => return None,
        })
    }

    /// A name, or a word operator where a name is needed.
    fn name(&mut self) -> Option<Box<str>> {
        let name: Box<str> = match self.peek()? {
            Token::Name(name) | Token::Word(_, name) => (*name).into(),
            _ => return None,
        };
        self.position += 1;
        Some(name)
    }

    fn name_or_call(&mut self, safe: bool) -> Parse<Option<Node>> {
        let at = self.at();
        let Some(name) = self.name() else {
            return Ok(None);
        };
        let kind = match self.arguments()? {
            None => Kind::Property { name, safe },
            Some(arguments) => Kind::Method { name, arguments, safe },
        };
        Ok(Some(Node { at, kind }))
    }

    fn variable_or_function(&mut self) -> Parse<Option<Node>> {
        let at = self.at();
        if !self.take(Symbol::Hash) {
            return Ok(None);
        }
        let name = match self.peek() {
            Some(Token::Name(name)) => (*name).into(),
            _ => return Err(self.unexpected_end_or("the name of a function or variable")),
        };
        self.position += 1;
        let kind = match self.arguments()? {
            None => Kind::Variable(name),
            Some(arguments) => Kind::Function { name, arguments },
        };
        Ok(Some(Node { at, kind }))
    }

    /// `( a, b )`; a comma before the end is accepted, as Orca's own rewrite relies on it.
    fn arguments(&mut self) -> Parse<Option<Vec<Node>>> {
        let at = self.here();
        if !self.take(Symbol::OpenParen) {
            return Ok(None);
        }
        let mut arguments = Vec::new();
        loop {
            if self.peek().is_none() {
                return Err(syntax(1051, at, "unexpectedly ran out of arguments: ')' is missing"));
            }
            if self.take(Symbol::CloseParen) {
                return Ok(Some(arguments));
            }
            arguments.push(self.required()?);
            if !self.take(Symbol::Comma) {
                self.expect(Symbol::CloseParen)?;
                return Ok(Some(arguments));
            }
        }
    }

    fn index(&mut self, at: u32, safe: bool) -> Parse<Node> {
        let index = Box::new(self.required()?);
        self.expect(Symbol::CloseBracket)?;
        Ok(Node { at, kind: Kind::Index { index, safe } })
    }

    /// Projection and the three selections.
    fn over_elements(&mut self, safe: bool) -> Parse<Option<Node>> {
        let at = self.at();
        if self.take(Symbol::Project) {
            let body = Box::new(self.required()?);
            self.expect(Symbol::CloseBracket)?;
            return Ok(Some(Node { at, kind: Kind::Project { body, safe } }));
        }
        let which = match self.peek() {
            Some(Token::Symbol(Symbol::Select)) => Which::All,
            Some(Token::Symbol(Symbol::SelectFirst)) => Which::First,
            Some(Token::Symbol(Symbol::SelectLast)) => Which::Last,
            _ => return Ok(None),
        };
        self.position += 1;
        let criterion = Box::new(self.required()?);
        self.expect(Symbol::CloseBracket)?;
        Ok(Some(Node { at, kind: Kind::Select { which, criterion, safe } }))
    }

    /// `T(name)`, `T(name[])`; before `]` the letter is a map key.
    fn type_reference(&mut self) -> Parse<Node> {
        let at = self.at();
        self.position += 1;
        if self.is(Symbol::CloseBracket) {
            return Ok(Node { at, kind: Kind::Property { name: "T".into(), safe: false } });
        }
        self.expect(Symbol::OpenParen)?;
        let name = self.qualified()?;
        let mut dimensions = 0u8;
        while self.take(Symbol::OpenBracket) {
            self.expect(Symbol::CloseBracket)?;
            dimensions = dimensions.saturating_add(1);
        }
        self.expect(Symbol::CloseParen)?;
        Ok(Node { at, kind: Kind::Type { name, dimensions } })
    }

    fn qualified(&mut self) -> Parse<Box<str>> {
        let mut pieces: Vec<String> = Vec::new();
        loop {
            match self.peek() {
                Some(Token::Symbol(Symbol::Dot)) => {}
                Some(Token::Name(piece) | Token::Word(_, piece)) => pieces.push((*piece).to_owned()),
                _ => break,
            }
            self.position += 1;
        }
        if pieces.is_empty() {
            return Err(self.unexpected_end_or("the name of a type"));
        }
        Ok(pieces.join(".").into())
    }

    fn constructor(&mut self) -> Parse<Node> {
        let at = self.at();
        let written = self.name();
        if self.is(Symbol::CloseBracket) {
            return Ok(Node { at, kind: Kind::Property { name: written.unwrap_or_default(), safe: false } });
        }
        let name = self.qualified()?;
        if !self.is(Symbol::OpenBracket) {
            return match self.arguments()? {
                Some(arguments) => Ok(Node { at, kind: Kind::New { name, arguments } }),
                None => Err(syntax(1050, self.here(), "the arguments of the constructor are missing: '()'")),
            };
        }
        let mut dimensions = Vec::new();
        while self.take(Symbol::OpenBracket) {
            if self.take(Symbol::CloseBracket) {
                dimensions.push(None);
                continue;
            }
            dimensions.push(Some(self.required()?));
            self.expect(Symbol::CloseBracket)?;
        }
        let items = if self.take(Symbol::OpenBrace) {
            match self.collection(at)?.kind {
                Kind::List(items) => Some(items),
                _ => {
                    return Err(syntax(1043, self.here(), "an array is initialised with a list, not with a map"));
                }
            }
        } else {
            None
        };
        Ok(Node { at, kind: Kind::NewArray { name, dimensions, items } })
    }

    fn bean(&mut self, at: u32) -> Parse<Node> {
        let name = match self.peek() {
            Some(Token::Name(name)) => (*name).into(),
            Some(Token::Text(name)) => name.as_str().into(),
            _ => return Err(syntax(1059, self.here(), "a bean reference needs a name")),
        };
        self.position += 1;
        Ok(Node { at, kind: Kind::Bean(name) })
    }

    /// After `{`: a list or a map.
    fn collection(&mut self, at: u32) -> Parse<Node> {
        if self.take(Symbol::CloseBrace) {
            return Ok(Node { at, kind: Kind::List(Vec::new()) });
        }
        if self.take(Symbol::Colon) {
            self.expect(Symbol::CloseBrace)?;
            return Ok(Node { at, kind: Kind::Map(Vec::new()) });
        }
        let first = self.required()?;
        if self.take(Symbol::Colon) {
            let mut entries = vec![(first, self.required()?)];
            while self.take(Symbol::Comma) {
                let key = self.required()?;
                self.expect(Symbol::Colon)?;
                entries.push((key, self.required()?));
            }
            self.expect(Symbol::CloseBrace)?;
            return Ok(Node { at, kind: Kind::Map(entries) });
        }
        let mut items = vec![first];
        while self.take(Symbol::Comma) {
            items.push(self.required()?);
        }
        self.expect(Symbol::CloseBrace)?;
        Ok(Node { at, kind: Kind::List(items) })
    }
}
