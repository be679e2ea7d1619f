//! What a scalar means: YAML 1.1's implicit types, and the tags of its core.
use super::{Parse, Reader};
use crate::calendar;
use crate::classes::Class;
use crate::value::{Array, Key, Map, OwnedMap, Set, SetKind, Val};

const CORE: &str = "tag:yaml.org,2002:";

impl<'a> Reader<'a> {
    /// The value of a scalar; only plain ones are looked at.
    pub(super) fn resolved(&self, text: &str, plain: bool, tag: Option<&str>) -> Parse<Val<'a>> {
        let kind = match tag {
            None if plain => return Ok(implicit(text)),
            None | Some("!") => "str",
            Some(tag) => tag.strip_prefix(CORE).ok_or_else(|| format!("tag {tag} is not allowed"))?,
        };
        let bad = || format!("'{text}' is no {kind}");
        Ok(match kind {
            "str" => Val::text(text),
            "null" => Val::Null,
            "bool" => boolean(text).map(Val::Bool).ok_or_else(bad)?,
            "int" => integer(text).ok_or_else(bad)?,
            "float" => float(text).or_else(|| integer(text)?.as_f64().map(Val::Double)).ok_or_else(bad)?,
            "timestamp" => timestamp(text).ok_or_else(bad)?,
            "binary" => binary(text).ok_or_else(bad)?,
            "set" | "map" | "seq" | "omap" | "pairs" if text.is_empty() => Val::Null,
            _ => {
                return Err(format!("could not determine a constructor for the tag {CORE}{kind}"));
            }
        })
    }

    pub(super) fn tagged_list(&self, items: Vec<Val<'a>>, tag: Option<&str>) -> Parse<Val<'a>> {
        match tag.map(|tag| tag.strip_prefix(CORE).unwrap_or(tag)) {
            None | Some("seq" | "!" | "pairs") => Ok(Val::list(items)),
            Some("omap") => {
                let mut map = OwnedMap::new();
                for item in items {
                    let Val::Map(entry) = item else {
                        return Err("expected a mapping of length 1".to_owned());
                    };
                    map.extend(entry.entries().into_iter().map(|(key, value)| (Key(key), value)));
                }
                Ok(Val::Map(Map::owned(map)))
            }
            Some(tag) => Err(format!("could not determine a constructor for the tag {tag}")),
        }
    }

    pub(super) fn tagged_map(&self, value: Val<'a>, tag: Option<&str>) -> Parse<Val<'a>> {
        match tag.map(|tag| tag.strip_prefix(CORE).unwrap_or(tag)) {
            None | Some("map" | "!") => Ok(value),
            Some("set") => match value {
                Val::Map(map) => {
                    let items = map.entries().into_iter().map(|(key, _)| key).collect();
                    Ok(Val::Set(Set { kind: SetKind::Plain, items }))
                }
                other => Ok(other),
            },
            Some(tag) => Err(format!("could not determine a constructor for the tag {tag}")),
        }
    }
}

fn implicit<'a>(text: &str) -> Val<'a> {
    if matches!(text, "" | "~" | "null" | "Null" | "NULL") {
        return Val::Null;
    }
    boolean(text)
        .map(Val::Bool)
        .or_else(|| integer(text))
        .or_else(|| float(text))
        .or_else(|| timestamp(text))
        .unwrap_or_else(|| Val::text(text))
}

fn boolean(text: &str) -> Option<bool> {
    match text {
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Some(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

fn sign(text: &str) -> (i128, &str) {
    match text.as_bytes().first() {
        Some(b'-') => (-1, text.get(1..).unwrap_or_default()),
        Some(b'+') => (1, text.get(1..).unwrap_or_default()),
        _ => (1, text),
    }
}

/// Decimal, `0x`, `0b`, octal by a leading zero, base 60; underscores anywhere but in front.
fn integer<'a>(text: &str) -> Option<Val<'a>> {
    let (sign, digits) = sign(text);
    let plain = digits.replace('_', "");
    let of = |digits: &str, radix: u32| {
        let clean = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
        if clean { i128::from_str_radix(digits, radix).ok() } else { None }
    };
    let value = if let Some(hex) = plain.strip_prefix("0x") {
        of(hex, 16)?
    } else if let Some(binary) = plain.strip_prefix("0b") {
        of(binary, 2)?
    } else if digits.starts_with('0') && digits.len() > 1 {
        if plain == "0" { 0 } else { of(&plain, 8)? }
    } else if digits.starts_with(|c: char| c.is_ascii_digit()) {
        sexagesimal(&plain)?
    } else {
        return None;
    };
    let value = value.checked_mul(sign)?;
    Some(match (i32::try_from(value), i64::try_from(value)) {
        (Ok(small), _) => Val::Int(small),
        (_, Ok(long)) => Val::Long(long),
        _ => Val::Big(Box::new(value)),
    })
}

/// `190:20:30`
fn sexagesimal(digits: &str) -> Option<i128> {
    let mut parts = digits.split(':');
    let first = parts.next().filter(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))?;
    if first.starts_with('0') && digits.contains(':') {
        return None;
    }
    parts.try_fold(first.parse::<i128>().ok()?, |value, part| {
        let clean = matches!(part.len(), 1 | 2) && part.bytes().all(|byte| byte.is_ascii_digit());
        let part: i128 = if clean {
            part.parse().ok()?
        } else {
            return None;
        };
        if part < 60 { value.checked_mul(60)?.checked_add(part) } else { None }
    })
}

fn float<'a>(text: &str) -> Option<Val<'a>> {
    match text {
        ".nan" | ".NaN" | ".NAN" => return Some(Val::Double(f64::NAN)),
        _ => {}
    }
    let (sign, digits) = sign(text);
    let negative = sign < 0;
    if matches!(digits, ".inf" | ".Inf" | ".INF") {
        return Some(Val::Double(if negative { f64::NEG_INFINITY } else { f64::INFINITY }));
    }
    let (mantissa, exponent) = match digits.find(['e', 'E']) {
        Some(at) => (digits.get(..at)?, Some(digits.get(at + 1..)?)),
        None => (digits, None),
    };
    let exponent_digits = exponent.map(|exponent| exponent.strip_prefix(['+', '-']).unwrap_or(exponent));
    if exponent_digits.is_some_and(|digits| digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    let (whole, fraction) = mantissa.split_once('.').map_or((mantissa, None), |(a, b)| (a, Some(b)));
    let clean = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    let begins = |part: &str| part.starts_with(|c: char| c.is_ascii_digit());
    let valid = match fraction {
        Some(fraction) if whole.is_empty() => begins(fraction) && clean(fraction) && text.starts_with('.'),
        Some(fraction) => begins(whole) && clean(whole) && clean(fraction),
        None => begins(whole) && clean(whole) && exponent.is_some(),
    };
    if !valid {
        return None;
    }
    let number: f64 = digits.replace('_', "").parse().ok()?;
    Some(Val::Double(if negative { -number } else { number }))
}

/// `2001-12-14`, `2001-12-14 21:59:43.10 -5`: a date.
fn timestamp<'a>(text: &str) -> Option<Val<'a>> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '-')).unwrap_or(text.len());
    let (day, rest) = text.split_at(end);
    let parts: Vec<&str> = day.split('-').collect();
    let [year, month, date] = parts.as_slice() else {
        return None;
    };
    let widths = year.len() == 4 && matches!(month.len(), 1 | 2) && matches!(date.len(), 1 | 2);
    if !widths || (rest.is_empty() && (month.len() != 2 || date.len() != 2)) {
        return None;
    }
    let date = calendar::date(year.parse().ok()?, month.parse().ok()?, date.parse().ok()?)?;
    let midnight = i128::from(calendar::epoch_day(date)) * calendar::DAY;
    let nanos = if rest.is_empty() { midnight } else { midnight + time_of_day(rest)? };
    let instant = calendar::instant_of_nanos(nanos).ok()?;
    instant.millis().map(Val::Date)
}

/// Nanoseconds of `T21:59:43.10-05:00`, brought to UTC.
fn time_of_day(rest: &str) -> Option<i128> {
    let clock = match rest.strip_prefix(['T', 't']) {
        Some(clock) => clock,
        None => Some(rest.trim_start_matches([' ', '\t'])).filter(|clock| clock.len() < rest.len())?,
    };
    let end = clock.find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.'))).unwrap_or(clock.len());
    let (clock, zone) = clock.split_at(end);
    let padded = if clock.find(':') == Some(1) { format!("0{clock}") } else { clock.to_owned() };
    let time = calendar::parse_time(padded.trim_end_matches('.'))?;
    if padded.matches(':').count() != 2 {
        return None;
    }
    let zone = zone.trim_start_matches([' ', '\t']);
    let offset = if zone.is_empty() { 0 } else { calendar::offset(zone)?.seconds() };
    let seconds = i128::from(time.hour()) * 3_600 + i128::from(time.minute()) * 60 + i128::from(time.second());
    Some((seconds - i128::from(offset)) * calendar::SECOND + i128::from(time.subsec_nanosecond()))
}

fn binary<'a>(text: &str) -> Option<Val<'a>> {
    let clean: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let bytes = crate::functions::base64::decode(&clean).ok()?;
    let bytes = bytes.into_iter().map(|byte| Val::Byte(byte.cast_signed())).collect();
    Some(Val::Array(Array::of_primitives(Class::Byte, bytes)))
}
