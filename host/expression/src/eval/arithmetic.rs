//! `+ - * / % ^` and the signs (§5.6): promotion, wrapping integers, strings.
use super::Evaluator;
use crate::ast::Operator;
use crate::classes::shown;
use crate::convert::{converts_to_text, to_text};
use crate::error::{Code, Eval, Fault, limit};
use crate::value::number::{Promoted, promote};
use crate::value::text::length;
use crate::value::{Text, Val};

/// Unary plus and minus.
pub(super) fn sign<'a>(value: &Val<'a>, minus: bool) -> Eval<Val<'a>> {
    if !value.is_number() {
        let name = if minus { "-" } else { "+" };
        return Err(unsupported(name, value, &Val::Null));
    }
    if !minus {
        return Ok(value.clone());
    }
    Ok(match value {
        Val::Byte(value) => Val::Int(-i32::from(*value)),
        Val::Short(value) => Val::Int(-i32::from(*value)),
        Val::Int(value) => Val::Int(value.wrapping_neg()),
        Val::Long(value) => Val::Long(value.wrapping_neg()),
        Val::Big(value) => big(value.checked_neg())?,
        Val::Float(value) => Val::Float(0.0 - value),
        Val::Double(value) => Val::Double(0.0 - value),
        other => other.clone(),
    })
}

fn unsupported(operator: &str, left: &Val<'_>, right: &Val<'_>) -> Box<Fault> {
    Fault::spel(
        Code::Operand,
        1030,
        format_args!("the operator '{operator}' is not supported between {} and {}", shown(left), shown(right)),
    )
}

fn big<'a>(value: Option<i128>) -> Eval<Val<'a>> {
    value.map(|value| Val::Big(Box::new(value))).ok_or_else(|| limit(1075, "the number has more than 127 bits"))
}

fn by_zero() -> Box<Fault> {
    let mut fault = Fault::java("java.lang.ArithmeticException", "/ by zero");
    fault.code = Code::Operand;
    fault
}

impl<'a> Evaluator<'a> {
    /// An operator that chains, on two values.
    pub(super) fn combine(&mut self, operator: Operator, left: &Val<'a>, right: &Val<'a>) -> Eval<Val<'a>> {
        if let Some(numbers) = promote(left, right) {
            return match numbers {
                Promoted::Double(a, b) => Ok(Val::Double(real(operator, a, b))),
                Promoted::Float(a, b) => Ok(Val::Float(real_float(operator, a, b))),
                Promoted::Big(a, b) => whole_big(operator, a, b),
                Promoted::Long(a, b) => whole_long(operator, a, b),
                Promoted::Int(a, b) => whole_int(operator, a, b),
            };
        }
        match (operator, left, right) {
            (Operator::Add, Val::Str(_), _) | (Operator::Add, _, Val::Str(_)) => self.concatenate(left, right),
            (Operator::Subtract, Val::Str(text), Val::Int(distance)) if length(text.as_str()) == 1 => {
                let unit = text.as_str().encode_utf16().next().unwrap_or_default();
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "Java casts to char")]
                let moved = i32::from(unit).wrapping_sub(*distance) as u16;
                self.text(crate::value::text::unit_text(moved))
            }
            (Operator::Multiply, Val::Str(text), Val::Int(count)) => self.repeat(text, *count),
            _ => Err(unsupported(operator.text(), left, right)),
        }
    }

    fn concatenate(&mut self, left: &Val<'a>, right: &Val<'a>) -> Eval<Val<'a>> {
        let most = self.options.limits.concatenation;
        let too_long = || limit(1078, format_args!("concatenated string is longer than {most} characters"));
        let mut joined = operand_text(left)?;
        let before = length(&joined);
        let after = operand_text(right)?;
        let added = length(&after);
        if before > most || added > most || before + added > most {
            return Err(too_long());
        }
        joined.push_str(&after);
        self.text(joined)
    }

    fn repeat(&mut self, text: &Text<'a>, count: i32) -> Eval<Val<'a>> {
        let Ok(count) = usize::try_from(count) else {
            return Err(Fault::spel(
                Code::Operand,
                1081,
                format_args!("a text is repeated zero times or more, not {count}"),
            ));
        };
        let most = self.options.limits.repetition;
        if length(text.as_str()).saturating_mul(count) > most {
            return Err(limit(1076, format_args!("repeated text is longer than {most} characters")));
        }
        self.text(text.as_str().repeat(count))
    }

    /// `^`: reals when one is real, else cut to long or int.
    pub(super) fn power(&mut self, left: &Val<'a>, right: &Val<'a>) -> Eval<Val<'a>> {
        let (Some(base), Some(exponent)) = (left.as_f64(), right.as_f64()) else {
            return Err(unsupported("^", left, right));
        };
        if let Val::Big(base) = left {
            let exponent = right.as_i32().and_then(|exponent| u32::try_from(exponent).ok());
            return big(exponent.and_then(|exponent| base.checked_pow(exponent)));
        }
        let raised = base.powf(exponent);
        if matches!(left, Val::Double(_) | Val::Float(_)) || matches!(right, Val::Double(_) | Val::Float(_)) {
            return Ok(Val::Double(raised));
        }
        let long = matches!(left, Val::Long(_)) || matches!(right, Val::Long(_));
        #[expect(clippy::cast_possible_truncation, reason = "Java's cast: cut and saturate")]
        Ok(if long || raised > f64::from(i32::MAX) { Val::Long(raised as i64) } else { Val::Int(raised as i32) })
    }
}

