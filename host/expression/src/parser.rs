//! Tokens to a tree (§5.2 of the reference): precedence climbing, nesting bounded.
mod primary;

use crate::ast::{Kind, Node, Operator};
use crate::error::{Code, Fault, limit};
use crate::lexer::{Spanned, Symbol, Token, Word, syntax, tokens};
use crate::options::Limits;

type Parse<T> = Result<T, Box<Fault>>;

/// The tree of a whole expression.
///
/// # Errors
/// What does not parse, is too long, nests too deep, or assigns.
pub(crate) fn parse(text: &str, limits: &Limits) -> Parse<Node> {
    if text.len() > limits.expression_length && text.encode_utf16().count() > limits.expression_length {
        return Err(limit(
            1079,
            format_args!("expression is too long: at most {} characters", limits.expression_length),
        ));
    }
    let mut parser = Parser { text, tokens: tokens(text)?, position: 0, depth: 0, deepest: limits.depth };
    let Some(node) = parser.expression()? else {
        return Err(parser.unexpected_end_or("an expression"));
    };
    match parser.peek() {
        None => Ok(node),
        Some(Token::Symbol(Symbol::Assign | Symbol::Increment | Symbol::Decrement)) => Err(parser.assignment()),
        Some(_) => Err(syntax(
            1041,
            parser.here(),
            format_args!("after a complete expression there is still more: {}", parser.shown()),
        )),
    }
}

struct Parser<'s> {
    text: &'s str,
    tokens: Vec<Spanned<'s>>,
    position: usize,
    depth: u32,
    deepest: u32,
}

