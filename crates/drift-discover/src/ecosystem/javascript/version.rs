//! Versions as npm's `semver` package reads and orders them, in its loose mode, which all package managers use.
//!
//! Text that is no version satisfies nothing. Build metadata counts for nothing.

use std::cmp::Ordering;

use super::range::Range;

/// Longest version or range that is compared; npm allows 256.
const MAX_TEXT: usize = 1024;

/// A version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Version {
    pub(super) numbers: [u64; 3],
    pub(super) prerelease: Vec<Identifier>,
}

/// A part of a prerelease. Numbers come before text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Identifier {
    Number(u64),
    Text(String),
}

/// Whether prerelease versions satisfy a range that names none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prereleases {
    Included,
    OnlyNamed,
}

/// A version of which any number may be left open by `x`, `X`, `*` or by not being there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Partial {
    pub(super) numbers: [Option<u64>; 3],
    pub(super) prerelease: Vec<Identifier>,
}

/// Whether `version` satisfies `range`. An empty range is `*`.
pub(super) fn satisfies(version: &str, range: &str, prereleases: Prereleases) -> bool {
    let (Some(version), Some(range)) = (Version::parse(version), Range::parse(range)) else { return false };
    range.allows(&version, prereleases)
}

/// Whether `text` is a range or a version.
pub(super) fn is_range(text: &str) -> bool {
    Range::parse(text).is_some()
}

/// Whether `range` leaves out no version: `*`, or from zero on.
pub(super) fn is_anything(range: &str) -> bool {
    Range::parse(range).is_some_and(|range| range.is_anything())
}

/// Whether some version satisfies both ranges.
pub(super) fn intersect(a: &str, b: &str) -> bool {
    a == b || matches!((Range::parse(a), Range::parse(b)), (Some(a), Some(b)) if a.intersects(&b))
}

/// Whether `a` is the same version as `b`.
pub(super) fn is_same(a: &str, b: &str) -> bool {
    a == b || matches!((Version::parse(a), Version::parse(b)), (Some(a), Some(b)) if a == b)
}

/// The order of two versions; text that is none comes first.
pub(super) fn compare(a: &str, b: &str) -> Ordering {
    Version::parse(a).cmp(&Version::parse(b))
}

/// The first number of a version, or of the lowest version of a range.
pub(super) fn major(text: &str) -> Option<u64> {
    Version::parse(text).map(|version| version.numbers[0]).or_else(|| Range::parse(text)?.lowest_major())
}

impl Version {
    pub(super) fn parse(text: &str) -> Option<Version> {
        let Partial { numbers, prerelease } = Partial::parse(text)?;
        let [Some(major), Some(minor), Some(patch)] = numbers else { return None };
        Some(Version { numbers: [major, minor, patch], prerelease })
    }

    /// The lowest version with these numbers, below all of its prereleases (`1.0.0-0`).
    pub(super) fn before(numbers: [u64; 3]) -> Version {
        Version { numbers, prerelease: vec![Identifier::Number(0)] }
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Version) -> Ordering {
        // A version comes after its prereleases.
        let released = |version: &Version| version.prerelease.is_empty();
        (self.numbers.cmp(&other.numbers))
            .then(released(self).cmp(&released(other)))
            .then_with(|| self.prerelease.cmp(&other.prerelease))
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Version) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Partial {
    pub(super) fn parse(text: &str) -> Option<Partial> {
        if text.len() > MAX_TEXT {
            return None;
        }
        let text = text.trim().trim_start_matches(['v', '=', ' ', '\t']);
        let (text, build) = text.split_once('+').unwrap_or((text, "0"));
        if !build.split('.').all(is_identifier) {
            return None;
        }
        let (mut numbers, mut prerelease) = ([None; 3], Vec::new());
        let mut rest = text;
        for (at, number) in numbers.iter_mut().enumerate() {
            (*number, rest) = open_number(rest)?;
            if at == 2 && !rest.is_empty() {
                let identifiers = rest.strip_prefix('-').unwrap_or(rest).split('.');
                prerelease = identifiers.map(identifier).collect::<Option<_>>()?;
                rest = "";
            }
            match rest.strip_prefix('.') {
                Some(next) => rest = next,
                None if rest.is_empty() => break,
                None => return None,
            }
        }
        rest.is_empty().then_some(Partial { numbers, prerelease })
    }

    /// The three numbers, where all are given.
    pub(super) fn exact(&self) -> Option<Version> {
        let [Some(major), Some(minor), Some(patch)] = self.numbers else { return None };
        Some(Version { numbers: [major, minor, patch], prerelease: self.prerelease.clone() })
    }
}

/// A number or a placeholder at the start of `text`, and what follows it.
fn open_number(text: &str) -> Option<(Option<u64>, &str)> {
    if let Some(rest) = text.strip_prefix(['x', 'X', '*']) {
        return Some((None, rest));
    }
    let end = text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    // JavaScript counts exactly up to here, and npm refuses what is greater.
    let number = text[..end].parse().ok().filter(|&number| number < 1 << 53)?;
    Some((Some(number), &text[end..]))
}

fn is_identifier(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn identifier(text: &str) -> Option<Identifier> {
    let number = || text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
    is_identifier(text)
        .then(|| number().map_or_else(|| Identifier::Text(text.to_owned()), Identifier::Number))
}
