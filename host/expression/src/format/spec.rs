//! Format specifiers: `%[index$][flags][width][.precision]conversion`.
use crate::error::{Eval, Fault};

/// Flags of a specifier, as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Flags(u16);

impl Flags {
    pub const LEFT: Flags = Flags(1);
    pub const ALTERNATE: Flags = Flags(2);
    pub const PLUS: Flags = Flags(4);
    pub const SPACE: Flags = Flags(8);
    pub const ZERO: Flags = Flags(16);
    pub const GROUP: Flags = Flags(32);
    pub const PARENTHESES: Flags = Flags(64);
    pub const PREVIOUS: Flags = Flags(128);
    pub const UPPER: Flags = Flags(256);

    pub fn contains(self, flag: Flags) -> bool {
        self.0 & flag.0 != 0
    }

    pub fn without(self, flag: Flags) -> Flags {
        Flags(self.0 & !flag.0)
    }

    fn with(self, flag: Flags) -> Flags {
        Flags(self.0 | flag.0)
    }

    fn of(c: char) -> Option<Flags> {
        Some(match c {
            '-' => Flags::LEFT,
            '#' => Flags::ALTERNATE,
            '+' => Flags::PLUS,
            ' ' => Flags::SPACE,
            '0' => Flags::ZERO,
            ',' => Flags::GROUP,
            '(' => Flags::PARENTHESES,
            '<' => Flags::PREVIOUS,
            _ => return None,
        })
    }
}

/// One specifier. Conversions are lower case; `UPPER` says that capitals were written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spec<'p> {
    pub written: &'p str,
    /// Position among the arguments, from 0.
    pub index: Option<usize>,
    pub flags: Flags,
    pub width: Option<usize>,
    pub precision: Option<usize>,
    pub conversion: char,
    /// The letter after `t`.
    pub date: char,
}

/// A format string taken apart.
pub(super) enum Piece<'p> {
    Literal(&'p str),
    Spec(Spec<'p>),
}

fn unknown(conversion: impl std::fmt::Display) -> Box<Fault> {
    Fault::java("java.util.UnknownFormatConversionException", format!("Conversion = '{conversion}'"))
}

pub(super) fn pieces(pattern: &str) -> Eval<Vec<Piece<'_>>> {
    let mut found = Vec::new();
    let mut rest = pattern;
    while let Some(at) = rest.find('%') {
        let (literal, after) = rest.split_at(at);
        if !literal.is_empty() {
            found.push(Piece::Literal(literal));
        }
        let (spec, length) = spec(after)?;
        found.push(Piece::Spec(spec));
        rest = after.get(length..).unwrap_or_default();
    }
    if !rest.is_empty() {
        found.push(Piece::Literal(rest));
    }
    Ok(found)
}

fn number(text: &str) -> (Option<usize>, usize) {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    (text.get(..digits).and_then(|digits| digits.parse().ok()), digits)
}

/// The specifier that a text begins with, and its length.
fn spec(text: &str) -> Eval<(Spec<'_>, usize)> {
    let mut at = 1;
    let mut spec =
        Spec { written: "%", index: None, flags: Flags(0), width: None, precision: None, conversion: '%', date: ' ' };
    let (index, digits) = number(&text[at..]);
    if text[at + digits..].starts_with('$') && digits > 0 {
        at += digits + 1;
        spec.index = index.and_then(|index| index.checked_sub(1));
    }
    while let Some(flag) = text[at..].chars().next().and_then(Flags::of) {
        if spec.flags.contains(flag) {
            return Err(Fault::java("java.util.DuplicateFormatFlagsException", format!("Flags = '{}'", &text[..=at])));
        }
        spec.flags = spec.flags.with(flag);
        at += 1;
    }
    let (width, digits) = number(&text[at..]);
    at += digits;
    spec.width = width;
    if text[at..].starts_with('.') {
        let (precision, digits) = number(&text[at + 1..]);
        if digits == 0 {
            return Err(unknown('.'));
        }
        spec.precision = precision;
        at += 1 + digits;
    }
    let Some(conversion) = text[at..].chars().next() else {
        return Err(unknown('%'));
    };
    at += conversion.len_utf8();
    if !"bBhHsScCdoxXeEfgGtT%n".contains(conversion) {
        return Err(unknown(conversion));
    }
    if conversion.is_ascii_uppercase() {
        spec.flags = spec.flags.with(Flags::UPPER);
    }
    spec.conversion = conversion.to_ascii_lowercase();
    if spec.conversion == 't' {
        spec.date = text[at..].chars().next().ok_or_else(|| unknown('t'))?;
        at += spec.date.len_utf8();
    }
    spec.written = &text[..at];
    check(&spec).map(|()| (spec, at))
}

fn check(spec: &Spec<'_>) -> Eval<()> {
    let aligned = spec.flags.contains(Flags::LEFT) || spec.flags.contains(Flags::ZERO);
    if aligned && spec.width.is_none() {
        return Err(Fault::java("java.util.MissingFormatWidthException", spec.written));
    }
    let both = |a: Flags, b: Flags| spec.flags.contains(a) && spec.flags.contains(b);
    if both(Flags::LEFT, Flags::ZERO) || both(Flags::PLUS, Flags::SPACE) {
        return Err(Fault::java("java.util.IllegalFormatFlagsException", format!("Flags = '{}'", spec.written)));
    }
    if spec.precision.is_some() && matches!(spec.conversion, 'd' | 'o' | 'x' | 'c' | 't' | '%' | 'n') {
        return Err(Fault::java("java.util.IllegalFormatPrecisionException", spec.written));
    }
    let refused: &[Flags] = match spec.conversion {
        'b' | 's' | 'h' | 'c' | 't' => {
            &[Flags::ALTERNATE, Flags::PLUS, Flags::SPACE, Flags::ZERO, Flags::GROUP, Flags::PARENTHESES]
        }
        'd' | 'g' => &[Flags::ALTERNATE],
        'o' | 'x' => &[Flags::GROUP, Flags::PARENTHESES, Flags::SPACE, Flags::PLUS],
        'e' => &[Flags::GROUP],
        _ => &[],
    };
    if refused.iter().any(|flag| spec.flags.contains(*flag)) {
        return Err(Fault::java("java.util.FormatFlagsConversionMismatchException", spec.written));
    }
    Ok(())
}