/// The text of an operand of `+`: by conversion where there is one, else `toString`.
fn operand_text(value: &Val<'_>) -> Eval<String> {
    if converts_to_text(value) {
        Ok(to_text(value)?.unwrap_or_else(|| "null".to_owned()))
    } else {
        Ok(value.java_string())
    }
}

fn real(operator: Operator, a: f64, b: f64) -> f64 {
    match operator {
        Operator::Add => a + b,
        Operator::Subtract => a - b,
        Operator::Multiply => a * b,
        Operator::Divide => a / b,
        _ => a % b,
    }
}

fn real_float(operator: Operator, a: f32, b: f32) -> f32 {
    match operator {
        Operator::Add => a + b,
        Operator::Subtract => a - b,
        Operator::Multiply => a * b,
        Operator::Divide => a / b,
        _ => a % b,
    }
}

fn whole_int<'a>(operator: Operator, a: i32, b: i32) -> Eval<Val<'a>> {
    Ok(Val::Int(match operator {
        Operator::Add => a.wrapping_add(b),
        Operator::Subtract => a.wrapping_sub(b),
        Operator::Multiply => a.wrapping_mul(b),
        _ if b == 0 => return Err(by_zero()),
        Operator::Divide => a.wrapping_div(b),
        _ => a.wrapping_rem(b),
    }))
}

fn whole_long<'a>(operator: Operator, a: i64, b: i64) -> Eval<Val<'a>> {
    Ok(Val::Long(match operator {
        Operator::Add => a.wrapping_add(b),
        Operator::Subtract => a.wrapping_sub(b),
        Operator::Multiply => a.wrapping_mul(b),
        _ if b == 0 => return Err(by_zero()),
        Operator::Divide => a.wrapping_div(b),
        _ => a.wrapping_rem(b),
    }))
}

fn whole_big<'a>(operator: Operator, a: i128, b: i128) -> Eval<Val<'a>> {
    big(match operator {
        Operator::Add => a.checked_add(b),
        Operator::Subtract => a.checked_sub(b),
        Operator::Multiply => a.checked_mul(b),
        _ if b == 0 => return Err(by_zero()),
        Operator::Divide => a.checked_div(b),
        _ => a.checked_rem(b),
    })
}