impl<'s> Parser<'s> {
    fn peek(&self) -> Option<&Token<'s>> {
        self.tokens.get(self.position).map(|spanned| &spanned.token)
    }

    fn here(&self) -> usize {
        self.tokens.get(self.position).map_or(self.text.len(), |spanned| spanned.start as usize)
    }

    fn at(&self) -> u32 {
        u32::try_from(self.here()).unwrap_or(u32::MAX)
    }

    fn is(&self, symbol: Symbol) -> bool {
        matches!(self.peek(), Some(Token::Symbol(found)) if *found == symbol)
    }

    fn take(&mut self, symbol: Symbol) -> bool {
        let found = self.is(symbol);
        self.position += usize::from(found);
        found
    }

    fn is_name(&self, name: &str) -> bool {
        matches!(self.peek(), Some(Token::Name(found)) if found.eq_ignore_ascii_case(name))
    }

    fn expect(&mut self, symbol: Symbol) -> Parse<()> {
        if self.take(symbol) { Ok(()) } else { Err(self.unexpected_end_or(symbol.text())) }
    }

    /// What to say when something else was needed here.
    fn unexpected_end_or(&self, needed: &str) -> Box<Fault> {
        match self.peek() {
            None => syntax(1044, self.here(), format_args!("unexpectedly ran out of input: {needed} is missing")),
            Some(_) => {
                syntax(1043, self.here(), format_args!("unexpected token: {needed} expected, {} found", self.shown()))
            }
        }
    }

    fn shown(&self) -> String {
        match self.peek() {
            None => "the end".to_owned(),
            Some(Token::Symbol(symbol)) => format!("'{}'", symbol.text()),
            Some(Token::Name(name) | Token::Word(_, name)) => format!("'{name}'"),
            Some(Token::Text(_)) => "a string".to_owned(),
            Some(_) => "a number".to_owned(),
        }
    }

    fn assignment(&self) -> Box<Fault> {
        let mut fault = syntax(
            1068,
            self.here(),
            "an expression may not change anything: assignment, '++' and '--' are refused (to compare, write '==')",
        );
        fault.code = Code::Assignment;
        fault
    }

    /// Runs a level of nesting; the bound keeps the stack small whatever the text.
    fn nested<T>(&mut self, inner: impl FnOnce(&mut Self) -> Parse<T>) -> Parse<T> {
        self.depth += 1;
        if self.depth > self.deepest {
            return Err(limit(1085, format_args!("expression nests deeper than {} levels", self.deepest)).at(self.at()));
        }
        let result = inner(self);
        self.depth -= 1;
        result
    }

    /// `or [ "?:" expression | "?" expression ":" expression ]`; nothing where there is no expression.
    fn expression(&mut self) -> Parse<Option<Node>> {
        self.nested(|parser| {
            let at = parser.at();
            let left = parser.operators(1)?;
            let null = || Node { at, kind: Kind::Null };
            if parser.is(Symbol::Assign) {
                return Err(parser.assignment());
            }
            if parser.take(Symbol::Elvis) {
                let left = Box::new(left.unwrap_or_else(null));
                let right = Box::new(parser.expression()?.unwrap_or_else(null));
                return Ok(Some(Node { at, kind: Kind::Elvis { left, right } }));
            }
            if parser.take(Symbol::Question) {
                let condition = Box::new(left.unwrap_or_else(null));
                let yes = Box::new(parser.required()?);
                parser.expect(Symbol::Colon)?;
                let no = Box::new(parser.required()?);
                return Ok(Some(Node { at, kind: Kind::Ternary { condition, yes, no } }));
            }
            Ok(left)
        })
    }

    fn required(&mut self) -> Parse<Node> {
        match self.expression()? {
            Some(node) => Ok(node),
            None => Err(self.unexpected_end_or("an expression")),
        }
    }

    /// Operators that bind at least as tightly as `level`.
    fn operators(&mut self, level: u8) -> Parse<Option<Node>> {
        let at = self.at();
        let mut left = self.unary()?;
        let mut ceiling = u8::MAX;
        while let Some(operator) = self.operator() {
            if operator.level() < level || operator.level() > ceiling {
                break;
            }
            let Some(first) = left.take() else {
                return Err(syntax(
                    1070,
                    self.here(),
                    format_args!("the left operand of '{}' is missing", operator.text()),
                ));
            };
            self.position += 1;
            let Some(right) = self.operators(operator.level() + 1)? else {
                return Err(syntax(
                    1042,
                    self.here(),
                    format_args!("the right operand of '{}' is missing", operator.text()),
                ));
            };
            ceiling = operator.level() - u8::from(!operator.chains());
            left = Some(Node { at, kind: join(first, operator, right) });
        }
        if left.is_some() && (self.is(Symbol::Increment) || self.is(Symbol::Decrement)) {
            return Err(self.assignment());
        }
        Ok(left)
    }

    fn operator(&self) -> Option<Operator> {
        Some(match self.peek()? {
            Token::Symbol(symbol) => return symbol_operator(*symbol),
            Token::Word(word, _) => match word {
                Word::Div => Operator::Divide,
                Word::Mod => Operator::Modulo,
                Word::Eq => Operator::Equal,
                Word::Ne => Operator::NotEqual,
                Word::Lt => Operator::Less,
                Word::Le => Operator::LessEqual,
                Word::Gt => Operator::Greater,
                Word::Ge => Operator::GreaterEqual,
                Word::Not => return None,
            },
            Token::Name(_) if self.is_name("or") => Operator::Or,
            Token::Name(_) if self.is_name("and") => Operator::And,
            Token::Name(_) if self.is_name("instanceof") => Operator::InstanceOf,
            Token::Name(_) if self.is_name("matches") => Operator::Matches,
            Token::Name(_) if self.is_name("between") => Operator::Between,
            _ => return None,
        })
    }

    fn unary(&mut self) -> Parse<Option<Node>> {
        let at = self.at();
        let make = match self.peek() {
            Some(Token::Symbol(Symbol::Bang) | Token::Word(Word::Not, _)) => Kind::Not,
            Some(Token::Symbol(Symbol::Plus)) => Kind::Plus,
            Some(Token::Symbol(Symbol::Minus)) => Kind::Minus,
            Some(Token::Symbol(Symbol::Increment | Symbol::Decrement)) => {
                return Err(self.assignment());
            }
            _ => return self.primary(),
        };
        self.position += 1;
        match self.nested(Parser::unary)? {
            Some(operand) => Ok(Some(Node { at, kind: make(Box::new(operand)) })),
            None => Err(self.unexpected_end_or("an operand")),
        }
    }
}

fn symbol_operator(symbol: Symbol) -> Option<Operator> {
    Some(match symbol {
        Symbol::Or => Operator::Or,
        Symbol::And => Operator::And,
        Symbol::Equal => Operator::Equal,
        Symbol::NotEqual => Operator::NotEqual,
        Symbol::Less => Operator::Less,
        Symbol::LessEqual => Operator::LessEqual,
        Symbol::Greater => Operator::Greater,
        Symbol::GreaterEqual => Operator::GreaterEqual,
        Symbol::Plus => Operator::Add,
        Symbol::Minus => Operator::Subtract,
        Symbol::Star => Operator::Multiply,
        Symbol::Slash => Operator::Divide,
        Symbol::Percent => Operator::Modulo,
        Symbol::Caret => Operator::Power,
        _ => return None,
    })
}

/// Extends a chain of the same level, or begins one.
fn join(left: Node, operator: Operator, right: Node) -> Kind {
    if !operator.chains() {
        return Kind::Pair { operator, left: Box::new(left), right: Box::new(right) };
    }
    match left.kind {
        Kind::Fold { first, mut rest } if rest.first().is_some_and(|(o, _)| o.level() == operator.level()) => {
            rest.push((operator, right));
            Kind::Fold { first, rest }
        }
        _ => Kind::Fold { first: Box::new(left), rest: vec![(operator, right)] },
    }
}
