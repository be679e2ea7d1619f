//! Text to tokens (§5.1 of the reference).
mod number;

use crate::error::{Code, Fault, PARSE};

/// What a token is. Symbols stand for themselves.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Token<'s> {
    Int(i32),
    Long(i64),
    Float(f32),
    Double(f64),
    Text(String),
    Name(&'s str),
    /// `div eq ge gt le lt mod ne not`: an operator that is also a name where one is needed.
    Word(Word, &'s str),
    Symbol(Symbol),
}

/// Operators with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    Div,
    Eq,
    Ge,
    Gt,
    Le,
    Lt,
    Mod,
    Ne,
    Not,
}

macro_rules! symbols {
    ($($name:ident $text:literal),+ $(,)?) => {
        /// Punctuation and operators.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Symbol { $($name),+ }

        impl Symbol {
            /// Longest first: the order in which the lexer tries them.
            const ALL: &'static [(&'static str, Symbol)] = &[$(($text, Symbol::$name)),+];

            /// As written.
            pub fn text(self) -> &'static str {
                match self { $(Symbol::$name => $text),+ }
            }
        }
    };
}

symbols! {
    Increment "++", Decrement "--", SelectFirst "^[", NotEqual "!=", Project "![", Equal "==", And "&&", Or "||",
    Select "?[", Elvis "?:", SafeDot "?.", SelectLast "$[", GreaterEqual ">=", LessEqual "<=",
    Plus "+", Minus "-", Colon ":", Dot ".", Comma ",", Star "*", Slash "/", Percent "%", OpenParen "(",
    CloseParen ")", OpenBracket "[", CloseBracket "]", Hash "#", OpenBrace "{", CloseBrace "}", At "@", Caret "^",
    Bang "!", Assign "=", Ampersand "&", Question "?", Greater ">", Less "<",
}

/// A token and where it stands, in bytes.
#[derive(Debug, Clone)]
pub(crate) struct Spanned<'s> {
    pub token: Token<'s>,
    pub start: u32,
}

pub(crate) type Lex<T> = Result<T, Box<Fault>>;

/// A text that does not parse, with Spring's number and the place.
pub(crate) fn syntax(number: u16, at: usize, message: impl std::fmt::Display) -> Box<Fault> {
    Fault::raw(Code::Syntax, PARSE, format!("EL{number}E: {message}")).at(u32::try_from(at).unwrap_or(u32::MAX))
}

/// All tokens of an expression.
pub(crate) fn tokens(text: &str) -> Lex<Vec<Spanned<'_>>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        if matches!(first, ' ' | '\t' | '\r' | '\n' | '\0') {
            at += 1;
            continue;
        }
        let (token, end) = one(text, at, first)?;
        found.push(Spanned { token, start: u32::try_from(at).unwrap_or(u32::MAX) });
        at = end;
    }
    Ok(found)
}

fn one(text: &str, at: usize, first: char) -> Lex<(Token<'_>, usize)> {
    let rest = &text[at..];
    if first.is_ascii_digit() {
        return number::number(text, at);
    }
    if is_letter(first) || first == '_' || (first == '$' && !rest.starts_with("$[")) {
        return Ok(name(text, at));
    }
    if first == '\'' || first == '"' {
        return quoted(text, at, first);
    }
    if let Some((written, symbol)) = Symbol::ALL.iter().find(|(written, _)| rest.starts_with(written)) {
        return Ok((Token::Symbol(*symbol), at + written.len()));
    }
    Err(match first {
        '\\' => syntax(1065, at, "unexpected escape character: a backslash has no meaning outside a string"),
        '|' => syntax(1069, at, "missing expected character '|': the operator is '||' or 'or'"),
        other => {
            syntax(1082, at, format_args!("character '{other}' ({}) has no meaning in an expression", u32::from(other)))
        }
    })
}

/// Java works on UTF-16 units, so a letter outside the basic plane is none.
fn is_letter(c: char) -> bool {
    c.is_alphabetic() && u32::from(c) <= 0xFFFF
}

fn name(text: &str, at: usize) -> (Token<'_>, usize) {
    let rest = &text[at..];
    let length =
        rest.find(|c: char| !(is_letter(c) || c.is_ascii_digit() || c == '_' || c == '$')).unwrap_or(rest.len());
    let written = &rest[..length];
    let word = match written.to_ascii_lowercase().as_str() {
        "div" => Some(Word::Div),
        "eq" => Some(Word::Eq),
        "ge" => Some(Word::Ge),
        "gt" => Some(Word::Gt),
        "le" => Some(Word::Le),
        "lt" => Some(Word::Lt),
        "mod" => Some(Word::Mod),
        "ne" => Some(Word::Ne),
        "not" => Some(Word::Not),
        _ => None,
    };
    (word.map_or(Token::Name(written), |word| Token::Word(word, written)), at + length)
}

/// A string ends at its quote; the quote doubled stands for itself.
fn quoted(text: &str, at: usize, quote: char) -> Lex<(Token<'_>, usize)> {
    let body = &text[at + 1..];
    let mut value = String::new();
    let mut characters = body.char_indices().peekable();
    while let Some((offset, c)) = characters.next() {
        if c != quote {
            value.push(c);
        } else if characters.peek().is_some_and(|(_, next)| *next == quote) {
            characters.next();
            value.push(quote);
        } else {
            return Ok((Token::Text(value), at + 1 + offset + 1));
        }
    }
    let number = if quote == '"' { 1045 } else { 1046 };
    Err(syntax(number, at, format_args!("cannot find the terminating {quote} of the string")))
}

#[cfg(test)]
mod tests {
    use super::{Symbol, Token, tokens};

    fn lexed(text: &str) -> Vec<Token<'_>> {
        tokens(text).expect("lexes").into_iter().map(|spanned| spanned.token).collect()
    }

    #[test]
    fn quotes_double_and_symbols_are_greedy() {
        assert_eq!(lexed("'it''s'"), [Token::Text("it's".into())]);
        assert_eq!(lexed("c?[1]")[1], Token::Symbol(Symbol::Select));
        assert_eq!(lexed("a$b $[")[1], Token::Symbol(Symbol::SelectLast));
    }

    #[test]
    fn a_number_before_a_method_keeps_its_dot() {
        assert_eq!(lexed("3.foo")[..2], [Token::Int(3), Token::Symbol(Symbol::Dot)]);
    }

    #[test]
    fn what_has_no_meaning_is_refused() {
        for text in ["a | b", "a ; b", "\\d", "'open", "1.5L", "0x", "9000000000", "1e", "~a"] {
            assert!(tokens(text).is_err(), "{text}");
        }
    }
}
