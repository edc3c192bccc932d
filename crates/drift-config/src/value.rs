//! Values that people write as text: durations, sizes, limits, globs and keywords.
//! All of them pass through [`Scalar`], so a value reads the same from a file, a variable and a flag, and
//! what is printed parses back to the same value.

mod branch;
mod duration;
mod ecosystem;
mod glob;
mod keyword;
mod limit;
mod percent;
mod size;
#[cfg(test)]
mod tests;

pub use self::{
    branch::BranchName,
    duration::HumanDuration,
    ecosystem::{BUILT_IN_ECOSYSTEMS, DependencyKind, EcosystemName, FileGlob, ManifestFormat, ValuePath},
    glob::{DirPattern, Glob, IgnorePattern, Pattern},
    keyword::{JournalMode, Severity, StartupCheck},
    limit::Limit,
    percent::Percent,
    size::ByteSize,
};

use std::{fmt, marker::PhantomData};

use serde::de::{Error, Unexpected, Visitor};

/// A value with one textual form. `parse` and `render` are inverse.
pub(crate) trait Scalar: Sized {
    /// Completes "expected …".
    const EXPECTED: &'static str;

    fn parse(text: &str) -> Result<Self, String>;

    fn render(&self) -> String;

    /// A bare TOML integer; most scalars need a unit and refuse it.
    fn from_integer(number: i64) -> Result<Self, String> {
        Err(format!("expected {}, found the number {number}", Self::EXPECTED))
    }

    /// The value as a TOML integer, if that is how it is written.
    fn as_integer(&self) -> Option<i64> {
        None
    }

    fn json_schema() -> serde_json::Value;
}

impl Scalar for u32 {
    const EXPECTED: &'static str = "a whole number";

    fn parse(text: &str) -> Result<u32, String> {
        let text = text.trim();
        text.parse().map_err(|_| format!("expected a whole number from 0 to {}, found {text:?}", u32::MAX))
    }

    fn render(&self) -> String {
        self.to_string()
    }

    fn from_integer(number: i64) -> Result<u32, String> {
        u32::try_from(number)
            .map_err(|_| format!("expected a whole number from 0 to {}, found {number}", u32::MAX))
    }

    fn as_integer(&self) -> Option<i64> {
        Some(i64::from(*self))
    }

    fn json_schema() -> serde_json::Value {
        serde_json::json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX })
    }
}

/// Accepts only strings and integers. serde's own enum support would take `1` for the second variant.
pub(crate) struct ScalarVisitor<T>(pub(crate) PhantomData<T>);

impl<T: Scalar> Visitor<'_> for ScalarVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        T::parse(text).map_err(E::custom)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
        T::from_integer(number).map_err(E::custom)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
        match i64::try_from(number) {
            Ok(number) => self.visit_i64(number),
            Err(_) => Err(E::invalid_value(Unexpected::Unsigned(number), &self)),
        }
    }
}

/// Implements the text, serde and schema traits of a [`Scalar`].
macro_rules! scalar {
    ($type:ty, $name:expr) => {
        impl std::str::FromStr for $type {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                crate::value::Scalar::parse(text)
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&crate::value::Scalar::render(self))
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match crate::value::Scalar::as_integer(self) {
                    Some(number) => serializer.serialize_i64(number),
                    None => serializer.serialize_str(&crate::value::Scalar::render(self)),
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any(crate::value::ScalarVisitor(std::marker::PhantomData))
            }
        }

        impl schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                $name.into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                match <$type as crate::value::Scalar>::json_schema() {
                    serde_json::Value::Object(map) => map.into(),
                    other => schemars::Schema::from(other == serde_json::Value::Bool(true)),
                }
            }
        }
    };
}
pub(crate) use scalar;
