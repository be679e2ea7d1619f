//! Trigger `cron`: fires on dates. Behaviour: references `pipelines-and-stages.md` §5.4 and `triggers-and-notifications.md` §8.
//!
//! The host asks for the next date of a configured trigger, keeps it, and lets the trigger match the event of that date.

mod calendar;
mod days;
mod expression;
mod field;
mod interval;
mod schedule;
#[cfg(test)]
mod tests;
mod words;

use jiff::Timestamp;
use mainsheet_sdk::prelude::*;
use mainsheet_sdk::trigger::{Event, Payload, TriggerKind, TriggerPlugin};

use schedule::Schedule;

/// Fires on dates.
#[config]
pub struct Cron {
    /// Names the trigger; `H` in the expression is made from it.
    #[field(en = "Id", zh = "标识", widget = "hidden")]
    id: String,
    /// Quartz expression: seconds minutes hours day-of-month month day-of-week, and a year if wanted.
    #[field(en = "Cron expression", zh = "Cron 表达式", help_zh = "Quartz 格式，6 或 7 个字段，秒在最前")]
    cron_expression: String,
    /// Time of day, hh:mm, instead of an expression.
    #[field(en = "Time of day", zh = "时间", help_zh = "时:分，不填 Cron 表达式时使用")]
    at: String,
    /// With a time of day: every so many days.
    #[field(en = "Every so many days", zh = "间隔天数", default = Integer(1))]
    every_days: Integer,
    /// With a time of day: Monday to Friday instead of every so many days.
    #[field(en = "Working days", zh = "每个工作日")]
    working_days: Flag,
    /// With a number of days: the date from which they are counted.
    #[field(en = "Counted from", zh = "起始日期")]
    start_date: String,
    /// IANA name of the time zone; the server's if absent.
    #[field(en = "Time zone", zh = "时区", help_zh = "例如 Asia/Shanghai，不填则用服务器设置")]
    time_zone: String,
}

/// The first date later than `after`; absent also for a trigger that `matches` refuses.
fn next(config: Cron, after: f64, zone: &str) -> Option<f64> {
    let schedule = Schedule::of(&config).ok()?;
    let zone = schedule::zone(&config.time_zone, zone).ok()?;
    let found = calendar::next(&schedule, &zone, instant(after)?)?;
    Some(millis(found))
}

/// What an execution is started with on a date; the refusal says why a trigger has no dates.
fn matches(event: &Event, config: Cron, document: &Map<String, Value>) -> Result<Payload, Failure> {
    let schedule = Schedule::of(&config)?;
    let servers = event.payload.get("zone").and_then(Value::as_str).unwrap_or("UTC");
    let zone = schedule::zone(&config.time_zone, servers)?;
    let mut trigger = document.clone();
    // Not carried, so that prior and default artifacts of the pipeline still apply (reference pipelines-and-stages.md §5.4).
    trigger.remove("expectedArtifactIds");
    trigger.insert("type".to_owned(), "cron".into());
    trigger.insert("schedule".to_owned(), words::describe(&schedule).into());
    trigger.insert("zone".to_owned(), zone.iana_name().unwrap_or(servers).into());
    if let Some(date) = event.payload.get("scheduled").and_then(Value::as_f64).and_then(instant) {
        trigger.insert("scheduledTime".to_owned(), millis(date).into());
        trigger.insert(
            "scheduledAt".to_owned(),
            date.to_zoned_datetime(zone).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string().into(),
        );
    }
    Ok(Payload { trigger, artifacts: Vec::new() })
}

#[expect(clippy::cast_possible_truncation, reason = "the cast saturates, and jiff refuses what is out of its range")]
fn instant(millis: f64) -> Option<Timestamp> {
    Timestamp::from_millisecond(millis.floor() as i64).ok()
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds stay exact in an f64 for 285,000 years")]
fn millis(instant: Timestamp) -> f64 {
    instant.as_millisecond() as f64
}

/// The plugin.
pub fn plugin() -> TriggerPlugin {
    TriggerPlugin::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
        .label("Cron", "定时")
        .help("Fires on dates.", "在指定的时间触发。")
        .trigger(
            TriggerKind::new("cron", matches)
                .label("Cron", "定时")
                .help(
                    "Fires on dates: a Quartz expression, every so many days, or every working day.",
                    "按时间触发：Quartz 表达式、每隔若干天或每个工作日。",
                )
                .dates(next),
        )
}

mainsheet_sdk::export_trigger!(plugin);
