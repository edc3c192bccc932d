//! [`Percent`]: 0 to 100.

use super::{Scalar, scalar};

/// A whole number from 0 to 100; as text, a `%` may follow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percent(u8);

impl Percent {
    pub fn get(self) -> u8 {
        self.0
    }
}

impl Scalar for Percent {
    const EXPECTED: &'static str = "a whole number from 0 to 100";

    fn parse(text: &str) -> Result<Percent, String> {
        let digits = text.trim();
        let digits = digits.strip_suffix('%').unwrap_or(digits).trim_end();
        match digits.parse() {
            Ok(number) => Percent::from_integer(number),
            Err(_) => Err(format!("expected {}, found {text:?}", Self::EXPECTED)),
        }
    }

    fn render(&self) -> String {
        self.0.to_string()
    }

    fn from_integer(number: i64) -> Result<Percent, String> {
        match u8::try_from(number) {
            Ok(number) if number <= 100 => Ok(Percent(number)),
            _ => Err(format!("expected {}, found {number}", Self::EXPECTED)),
        }
    }

    fn as_integer(&self) -> Option<i64> {
        Some(i64::from(self.0))
    }

    fn json_schema() -> serde_json::Value {
        serde_json::json!({ "type": ["integer", "string"], "minimum": 0, "maximum": 100 })
    }
}

scalar!(Percent, "Percent");
