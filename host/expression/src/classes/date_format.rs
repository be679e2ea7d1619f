//! `java.text.SimpleDateFormat`, in English.
mod read;
mod write;

use std::rc::Rc;

use jiff::tz::TimeZone;

use super::object::COMMON;
use super::{Args, Method};
use crate::convert::Ty;
use crate::error::{Eval, Fault, illegal_argument};
use crate::eval::Evaluator;
use crate::value::Val;

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
pub(super) const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// A parsed pattern.
#[derive(Debug)]
pub(crate) struct DateFormat {
    pub pattern: String,
    pub(super) pieces: Vec<Piece>,
}

/// A letter repeated, or text as it stands.
#[derive(Debug)]
pub(super) enum Piece {
    Field(char, usize),
    Literal(String),
}

impl DateFormat {
    /// Reads a pattern: letters repeated, other characters as they stand, text in quotes.
    pub fn parse(pattern: &str) -> Eval<DateFormat> {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut literal = String::new();
        let mut characters = pattern.chars().peekable();
        while let Some(c) = characters.next() {
            if c == '\'' {
                quoted(&mut characters, &mut literal)?;
            } else if c.is_ascii_alphabetic() {
                if !"GyYMLwWDdFEuaHkKhmsSzZX".contains(c) {
                    return Err(illegal_argument(format!("Illegal pattern character '{c}'")));
                }
                if !literal.is_empty() {
                    pieces.push(Piece::Literal(std::mem::take(&mut literal)));
                }
                let mut count = 1;
                while characters.next_if_eq(&c).is_some() {
                    count += 1;
                }
                if c == 'X' && count > 3 {
                    return Err(illegal_argument(format!("invalid ISO 8601 format: length={count}")));
                }
                pieces.push(Piece::Field(c, count));
            } else {
                literal.push(c);
            }
        }
        if !literal.is_empty() {
            pieces.push(Piece::Literal(literal));
        }
        Ok(DateFormat { pattern: pattern.to_owned(), pieces })
    }
}

/// Text up to the closing quote; two quotes are one.
fn quoted(characters: &mut std::iter::Peekable<std::str::Chars<'_>>, literal: &mut String) -> Eval<()> {
    if characters.next_if_eq(&'\'').is_some() {
        literal.push('\'');
        return Ok(());
    }
    loop {
        match characters.next() {
            None => return Err(illegal_argument("Unterminated quote")),
            Some('\'') if characters.next_if_eq(&'\'').is_some() => literal.push('\''),
            Some('\'') => return Ok(()),
            Some(c) => literal.push(c),
        }
    }
}

fn this_format<'x>(this: &'x Val<'_>) -> Eval<&'x DateFormat> {
    match this {
        Val::Format(format) => Ok(format),
        _ => Err(super::method::null_pointer()),
    }
}

fn format<'a>(eval: &mut Evaluator<'a>, this: &Val<'a>, args: Args<'_, 'a>) -> Eval<Val<'a>> {
    let millis = match args.get(0) {
        Val::Date(millis) => *millis,
        Val::Null => return Err(super::method::null_pointer()),
        number if number.is_number() => number.as_i64().unwrap_or(0),
        _ => return Err(illegal_argument("Cannot format given Object as a Date")),
    };
    let zone: TimeZone = eval.options.environment.zone.clone();
    let text = this_format(this)?.format(millis, &zone)?;
    eval.text(text)
}

fn read<'a>(eval: &Evaluator<'a>, this: &Val<'a>, args: Args<'_, 'a>) -> Eval<Val<'a>> {
    let text = args.text(0)?;
    let environment = &eval.options.environment;
    let read = this_format(this)?.read(text, &environment.zone, environment.now);
    read.map(|(millis, _)| Val::Date(millis))
        .ok_or_else(|| Fault::java("java.text.ParseException", format!("Unparseable date: \"{text}\"")))
}

pub(super) const METHODS: &[&[Method]] = &[
    COMMON,
    &[
        Method::new("format", &[Ty::Date], "String", format),
        Method::new("format", &[Ty::Object], "String", format),
        Method::new("parse", &[Ty::Text], "Date", |eval, this, args| read(eval, this, args)),
        Method::new("toPattern", &[], "String", |_, this, _| Ok(Val::text(this_format(this)?.pattern.clone()))),
        Method::new("toLocalizedPattern", &[], "String", |_, this, _| {
            Ok(Val::text(this_format(this)?.pattern.clone()))
        }),
        Method::new("isLenient", &[], "boolean", |_, _, _| Ok(Val::Bool(true))),
        Method::new("setTimeZone", &[Ty::TimeZone], "void", |_, _, args| {
            crate::calendar::zone(args.text(0)?).map(|_| Val::Null)
        }),
        Method::new("setLenient", &[Ty::Bool], "void", |_, _, _| Ok(Val::Null)),
        Method::new("applyPattern", &[Ty::Text], "void", |_, _, args| {
            DateFormat::parse(args.text(0)?).map(|_| Val::Null)
        }),
    ],
];

fn new<'a>(args: Args<'_, 'a>) -> Eval<Val<'a>> {
    DateFormat::parse(args.text(0)?).map(|format| Val::Format(Rc::new(format)))
}

pub(super) const CONSTRUCTORS: &[Method] = &[
    Method::constructor(&[], |_, _, _| DateFormat::parse("M/d/yy, h:mm a").map(|format| Val::Format(Rc::new(format)))),
    Method::constructor(&[Ty::Text], |_, _, args| new(args)),
    Method::constructor(&[Ty::Text, Ty::Locale], |_, _, args| new(args)),
];
