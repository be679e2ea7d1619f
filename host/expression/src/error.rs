//! Faults inside an evaluation and the problems that callers see.
use std::fmt;

use serde_json::{Value, json};

use crate::need::Need;

/// Stable code of a problem; each has a page `docs/errors/<code>.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Code {
    /// The text does not parse.
    Syntax,
    /// A size, length, depth, step or operation bound was passed.
    Limit,
    /// The expression gave no value (a name was not found, or null).
    Unresolved,
    /// Something was read from, indexed in or called on null.
    NullValue,
    /// The value has no such readable property.
    UnknownProperty,
    /// No method of that name takes these arguments, or it may not be called.
    UnknownMethod,
    /// Several methods fit only by conversion.
    AmbiguousMethod,
    /// The type does not exist.
    UnknownType,
    /// The type exists and may not be used.
    TypeRefused,
    /// There is no such `#function`.
    UnknownFunction,
    /// The function was given too few or too many arguments.
    ArgumentCount,
    /// A value cannot be converted to what is needed there.
    Conversion,
    /// The operator does not work on these operands.
    Operand,
    /// The index is out of range, or the value cannot be indexed.
    Index,
    /// Selection or projection on something that is not a collection.
    NotACollection,
    /// The regular expression is invalid or takes too many steps.
    Pattern,
    /// A method, constructor or function failed.
    CallFailed,
    /// Assignment, `++` and `--` are refused.
    Assignment,
    /// `@bean` references are refused.
    BeanReference,
    /// The URL may not be read.
    UrlRefused,
    /// What was asked of the outside could not be had.
    NeedFailed,
    /// A fault of the evaluator itself.
    Internal,
}

impl Code {
    /// Every code, for the pages and the reference.
    pub const ALL: [Code; 22] = [
        Code::Syntax,
        Code::Limit,
        Code::Unresolved,
        Code::NullValue,
        Code::UnknownProperty,
        Code::UnknownMethod,
        Code::AmbiguousMethod,
        Code::UnknownType,
        Code::TypeRefused,
        Code::UnknownFunction,
        Code::ArgumentCount,
        Code::Conversion,
        Code::Operand,
        Code::Index,
        Code::NotACollection,
        Code::Pattern,
        Code::CallFailed,
        Code::Assignment,
        Code::BeanReference,
        Code::UrlRefused,
        Code::NeedFailed,
        Code::Internal,
    ];

    /// The code as written in answers and as the name of its page.
    pub fn code(self) -> &'static str {
        match self {
            Code::Syntax => "expression.syntax",
            Code::Limit => "expression.limit",
            Code::Unresolved => "expression.unresolved",
            Code::NullValue => "expression.null-value",
            Code::UnknownProperty => "expression.unknown-property",
            Code::UnknownMethod => "expression.unknown-method",
            Code::AmbiguousMethod => "expression.ambiguous-method",
            Code::UnknownType => "expression.unknown-type",
            Code::TypeRefused => "expression.type-refused",
            Code::UnknownFunction => "expression.unknown-function",
            Code::ArgumentCount => "expression.argument-count",
            Code::Conversion => "expression.conversion",
            Code::Operand => "expression.operand",
            Code::Index => "expression.index",
            Code::NotACollection => "expression.not-a-collection",
            Code::Pattern => "expression.pattern",
            Code::CallFailed => "expression.call-failed",
            Code::Assignment => "expression.assignment",
            Code::BeanReference => "expression.bean-reference",
            Code::UrlRefused => "expression.url-refused",
            Code::NeedFailed => "expression.need-failed",
            Code::Internal => "expression.internal",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// What is wrong with an expression, where, and what was probably meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Problem {
    /// Stable code.
    pub code: Code,
    /// What is wrong, with Spring's number (`EL1008E: …`) where there is one.
    pub message: String,
    /// The message that wraps it, as Spring's outer exception would (a failed call).
    pub outer: Option<String>,
    /// The class that Spinnaker reports for the same failure.
    pub exception_type: &'static str,
    /// Byte offset in the string that was evaluated.
    pub offset: usize,
    /// Line of that string, from 1.
    pub line: usize,
    /// Column in that line, in characters, from 1.
    pub column: usize,
    /// The name that was not found.
    pub name: Option<String>,
    /// Names that exist and look like it, nearest first.
    pub nearest: Vec<String>,
}

impl Problem {
    /// As answers show it: `code`, `message`, `line`, `column`, and with a name that was not found `name` and `nearest`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut shown = json!({
            "code": self.code.code(), "message": self.told(), "line": self.line, "column": self.column,
        });
        if let (Some(name), Some(shown)) = (&self.name, shown.as_object_mut()) {
            shown.insert("name".to_owned(), name.as_str().into());
            shown.insert("nearest".to_owned(), json!(self.nearest));
        }
        shown
    }

    /// The message, and the one around it where that says more.
    #[must_use]
    pub fn told(&self) -> String {
        match self.outer.as_ref().filter(|outer| !self.message.contains(outer.as_str())) {
            Some(outer) => format!("{} - {outer}", self.message),
            None => self.message.clone(),
        }
    }
}

