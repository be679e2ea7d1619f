//! Static methods, formatting, charsets and constructors of strings.
use super::this_text;
use crate::classes::{Args, Method};
use crate::convert::Ty;
use crate::error::{Eval, Fault};
use crate::eval::Evaluator;
use crate::format;
use crate::value::Val;
use crate::value::number::{double_text, float_text};
use crate::value::text::unit_text;

/// Whether text can be turned to bytes and back in this charset.
pub(crate) fn is_charset(name: &str) -> bool {
    let known = ["utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "latin1", "iso8859_1", "utf-16be", "utf-16le"];
    known.contains(&name.to_ascii_lowercase().as_str())
}

/// The bytes of a text; what the charset cannot say becomes `?`.
pub(crate) fn encode(text: &str, charset: &str) -> Vec<u8> {
    let narrow = |most: u32| -> Vec<u8> {
        text.chars()
            .map(|c| u8::try_from(u32::from(c)).ok().filter(|b| u32::from(*b) <= most).unwrap_or(b'?'))
            .collect()
    };
    match charset.to_ascii_lowercase().as_str() {
        "us-ascii" | "ascii" => narrow(127),
        "iso-8859-1" | "latin1" | "iso8859_1" => narrow(255),
        "utf-16be" => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        "utf-16le" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        _ => text.as_bytes().to_vec(),
    }
}

fn decode(bytes: &[u8], charset: &str) -> String {
    let units = |read: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.chunks(2).map(|pair| read([pair[0], pair.get(1).copied().unwrap_or(0)])).collect();
        String::from_utf16_lossy(&units)
    };
    match charset.to_ascii_lowercase().as_str() {
        "us-ascii" | "ascii" => bytes.iter().map(|b| if *b < 128 { char::from(*b) } else { '\u{FFFD}' }).collect(),
        "iso-8859-1" | "latin1" | "iso8859_1" => bytes.iter().map(|b| char::from(*b)).collect(),
        "utf-16be" => units(u16::from_be_bytes),
        "utf-16le" => units(u16::from_le_bytes),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

fn formatted<'a>(eval: &mut Evaluator<'a>, pattern: &str, values: &[Val<'a>]) -> Eval<Val<'a>> {
    let most = eval.options.limits.produced_bytes;
    let zone = eval.options.environment.zone.clone();
    let text = format::format(pattern, values, most, &zone)?;
    eval.text(text)
}

fn join<'a>(eval: &mut Evaluator<'a>, separator: &str, items: &[Val<'a>]) -> Eval<Val<'a>> {
    let mut joined = String::new();
    for (position, item) in items.iter().enumerate() {
        let text = match item {
            Val::Null => "null",
            item => item.as_sequence().ok_or_else(|| {
                let class = crate::classes::shown(item);
                Fault::java(
                    "java.lang.ClassCastException",
                    format!("class {class} cannot be cast to class java.lang.CharSequence"),
                )
            })?,
        };
        eval.charge(text.len() + separator.len())?;
        if position > 0 {
            joined.push_str(separator);
        }
        joined.push_str(text);
    }
    Ok(Val::text(joined))
}

fn of_units<'a>(args: Args<'_, 'a>) -> Eval<Val<'a>> {
    let units: Vec<u16> = args
        .elements(0)?
        .iter()
        .filter_map(|item| if let Val::Char(unit) = item { Some(*unit) } else { None })
        .collect();
    Ok(Val::text(String::from_utf16_lossy(&units)))
}

fn part_of_units<'a>(args: Args<'_, 'a>) -> Eval<Val<'a>> {
    let all = of_units(args)?;
    let begin = usize::try_from(args.int(1)?).ok();
    let end = begin.zip(usize::try_from(args.int(2)?).ok()).map(|(begin, count)| begin + count);
    let part = begin.zip(end).and_then(|(begin, end)| crate::value::text::slice(this_text(&all), begin, end));
    part.map(Val::text).ok_or_else(|| super::out_of_range("offset or count".to_owned()))
}

fn of_bytes<'a>(args: Args<'_, 'a>, charset: &str) -> Eval<Val<'a>> {
    if !is_charset(charset) {
        return Err(Fault::java("java.io.UnsupportedEncodingException", charset));
    }
    let bytes: Vec<u8> = args.elements(0)?.iter().filter_map(Val::as_byte).collect();
    Ok(Val::text(decode(&bytes, charset)))
}

pub(super) const METHODS: &[Method] = &[
    Method::new("formatted", &[Ty::Object], "String", |eval, this, args| formatted(eval, this_text(this), args.0))
        .variadic(),
    Method::fixed("format", &[Ty::Text, Ty::Object], "String", |eval, _, args| {
        formatted(eval, args.text(0)?, args.0.get(1..).unwrap_or_default())
    })
    .variadic(),
    Method::fixed("format", &[Ty::Locale, Ty::Text, Ty::Object], "String", |eval, _, args| {
        formatted(eval, args.text(1)?, args.0.get(2..).unwrap_or_default())
    })
    .variadic(),
    Method::fixed("join", &[Ty::Sequence, Ty::Sequence], "String", |eval, _, args| {
        join(eval, args.text(0)?, args.0.get(1..).unwrap_or_default())
    })
    .variadic(),
    Method::fixed("join", &[Ty::Sequence, Ty::Iterable], "String", |eval, _, args| {
        join(eval, args.text(0)?, &args.elements(1)?)
    }),
    Method::fixed("valueOf", &[Ty::Chars], "String", |_, _, args| of_units(args)),
    Method::fixed("valueOf", &[Ty::Object], "String", |eval, _, args| eval.text(args.get(0).java_string())),
    Method::fixed("valueOf", &[Ty::Bool], "String", |_, _, args| Ok(Val::text(args.flag(0)?.to_string()))),
    Method::fixed("valueOf", &[Ty::Char], "String", |_, _, args| Ok(Val::text(unit_text(args.unit(0)?)))),
    Method::fixed("valueOf", &[Ty::Int], "String", |_, _, args| Ok(Val::text(args.int(0)?.to_string()))),
    Method::fixed("valueOf", &[Ty::Long], "String", |_, _, args| Ok(Val::text(args.long(0)?.to_string()))),
    Method::fixed("valueOf", &[Ty::Float], "String", |_, _, args| Ok(Val::text(float_text(args.float(0)?)))),
    Method::fixed("valueOf", &[Ty::Double], "String", |_, _, args| Ok(Val::text(double_text(args.double(0)?)))),
    Method::fixed("valueOf", &[Ty::Chars, Ty::Int, Ty::Int], "String", |_, _, args| part_of_units(args)),
    Method::fixed("copyValueOf", &[Ty::Chars], "String", |_, _, args| of_units(args)),
    Method::fixed("copyValueOf", &[Ty::Chars, Ty::Int, Ty::Int], "String", |_, _, args| part_of_units(args)),
];

pub(super) const CONSTRUCTORS: &[Method] = &[
    Method::constructor(&[], |_, _, _| Ok(Val::borrowed(""))),
    Method::constructor(&[Ty::Chars], |_, _, args| of_units(args)),
    Method::constructor(&[Ty::Bytes], |_, _, args| of_bytes(args, "UTF-8")),
    Method::constructor(&[Ty::Text], |_, _, args| Ok(args.get(0).clone())),
    Method::constructor(&[Ty::Bytes, Ty::Text], |_, _, args| of_bytes(args, args.text(1)?)),
    Method::constructor(&[Ty::Chars, Ty::Int, Ty::Int], |_, _, args| part_of_units(args)),
];
