//! Expressions with the instants that must come of them, clocks that change, and what holds for every expression.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use mainsheet_sdk::prelude::*;
use proptest::prelude::*;

use crate::Cron;
use crate::schedule::{Schedule, zone};
use crate::{calendar, words};

fn quartz(expression: &str) -> Cron {
    Cron { cron_expression: expression.to_owned(), id: "nightly".into(), ..Cron::default() }
}

fn place(name: &str) -> TimeZone {
    zone(name, "UTC").expect("a zone")
}

/// The next dates after `after` (both as shown by a clock with its offset), in the zone.
fn dates(config: &Cron, place: &TimeZone, after: &str, count: usize) -> Vec<String> {
    let schedule = Schedule::of(config).expect("a schedule");
    let mut at: Timestamp = after.parse().expect("an instant");
    let mut found = Vec::new();
    for _ in 0..count {
        let Some(next) = calendar::next(&schedule, place, at) else {
            found.push("never".into());
            break;
        };
        assert!(next > at, "{next} is not after {at}");
        found.push(next.to_zoned_datetime(place.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string());
        at = next;
    }
    found
}

/// `expression | date date …`, all in UTC, after 2026-01-15T10:30:00 (a Thursday).
const PLAIN: &str = "
0 0 12 * * ?            | 2026-01-15T12:00:00 2026-01-16T12:00:00
0 15 10 ? * *           | 2026-01-16T10:15:00 2026-01-17T10:15:00
0 15 10 * * ? *         | 2026-01-16T10:15:00 2026-01-17T10:15:00
0 15 10 * * ? 2027      | 2027-01-01T10:15:00 2027-01-02T10:15:00
0 15 10 * * ? 2025      | never
0 * 14 * * ?            | 2026-01-15T14:00:00 2026-01-15T14:01:00
0 0/5 14 * * ?          | 2026-01-15T14:00:00 2026-01-15T14:05:00
0 0/5 14,18 * * ?       | 2026-01-15T14:00:00 2026-01-15T14:05:00
0 0-5 14 * * ?          | 2026-01-15T14:00:00 2026-01-15T14:01:00
0 10,44 14 ? 3 WED      | 2026-03-04T14:10:00 2026-03-04T14:44:00 2026-03-11T14:10:00
0 15 10 ? * MON-FRI     | 2026-01-16T10:15:00 2026-01-19T10:15:00
0 15 10 15 * ?          | 2026-02-15T10:15:00 2026-03-15T10:15:00
0 15 10 L * ?           | 2026-01-31T10:15:00 2026-02-28T10:15:00
0 15 10 L-2 * ?         | 2026-01-29T10:15:00 2026-02-26T10:15:00
0 15 10 ? * 6L          | 2026-01-30T10:15:00 2026-02-27T10:15:00
0 15 10 ? * 6L 2026-2027 | 2026-01-30T10:15:00 2026-02-27T10:15:00
0 15 10 ? * 6#3         | 2026-01-16T10:15:00 2026-02-20T10:15:00
0 0 12 1/5 * ?          | 2026-01-16T12:00:00 2026-01-21T12:00:00 2026-01-26T12:00:00 2026-01-31T12:00:00 2026-02-01T12:00:00
0 11 11 11 11 ?         | 2026-11-11T11:11:00 2027-11-11T11:11:00
* * * * * ?             | 2026-01-15T10:30:01 2026-01-15T10:30:02
*/15 * * * * ?          | 2026-01-15T10:30:15 2026-01-15T10:30:30
/20 * * * * ?           | 2026-01-15T10:30:20 2026-01-15T10:30:40
10/20 * * * * ?         | 2026-01-15T10:30:10 2026-01-15T10:30:30
0 0 0 ? * SUN           | 2026-01-18T00:00:00 2026-01-25T00:00:00
0 0 0 ? * 1             | 2026-01-18T00:00:00 2026-01-25T00:00:00
0 0 0 ? * 7             | 2026-01-17T00:00:00 2026-01-24T00:00:00
0 0 0 ? * L             | 2026-01-17T00:00:00 2026-01-24T00:00:00
0 0 0 ? * sat,sun       | 2026-01-17T00:00:00 2026-01-18T00:00:00
0 0 0 ? * FRI-MON       | 2026-01-16T00:00:00 2026-01-17T00:00:00 2026-01-18T00:00:00 2026-01-19T00:00:00 2026-01-23T00:00:00
0 0 22-2 * * ?          | 2026-01-15T22:00:00 2026-01-15T23:00:00 2026-01-16T00:00:00 2026-01-16T01:00:00 2026-01-16T02:00:00 2026-01-16T22:00:00
0 0 22-2/2 * * ?        | 2026-01-15T22:00:00 2026-01-16T00:00:00 2026-01-16T02:00:00
0 55-5/5 12 * * ?       | 2026-01-15T12:00:00 2026-01-15T12:05:00 2026-01-15T12:55:00
0 0 9 ? NOV-FEB MON     | 2026-01-19T09:00:00 2026-01-26T09:00:00 2026-02-02T09:00:00
0 0 12 29 2 ?           | 2028-02-29T12:00:00 2032-02-29T12:00:00
0 0 12 31 * ?           | 2026-01-31T12:00:00 2026-03-31T12:00:00
0 0 12 30 2 ?           | never
0 0 8 15W * ?           | 2026-02-16T08:00:00 2026-03-16T08:00:00 2026-04-15T08:00:00
0 0 8 1W * ?            | 2026-02-02T08:00:00 2026-03-02T08:00:00 2026-04-01T08:00:00
0 0 8 1W 8 ?            | 2026-08-03T08:00:00
0 0 8 31W * ?           | 2026-01-30T08:00:00 2026-03-31T08:00:00 2026-05-29T08:00:00
0 0 8 LW * ?            | 2026-01-30T08:00:00 2026-02-27T08:00:00 2026-03-31T08:00:00
0 0 8 L-3W * ?          | 2026-01-28T08:00:00 2026-02-25T08:00:00 2026-03-27T08:00:00
0 0 8 1,15,L * ?        | 2026-01-31T08:00:00 2026-02-01T08:00:00 2026-02-15T08:00:00 2026-02-28T08:00:00
0 0 8 ? * MON#1         | 2026-02-02T08:00:00 2026-03-02T08:00:00
0 0 8 ? * MON#1,FRI#2   | 2026-02-02T08:00:00 2026-02-13T08:00:00
0 0 8 ? * 2#5           | 2026-03-30T08:00:00 2026-06-29T08:00:00
0 0 8 ? * MONL          | 2026-01-26T08:00:00 2026-02-23T08:00:00
0 0 8 ? JAN,JUL 2L      | 2026-01-26T08:00:00 2026-07-27T08:00:00
0 0 0 1 1 ? 2026/3      | 2029-01-01T00:00:00 2032-01-01T00:00:00
0 30 10 15 1 ?          | 2027-01-15T10:30:00
1 30 10 15 1 ?          | 2026-01-15T10:30:01 2027-01-15T10:30:01
59 59 23 31 12 ? 2099   | 2099-12-31T23:59:59 never
0 0 0 1 1 ? 2099        | 2099-01-01T00:00:00 never
0 20 20 * * *           | 2026-01-15T20:20:00 2026-01-16T20:20:00
0 H H * * ?             | 2026-01-15T21:09:00 2026-01-16T21:09:00
0 H * * * ?             | 2026-01-15T11:09:00 2026-01-15T12:09:00
0 H/20 * * * ?          | 2026-01-15T10:49:00 2026-01-15T11:09:00
0 0 0/6 * * ?           | 2026-01-15T12:00:00 2026-01-15T18:00:00 2026-01-16T00:00:00
0 0/45 * * * ?          | 2026-01-15T10:45:00 2026-01-15T11:00:00
0 0 6 */10 * ?          | 2026-01-21T06:00:00 2026-01-31T06:00:00 2026-02-01T06:00:00
0 0 6 ? */3 MON         | 2026-01-19T06:00:00 2026-01-26T06:00:00 2026-04-06T06:00:00
0 0 6 ? * 2/2           | 2026-01-16T06:00:00 2026-01-19T06:00:00 2026-01-21T06:00:00
";

#[test]
fn every_field_means_what_it_means_in_quartz() {
    let mut count = 0;
    for line in PLAIN.lines().filter(|line| !line.is_empty()) {
        let (expression, wanted) = line.split_once('|').expect("a bar");
        let wanted: Vec<String> = wanted
            .split_whitespace()
            .map(|date| if date == "never" { date.to_owned() } else { format!("{date}+00:00") })
            .collect();
        let found = dates(&quartz(expression.trim()), &TimeZone::UTC, "2026-01-15T10:30:00Z", wanted.len());
        assert_eq!(found, wanted, "{expression}");
        count += 1;
    }
    assert!(count >= 60, "{count} expressions");
}

/// `zone | expression | after | dates`, each with its offset.
const CLOCKS: &str = "
Europe/Berlin       | 0 30 2 * * ?    | 2026-03-28T03:00:00+01:00 | 2026-03-29T03:00:00+02:00 2026-03-30T02:30:00+02:00
Europe/Berlin       | 0 0,30 2,3 * * ? | 2026-03-28T12:00:00+01:00 | 2026-03-29T03:00:00+02:00 2026-03-29T03:30:00+02:00 2026-03-30T02:00:00+02:00
Europe/Berlin       | 0 0/10 2 * * ?  | 2026-03-28T12:00:00+01:00 | 2026-03-29T03:00:00+02:00 2026-03-30T02:00:00+02:00
Europe/Berlin       | 0 30 * * * ?    | 2026-03-29T00:45:00+01:00 | 2026-03-29T01:30:00+01:00 2026-03-29T03:30:00+02:00 2026-03-29T04:30:00+02:00
Europe/Berlin       | 0 0/30 * * * ?  | 2026-03-29T01:10:00+01:00 | 2026-03-29T01:30:00+01:00 2026-03-29T03:00:00+02:00 2026-03-29T03:30:00+02:00
Europe/Berlin       | 0 30 2 * * ?    | 2026-10-24T03:00:00+02:00 | 2026-10-25T02:30:00+02:00 2026-10-26T02:30:00+01:00
Europe/Berlin       | 0 30 2 * * ?    | 2026-10-25T02:40:00+02:00 | 2026-10-26T02:30:00+01:00
Europe/Berlin       | 0 30 2 * * ?    | 2026-10-25T02:10:00+01:00 | 2026-10-26T02:30:00+01:00
Europe/Berlin       | 0 0 2,3 * * ?   | 2026-10-25T01:00:00+02:00 | 2026-10-25T02:00:00+02:00 2026-10-25T03:00:00+01:00 2026-10-26T02:00:00+01:00
Europe/Berlin       | 0 30 * * * ?    | 2026-10-25T01:45:00+02:00 | 2026-10-25T02:30:00+02:00 2026-10-25T02:30:00+01:00 2026-10-25T03:30:00+01:00
Europe/Berlin       | 0 0/20 * * * ?  | 2026-10-25T02:30:00+02:00 | 2026-10-25T02:40:00+02:00 2026-10-25T02:00:00+01:00 2026-10-25T02:20:00+01:00 2026-10-25T02:40:00+01:00 2026-10-25T03:00:00+01:00
Europe/Berlin       | 0 0 20 L * ?    | 2026-03-30T00:00:00+02:00 | 2026-03-31T20:00:00+02:00 2026-04-30T20:00:00+02:00
America/New_York    | 0 15 2 * * ?    | 2026-03-07T12:00:00-05:00 | 2026-03-08T03:00:00-04:00 2026-03-09T02:15:00-04:00
America/New_York    | 0 15 1 * * ?    | 2026-10-31T12:00:00-04:00 | 2026-11-01T01:15:00-04:00 2026-11-02T01:15:00-05:00
America/New_York    | 0 15 1 * * ?    | 2026-11-01T01:20:00-05:00 | 2026-11-02T01:15:00-05:00
America/New_York    | 0 0 * * * ?     | 2026-11-01T00:30:00-04:00 | 2026-11-01T01:00:00-04:00 2026-11-01T01:00:00-05:00 2026-11-01T02:00:00-05:00
America/New_York    | 0 0 9 ? * MON-FRI | 2026-03-06T12:00:00-05:00 | 2026-03-09T09:00:00-04:00
America/New_York    | 0 0 0/2 * * ?   | 2026-03-08T00:30:00-05:00 | 2026-03-08T03:00:00-04:00 2026-03-08T04:00:00-04:00
Asia/Shanghai       | 0 0 20 * * ?    | 2026-03-28T12:00:00+08:00 | 2026-03-28T20:00:00+08:00 2026-03-29T20:00:00+08:00
Asia/Shanghai       | 0 30 0 * * ?    | 1986-05-03T12:00:00+08:00 | 1986-05-04T00:30:00+08:00 1986-05-05T00:30:00+09:00
Asia/Shanghai       | 0 0 8 LW * ?    | 2026-02-01T00:00:00+08:00 | 2026-02-27T08:00:00+08:00
Australia/Lord_Howe | 0 15 2 * * ?    | 2026-10-03T12:00:00+10:30 | 2026-10-04T02:30:00+11:00 2026-10-05T02:15:00+11:00
Australia/Lord_Howe | 0 45 1 * * ?    | 2026-04-04T12:00:00+11:00 | 2026-04-05T01:45:00+11:00 2026-04-06T01:45:00+10:30
Australia/Lord_Howe | 0 45 * * * ?    | 2026-04-05T01:00:00+11:00 | 2026-04-05T01:45:00+11:00 2026-04-05T01:45:00+10:30 2026-04-05T02:45:00+10:30
Australia/Lord_Howe | 0 0 * * * ?     | 2026-10-04T00:30:00+10:30 | 2026-10-04T01:00:00+10:30 2026-10-04T02:30:00+11:00 2026-10-04T03:00:00+11:00
Pacific/Apia        | 0 0 12 * * ?    | 2011-12-29T12:00:00-10:00 | 2011-12-31T00:00:00+14:00 2011-12-31T12:00:00+14:00
America/Sao_Paulo   | 0 0 0 * * ?     | 2018-11-03T12:00:00-03:00 | 2018-11-04T01:00:00-02:00 2018-11-05T00:00:00-02:00
";

#[test]
fn a_clock_that_changes_loses_no_date_and_shows_none_twice() {
    for line in CLOCKS.lines().filter(|line| !line.is_empty()) {
        let parts: Vec<&str> = line.split('|').map(str::trim).collect();
        let [name, expression, after, wanted] = parts[..] else { panic!("{line}") };
        let wanted: Vec<&str> = wanted.split_whitespace().collect();
        assert_eq!(dates(&quartz(expression), &place(name), after, wanted.len()), wanted, "{line}");
    }
}

#[test]
fn every_so_many_days_counts_on_over_the_end_of_a_month() {
    let every = |days, start: &str| Cron {
        at: "20:00".into(),
        every_days: Integer(days),
        start_date: start.into(),
        ..Cron::default()
    };
    let shanghai = place("Asia/Shanghai");
    let found = dates(&every(3, "2026-01-28"), &shanghai, "2026-01-28T21:00:00+08:00", 3);
    assert_eq!(found, ["2026-01-31T20:00:00+08:00", "2026-02-03T20:00:00+08:00", "2026-02-06T20:00:00+08:00"]);
    let found = dates(&every(3, "2026-01-28"), &shanghai, "2026-01-20T00:00:00+08:00", 1);
    assert_eq!(found, ["2026-01-28T20:00:00+08:00"], "not before the day that is counted from");
    let found = dates(&every(1, ""), &shanghai, "2026-01-28T20:00:00+08:00", 2);
    assert_eq!(found, ["2026-01-29T20:00:00+08:00", "2026-01-30T20:00:00+08:00"]);
    let working = Cron { at: "09:30".into(), working_days: Flag(true), ..Cron::default() };
    let found = dates(&working, &shanghai, "2026-01-15T10:00:00+08:00", 3);
    assert_eq!(found, ["2026-01-16T09:30:00+08:00", "2026-01-19T09:30:00+08:00", "2026-01-20T09:30:00+08:00"]);
    let night = Cron { at: "02:30".into(), ..Cron::default() };
    let found = dates(&night, &place("Europe/Berlin"), "2026-03-28T12:00:00+01:00", 2);
    assert_eq!(found, ["2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"]);
}

#[test]
fn what_is_no_schedule_is_refused_in_words() {
    for (expression, said) in [
        ("0 20 * * *", "seconds come first"),
        ("0 0", "2 fields"),
        ("0 0 0 ? * ?", "both day fields"),
        ("0 0 0 1 * MON", "both given"),
        ("60 0 0 * * ?", "from 0 to 59"),
        ("0 0 24 * * ?", "from 0 to 23"),
        ("0 0 0 32 * ?", "from 1 to 31"),
        ("0 0 0 0 * ?", "from 1 to 31"),
        ("0 0 0 * 13 ?", "by names such as FEB"),
        ("0 0 0 ? * 0", "from 1 to 7"),
        ("0 0 0 ? * FRIDAY", "day of week"),
        ("0 0 0 ? * 6#6", "1st to the 5th"),
        ("0 0 0 L-31 * ?", "1 to 30"),
        ("0 0 0 W * ?", "no day of month"),
        ("0 0/0 0 * * ?", "step"),
        ("0 0/61 0 * * ?", "step"),
        ("0 +5 0 * * ?", "from 0 to 59"),
        ("0 0 0 * * ? 1969", "from 1970 to 2099"),
        ("0 0 0 * * ? 2030-2026", "wrap"),
        ("0 0 0 , * ?", "no value"),
    ] {
        let failure = Schedule::of(&quartz(expression)).expect_err(expression);
        assert_eq!(failure.code, "cron.expression-invalid");
        assert!(failure.message.contains(said), "{expression}: {}", failure.message);
    }
    let code = |config: &Cron| Schedule::of(config).expect_err("a refusal").code;
    assert_eq!(code(&Cron::default()), "cron.schedule-missing");
    assert_eq!(code(&Cron { at: "20:00".into(), ..quartz("0 0 0 * * ?") }), "cron.schedule-twofold");
    for at in ["25:00", "20", "20:60", "8pm"] {
        assert_eq!(code(&Cron { at: at.into(), ..Cron::default() }), "cron.interval-invalid");
    }
    assert_eq!(code(&Cron { at: "20:00".into(), every_days: Integer(0), ..Cron::default() }), "cron.interval-invalid");
    assert_eq!(zone("Mars/Olympus", "UTC").expect_err("none").code, "cron.zone-unknown");
}

#[test]
fn schedules_are_told_in_words() {
    for (expression, said) in [
        ("0 0 20 * * ?", "at 20:00, every day"),
        ("0 0 8,20 ? * MON-FRI", "at 08:00 and 20:00, Monday to Friday"),
        ("0 0/10 * * * ?", "every 10 minutes, every day"),
        (
            "0 5/10 9-17 * * ?",
            "every 10 minutes from minute 5 in the hours 9, 10, 11, 12, 13, 14, 15, 16 and 17, every day",
        ),
        ("* * * * * ?", "every second, every day"),
        ("0 30 * * * ?", "at minute 30, every day"),
        ("0 15 10 L * ?", "at 10:15, on the last day of the month"),
        ("0 15 10 LW 3,4 ?", "at 10:15, on the last working day of the month, in March and April"),
        ("0 15 10 ? * 6#3", "at 10:15, on the 3rd Friday of the month"),
        ("0 15 10 ? * 6L 2027", "at 10:15, on the last Friday of the month, in 2027"),
        ("30 15 10 22W * ?", "at 10:15:30, on the working day nearest to the 22nd"),
        ("0 0 0 1,15 * ?", "at 00:00, on day 1 and 15 of the month"),
    ] {
        assert_eq!(words::describe(&Schedule::of(&quartz(expression)).expect("a schedule")), said);
    }
}

#[test]
fn cases() {
    mainsheet_sdk::cases::trigger(&crate::plugin(), env!("CARGO_MANIFEST_DIR"));
}

const ZONES: [&str; 6] =
    ["Europe/Berlin", "America/New_York", "Asia/Shanghai", "Australia/Lord_Howe", "UTC", "America/Sao_Paulo"];

/// A part of a field: a value, a range, a step.
fn part(first: u8, last: u8) -> impl Strategy<Value = String> {
    prop_oneof![
        3 => (first..=last).prop_map(|value| value.to_string()),
        1 => (first..=last, first..=last).prop_map(|(from, to)| format!("{from}-{to}")),
        1 => (first..=last, 1..=last).prop_map(|(from, step)| format!("{from}/{step}")),
        2 => Just("*".to_owned()),
    ]
}

fn expressions() -> impl Strategy<Value = String> {
    let day = prop_oneof![
        part(1, 31).prop_map(|date| format!("{date} M ?")),
        part(1, 7).prop_map(|weekday| format!("? M {weekday}")),
        Just("L M ?".to_owned()),
        (1..=28_u8).prop_map(|day| format!("{day}W M ?")),
        (1..=7_u8, 1..=4_u8).prop_map(|(day, nth)| format!("? M {day}#{nth}")),
        (1..=7_u8).prop_map(|day| format!("? M {day}L")),
    ];
    (part(0, 59), part(0, 59), part(0, 23), day, part(1, 12))
        .prop_map(|(second, minute, hour, day, month)| format!("{second} {minute} {hour} {}", day.replace('M', &month)))
}

/// Whether a time on the clock is one of the schedule's: the next one after the second before it.
fn is_one(schedule: &Schedule, time: DateTime) -> bool {
    time.checked_sub(1.second()).ok().and_then(|before| schedule.next(before)) == Some(time)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn dates_only_grow_and_are_on_the_clock_or_at_a_jump(
        expression in expressions(), name in 0..ZONES.len(), begin in 1_700_000_000_i64..1_900_000_000,
    ) {
        let (schedule, zone) = (Schedule::of(&quartz(&expression)).expect("a schedule"), place(ZONES[name]));
        let mut at = Timestamp::from_second(begin).expect("an instant");
        for _ in 0..40 {
            let Some(next) = calendar::next(&schedule, &zone, at) else { break };
            prop_assert!(next > at, "{expression}: {next} after {at}");
            let shown = zone.to_datetime(next);
            let jumped = zone.preceding(next.checked_add(1.nanosecond()).expect("later")).next().is_some_and(|jump| jump.timestamp() == next);
            prop_assert!(jumped || is_one(&schedule, shown), "{expression}: {shown} in {}", ZONES[name]);
            // Asked from anywhere between, the answer is the same: nothing depends on when the server looks.
            let between = at.checked_add((next.duration_since(at)) / 2).expect("between");
            if between < next {
                prop_assert_eq!(calendar::next(&schedule, &zone, between), Some(next), "{}", expression);
            }
            at = next;
        }
    }

    #[test]
    fn no_time_of_an_ordinary_day_is_left_out(expression in expressions(), day in 0..700_i64) {
        let schedule = Schedule::of(&quartz(&expression)).expect("a schedule");
        let begin: DateTime = "2026-01-01T00:00:00".parse().expect("a time");
        let mut time = begin.checked_add(day.days()).expect("a day");
        let end = time.checked_add(1.day()).expect("a day");
        let mut dates = Vec::new();
        while let Some(next) = schedule.next(time).filter(|next| *next < end) {
            dates.push(next);
            time = next;
            if dates.len() > 200 {
                break;
            }
        }
        for pair in dates.windows(2) {
            let mut between = pair[0].checked_add(1.second()).expect("later");
            for _ in 0..50 {
                if between >= pair[1] {
                    break;
                }
                prop_assert!(!is_one(&schedule, between), "{}: {} was left out", expression, between);
                between = between.checked_add(1.second()).expect("later");
            }
        }
    }
}
