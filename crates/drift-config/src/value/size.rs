//! [`ByteSize`]: a number of bytes with units, such as `500MB` (10^6) or `512MiB` (2^20).

use super::{Scalar, scalar};

/// A number of bytes. `MB` is 10^6 and `MiB` is 2^20, in any case; a bare number is bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ByteSize(pub u64);

/// Largest first, which is the order in which an exact unit is looked for when printing.
const UNITS: &[(&str, u64)] = &[
    ("TiB", 1 << 40),
    ("TB", 1_000_000_000_000),
    ("GiB", 1 << 30),
    ("GB", 1_000_000_000),
    ("MiB", 1 << 20),
    ("MB", 1_000_000),
    ("KiB", 1 << 10),
    ("kB", 1_000),
    ("B", 1),
];

impl Scalar for ByteSize {
    const EXPECTED: &'static str = "a size such as \"500MB\" or \"2GiB\"";

    fn parse(text: &str) -> Result<ByteSize, String> {
        let trimmed = text.trim();
        let end = trimmed.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(trimmed.len());
        let (number, unit) = trimmed.split_at(end);
        let unit = unit.trim_start();
        if number.is_empty() {
            return Err(format!("expected {}, found {text:?}", Self::EXPECTED));
        }
        let factor = match unit {
            "" => 1,
            unit => match UNITS.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit)) {
                Some((_, factor)) => *factor,
                None => {
                    return Err(format!(
                        "unknown unit {unit:?} in {text:?} (use B, kB, MB, GB, TB, KiB, MiB, GiB or TiB)"
                    ));
                }
            },
        };
        scale(number, factor).map(ByteSize).map_err(|why| format!("{why} in {text:?}"))
    }

    fn render(&self) -> String {
        let exact = UNITS.iter().find(|(_, factor)| self.0 != 0 && self.0.is_multiple_of(*factor));
        let (name, factor) = exact.copied().unwrap_or(("B", 1));
        format!("{}{name}", self.0 / factor)
    }

    fn from_integer(number: i64) -> Result<ByteSize, String> {
        u64::try_from(number).map(ByteSize).map_err(|_| format!("a size cannot be negative, found {number}"))
    }

    fn json_schema() -> serde_json::Value {
        serde_json::json!({ "type": ["string", "integer"], "minimum": 0, "examples": ["500MB", "2GiB"] })
    }
}

/// `"1.5"` × factor, exactly: a fraction that is no whole number of bytes is refused.
fn scale(number: &str, factor: u64) -> Result<u64, String> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = u32::try_from(fraction.len()).unwrap_or(u32::MAX);
    let too_large = || "the size is too large".to_owned();
    let malformed = || format!("{number:?} is not a number");
    let ten = 10u128.checked_pow(digits).ok_or_else(malformed)?;
    let mantissa: u128 = format!("{whole}{fraction}").parse().map_err(|_| malformed())?;
    if number.contains('.') && (whole.is_empty() || fraction.is_empty()) {
        return Err(malformed());
    }
    let scaled = mantissa.checked_mul(u128::from(factor)).ok_or_else(too_large)?;
    if !scaled.is_multiple_of(ten) {
        return Err(format!("{number} is no whole number of bytes"));
    }
    match u64::try_from(scaled / ten) {
        // SQLite and TOML both count in signed 64 bits.
        Ok(bytes) if i64::try_from(bytes).is_ok() => Ok(bytes),
        _ => Err(too_large()),
    }
}

scalar!(ByteSize, "Size");
