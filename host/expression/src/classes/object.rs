//! What every object answers, and the enum of statuses.
use super::Method;
use crate::convert::Ty;
use crate::value::Val;

/// What is left of `Object` where a class has no `equals` and `hashCode` of its own: those are refused.
pub(super) const PLAIN: &[Method] =
    &[Method::new("toString", &[], "String", |eval, this, _| eval.text(this.java_string()))];

/// `equals`, `hashCode`, `toString`.
pub(super) const COMMON: &[Method] = &[
    Method::new("equals", &[Ty::Object], "boolean", |_, this, args| Ok(Val::Bool(this.java_equals(args.get(0))))),
    Method::new("hashCode", &[], "int", |_, this, _| Ok(Val::Int(this.java_hash()))),
    Method::new("toString", &[], "String", |eval, this, _| eval.text(this.java_string())),
];

pub(super) const METHODS: &[&[Method]] = &[COMMON];
pub(super) const IDENTITY: &[&[Method]] = &[PLAIN];

pub(super) const STATUS: &[&[Method]] = &[
    COMMON,
    &[
        Method::new("name", &[], "String", |_, this, _| Ok(Val::text(this.java_string()))),
        Method::new("ordinal", &[], "int", |_, this, _| {
            Ok(if let Val::Status(status) = this { Val::Int(*status as i32) } else { Val::Null })
        }),
        Method::new("isComplete", &[], "boolean", |_, this, _| Ok(status_is(this, |status| status.is_complete()))),
        Method::new("isSuccessful", &[], "boolean", |_, this, _| Ok(status_is(this, |status| status.is_successful()))),
        Method::new("isFailure", &[], "boolean", |_, this, _| Ok(status_is(this, |status| status.is_failure()))),
        Method::new("isHalt", &[], "boolean", |_, this, _| Ok(status_is(this, |status| status.is_halt()))),
        Method::new("isSkipped", &[], "boolean", |_, this, _| {
            Ok(status_is(this, |status| status == crate::execution::Status::Skipped))
        }),
        Method::new("length", &[], "int", |_, this, _| {
            Ok(Val::Int(i32::try_from(this.java_string().len()).unwrap_or(0)))
        }),
    ],
];

fn status_is<'a>(this: &Val<'a>, test: fn(crate::execution::Status) -> bool) -> Val<'a> {
    match this {
        Val::Status(status) => Val::Bool(test(*status)),
        _ => Val::Null,
    }
}
