//! [`Limit`]: an upper bound, or none.

use super::{ByteSize, Scalar, scalar};

/// An upper bound that can be switched off with the word `unlimited`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Limit<T> {
    Unlimited,
    At(T),
}

impl<T: PartialOrd> Limit<T> {
    /// Whether `value` is within the bound.
    pub fn allows(&self, value: &T) -> bool {
        match self {
            Limit::Unlimited => true,
            Limit::At(bound) => value <= bound,
        }
    }
}

const UNLIMITED: &str = "unlimited";

fn parse<T: Scalar>(text: &str) -> Result<Limit<T>, String> {
    if text.trim().eq_ignore_ascii_case(UNLIMITED) {
        return Ok(Limit::Unlimited);
    }
    T::parse(text).map(Limit::At).map_err(|why| format!("{why}, or \"unlimited\""))
}

fn render<T: Scalar>(limit: &Limit<T>) -> String {
    match limit {
        Limit::Unlimited => UNLIMITED.to_owned(),
        Limit::At(bound) => bound.render(),
    }
}

fn json_schema<T: Scalar>() -> serde_json::Value {
    serde_json::json!({ "anyOf": [{ "const": UNLIMITED }, T::json_schema()] })
}

impl Scalar for Limit<u32> {
    const EXPECTED: &'static str = "a whole number or \"unlimited\"";

    fn parse(text: &str) -> Result<Limit<u32>, String> {
        parse(text)
    }

    fn render(&self) -> String {
        render(self)
    }

    fn from_integer(number: i64) -> Result<Limit<u32>, String> {
        u32::from_integer(number).map(Limit::At)
    }

    fn as_integer(&self) -> Option<i64> {
        match self {
            Limit::Unlimited => None,
            Limit::At(bound) => bound.as_integer(),
        }
    }

    fn json_schema() -> serde_json::Value {
        json_schema::<u32>()
    }
}

impl Scalar for Limit<ByteSize> {
    const EXPECTED: &'static str = "a size such as \"500MB\", or \"unlimited\"";

    fn parse(text: &str) -> Result<Limit<ByteSize>, String> {
        parse(text)
    }

    fn render(&self) -> String {
        render(self)
    }

    fn from_integer(number: i64) -> Result<Limit<ByteSize>, String> {
        ByteSize::from_integer(number).map(Limit::At)
    }

    fn json_schema() -> serde_json::Value {
        json_schema::<ByteSize>()
    }
}

scalar!(Limit<u32>, "CountLimit");
scalar!(Limit<ByteSize>, "SizeLimit");
