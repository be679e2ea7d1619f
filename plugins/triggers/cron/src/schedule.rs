//! What a configured trigger says of its dates.

use jiff::civil::DateTime;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use mainsheet_sdk::prelude::*;

use crate::Cron;
use crate::expression::Expression;
use crate::interval::Interval;

/// Dates of a trigger, as times on a clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Schedule {
    /// A Quartz expression.
    Quartz(Box<Expression>),
    /// Days at a time of day.
    Interval(Interval),
}

impl Schedule {
    /// Reads a configuration.
    ///
    /// # Errors
    /// The refusal: no dates are given, two kinds are, or what is given is none.
    pub fn of(config: &Cron) -> Result<Schedule, Failure> {
        let (expression, at) = (config.cron_expression.trim(), config.at.trim());
        match (expression.is_empty(), at.is_empty()) {
            (true, true) => Err(refusal(
                code("cron.schedule-missing"),
                "The trigger names no dates; give `cronExpression`, or `at` with `everyDays` or `workingDays`.".into(),
            )),
            (false, false) => Err(refusal(
                code("cron.schedule-twofold"),
                "`cronExpression` and `at` are both given; remove the one that is not meant.".into(),
            )),
            (false, true) => match Expression::read(expression, &config.id) {
                Ok(expression) => Ok(Schedule::Quartz(Box::new(expression))),
                Err(why) => Err(refusal(
                    code("cron.expression-invalid"),
                    format!("`{expression}` is no Quartz expression. {why}"),
                )),
            },
            (true, false) => Interval::read(at, config.every_days.0, config.working_days.0, &config.start_date)
                .map(Schedule::Interval)
                .map_err(|why| refusal(code("cron.interval-invalid"), why)),
        }
    }

    /// The first time on the clock strictly later than `after`.
    pub fn next(&self, after: DateTime) -> Option<DateTime> {
        match self {
            Schedule::Quartz(expression) => expression.next(after),
            Schedule::Interval(interval) => interval.next(after),
        }
    }

    /// Whether it fires in every hour, so that a change of the clock must not hold it up.
    pub fn steady(&self) -> bool {
        matches!(self, Schedule::Quartz(expression) if expression.hours.every)
    }
}

/// The zone of a trigger, or the server's where it names none.
///
/// # Errors
/// There is no such zone.
pub fn zone(own: &str, servers: &str) -> Result<TimeZone, Failure> {
    let name = if own.trim().is_empty() { servers } else { own.trim() };
    TimeZoneDatabase::bundled().get(name).map_err(|_| {
        let message = format!("There is no time zone {name:?}; names look like Asia/Shanghai or Europe/Berlin.");
        refusal(code("cron.zone-unknown"), message)
    })
}

fn refusal(code: &str, message: String) -> Failure {
    Failure::new(FailureClass::InvalidInput, code, message)
}
