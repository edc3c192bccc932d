//! [`SnapshotId`]: the name of a snapshot and of its directory, `20261122T201530Z-7f3a`.
//!
//! Rule: only what parses here ever becomes part of a path. What a user types is compared with the ids in the
//! catalog and never joined to anything.

use std::fmt;

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// When a snapshot was taken, to the second, and four random digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SnapshotId(String);

impl SnapshotId {
    /// The id of a snapshot taken `now`; of `random` the lower 16 bits count.
    pub fn new(now: Timestamp, random: u64) -> SnapshotId {
        let time = now.to_zoned(TimeZone::UTC).strftime("%Y%m%dT%H%M%SZ").to_string();
        SnapshotId(format!("{time}-{:04x}", random & 0xffff))
    }

    /// The id that `text` is, whole.
    pub fn parse(text: &str) -> Option<SnapshotId> {
        const SHAPE: &[u8] = b"00000000T000000Z-ffff";
        let fits = |(byte, shape): (u8, &u8)| match shape {
            b'0' => byte.is_ascii_digit(),
            b'f' => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
            other => byte == *other,
        };
        (text.len() == SHAPE.len() && text.bytes().zip(SHAPE).all(fits)).then(|| SnapshotId(text.to_owned()))
    }

    /// The random part.
    pub(crate) fn digits(&self) -> u16 {
        // The form was checked when the id was made.
        self.0.rsplit('-').next().and_then(|digits| u16::from_str_radix(digits, 16).ok()).unwrap_or(0)
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SnapshotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a user may write for a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted<'a> {
    /// `latest` and `latest~N`: so many before the newest.
    Latest(usize),
    /// An id or the beginning of one.
    Prefix(&'a str),
}

/// `None` for what can name no snapshot: nothing, a path, a malformed `latest~N`.
pub(crate) fn wanted(given: &str) -> Option<Wanted<'_>> {
    if given == "latest" {
        return Some(Wanted::Latest(0));
    }
    if let Some(back) = given.strip_prefix("latest~") {
        let digits = !back.is_empty() && back.bytes().all(|byte| byte.is_ascii_digit());
        return digits.then(|| back.parse().ok()).flatten().map(Wanted::Latest);
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    (!given.is_empty() && given.chars().all(plain)).then_some(Wanted::Prefix(given))
}

#[cfg(test)]
mod tests;
