//! [`HumanDuration`]: a length of time with units, such as `7d` or `1h30m`.

use std::time::Duration;

use super::{Scalar, scalar};

/// A length of time that people write with units. Days are 24 hours, weeks 7 days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HumanDuration(pub Duration);

/// A hundred years: anything longer is a typing error, and date arithmetic stays far from its limits.
const LONGEST: Duration = Duration::from_secs(36_525 * DAY / 1000);

/// In milliseconds, like [`UNITS`].
const DAY: u64 = 86_400_000;

/// Longest first, which is the order of printing; the first spelling is the printed one.
const UNITS: &[(&[&str], u64)] = &[
    (&["w", "week", "weeks"], 7 * DAY),
    (&["d", "day", "days"], DAY),
    (&["h", "hr", "hrs", "hour", "hours"], 3_600_000),
    (&["m", "min", "mins", "minute", "minutes"], 60_000),
    (&["s", "sec", "secs", "second", "seconds"], 1_000),
    (&["ms"], 1),
];

impl Scalar for HumanDuration {
    const EXPECTED: &'static str = "a duration such as \"7d\" or \"1h30m\"";

    fn parse(text: &str) -> Result<HumanDuration, String> {
        let mut rest = text.trim();
        if rest.is_empty() {
            return Err(format!("expected {}, found nothing", Self::EXPECTED));
        }
        if rest == "0" {
            return Ok(HumanDuration::default());
        }
        let mut total: u64 = 0;
        while !rest.is_empty() {
            let (amount, unit, after) = split_term(rest).map_err(|why| match rest == text {
                true => why,
                false => format!("{why} in {text:?}"),
            })?;
            total = amount
                .checked_mul(unit)
                .and_then(|millis| total.checked_add(millis))
                .ok_or_else(|| format!("the duration {text:?} is too long"))?;
            rest = after.trim_start();
        }
        let duration = Duration::from_millis(total);
        if duration > LONGEST {
            return Err(format!("the duration {text:?} is longer than a hundred years"));
        }
        Ok(HumanDuration(duration))
    }

    fn render(&self) -> String {
        let mut rest = u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX);
        if rest == 0 {
            return "0s".to_owned();
        }
        let mut out = String::new();
        for (names, size) in UNITS {
            // "14d" and "90d" read better than "2w" and "12w6d".
            if *size <= DAY && rest >= *size {
                out.push_str(&format!("{}{}", rest / size, names[0]));
                rest %= size;
            }
        }
        out
    }

    fn from_integer(number: i64) -> Result<HumanDuration, String> {
        Err(format!("the duration {number} has no unit; write \"{number}s\", \"{number}h\" or \"{number}d\""))
    }

    fn json_schema() -> serde_json::Value {
        serde_json::json!({ "type": "string", "examples": ["90s", "1h30m", "7d", "2w"] })
    }
}

/// `"1h30m"` → `(1, milliseconds per hour, "30m")`.
fn split_term(text: &str) -> Result<(u64, u64, &str), String> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, rest) = text.split_at(digits);
    if number.is_empty() {
        return Err(format!("expected a number with a unit, found {rest:?}"));
    }
    let amount = number.parse().map_err(|_| format!("the number {number} is too large"))?;
    let rest = rest.trim_start();
    let letters = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
    let (unit, rest) = rest.split_at(letters);
    if unit.is_empty() {
        return Err(match rest.chars().next() {
            Some('.') => format!("{number} is followed by a fraction; use a smaller unit"),
            _ => format!("{number} has no unit (ms, s, m, h, d or w)"),
        });
    }
    match UNITS.iter().find(|(names, _)| names.contains(&unit)) {
        Some((_, size)) => Ok((amount, *size, rest)),
        None => Err(format!("unknown unit {unit:?} (use ms, s, m, h, d or w)")),
    }
}

scalar!(HumanDuration, "Duration");