/// The exception class that Spring throws for most failures.
pub(crate) const SPEL: &str = "org.springframework.expression.spel.SpelEvaluationException";
/// The exception class of a text that does not parse.
pub(crate) const PARSE: &str = "org.springframework.expression.spel.SpelParseException";

/// A failure on its way up, before its place in the source is known.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    pub code: Code,
    pub message: String,
    pub outer: Option<String>,
    pub exception_type: &'static str,
    pub at: Option<u32>,
    pub name: Option<String>,
    pub nearest: Vec<String>,
    pub need: Option<Need>,
}

/// Result of anything inside an evaluation.
pub(crate) type Eval<T> = Result<T, Box<Fault>>;

impl Fault {
    /// A failure that Spring numbers `EL<number>E`.
    pub fn spel(code: Code, number: u16, message: impl fmt::Display) -> Box<Fault> {
        Fault::raw(code, SPEL, format!("EL{number}E: {message}"))
    }

    /// A failure that a Java method would report by the exception class named.
    pub fn java(exception_type: &'static str, message: impl Into<String>) -> Box<Fault> {
        Fault::raw(Code::CallFailed, exception_type, message.into())
    }

    /// A failure of the evaluator's own bounds or tables.
    pub fn raw(code: Code, exception_type: &'static str, message: String) -> Box<Fault> {
        Box::new(Fault {
            code,
            message,
            outer: None,
            exception_type,
            at: None,
            name: None,
            nearest: Vec::new(),
            need: None,
        })
    }

    /// Something of the outside has to be had before the expression has a value.
    pub fn need(need: Need) -> Box<Fault> {
        let mut fault = Fault::raw(Code::NeedFailed, SPEL, "an answer from outside is needed".to_owned());
        fault.need = Some(need);
        fault
    }

    /// Keeps the first place given: the innermost one.
    pub fn at(mut self: Box<Self>, offset: u32) -> Box<Fault> {
        self.at.get_or_insert(offset);
        self
    }

    /// Adds the message of the wrapping exception.
    pub fn wrapped(mut self: Box<Self>, number: u16, message: impl fmt::Display) -> Box<Fault> {
        if self.need.is_none() && self.outer.is_none() {
            self.outer = Some(format!("EL{number}E: {message}"));
        }
        self
    }

    /// Adds the name that was not found, and the nearest of those that exist.
    pub fn named<'n>(mut self: Box<Self>, name: &str, known: impl Iterator<Item = &'n str>) -> Box<Fault> {
        self.nearest = crate::nearest::nearest(name, known);
        self.name = Some(name.to_owned());
        self
    }
}

/// A bound was passed.
pub(crate) fn limit(number: u16, message: impl fmt::Display) -> Box<Fault> {
    Fault::spel(Code::Limit, number, message)
}

/// An argument is not what the method takes.
pub(crate) fn illegal_argument(message: impl Into<String>) -> Box<Fault> {
    Fault::java("java.lang.IllegalArgumentException", message)
}
