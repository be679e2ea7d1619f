//! `java.net.URLEncoder`: form encoding.
use super::object::PLAIN;
use super::{Args, Method};
use crate::convert::Ty;
use crate::error::{Eval, Fault};
use crate::eval::Evaluator;
use crate::value::Val;

const HEX: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];

fn encode<'a>(eval: &mut Evaluator<'a>, args: Args<'_, 'a>) -> Eval<Val<'a>> {
    let charset = if args.0.len() > 1 { args.text(1)? } else { "UTF-8" };
    if !super::string::is_charset(charset) {
        return Err(Fault::java("java.io.UnsupportedEncodingException", charset));
    }
    let mut encoded = String::new();
    let bytes = super::string::encode(args.text(0)?, charset);
    for byte in bytes {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'*' | b'_' => encoded.push(char::from(byte)),
            b' ' => encoded.push('+'),
            _ => encoded.extend(['%', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]),
        }
    }
    eval.text(encoded)
}

pub(super) const METHODS: &[&[Method]] = &[
    PLAIN,
    &[
        Method::fixed("encode", &[Ty::Text], "String", |eval, _, args| encode(eval, args)),
        Method::fixed("encode", &[Ty::Text, Ty::Text], "String", |eval, _, args| encode(eval, args)),
        Method::fixed("encode", &[Ty::Text, Ty::Charset], "String", |eval, _, args| encode(eval, args)),
    ],
];
