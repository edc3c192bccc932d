//! [`Version`]: numbers and what follows them, in an order that all ecosystems share: `1.0-beta` before `1.0`,
//! and `1.0` the same as `1.0.0`.

use std::cmp::Ordering;

/// Longest version that is read.
const MAX_TEXT: usize = 256;

/// A version of any ecosystem.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Version {
    /// Without the zeros at the end.
    numbers: Vec<u64>,
    /// What comes after the numbers; nothing is a release.
    tail: Vec<Part>,
}

/// A part of a tail. Numbers come before words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Part {
    Number(u64),
    Word(String),
}

impl Version {
    pub(crate) fn new(numbers: impl IntoIterator<Item = u64>, tail: Vec<Part>) -> Version {
        let mut numbers: Vec<u64> = numbers.into_iter().collect();
        while numbers.last() == Some(&0) {
            numbers.pop();
        }
        Version { numbers, tail }
    }

    /// A release.
    pub(crate) fn release(numbers: impl IntoIterator<Item = u64>) -> Version {
        Version::new(numbers, Vec::new())
    }

    /// Before every version with these numbers, prereleases included.
    pub(crate) fn before(numbers: impl IntoIterator<Item = u64>) -> Version {
        Version::new(numbers, vec![Part::Number(0)])
    }

    /// A version as nearly every ecosystem writes it: `v1.2.3-rc.1`, `32.1-jre`. What is built of it (`+5`) does
    /// not count.
    pub(crate) fn parse(text: &str) -> Option<Version> {
        let text = text.trim();
        if text.len() > MAX_TEXT {
            return None;
        }
        let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
        let text = text.split('+').next().unwrap_or(text);
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (head, tail) = text.split_at(end);
        // `1.0.Final`
        let head = head.strip_suffix('.').filter(|_| !tail.is_empty()).unwrap_or(head);
        let numbers = head.split('.').map(|part| part.parse().ok());
        let numbers: Vec<u64> = numbers.collect::<Option<_>>()?;
        let parts = tail.split(['-', '.', '_']).filter(|part| !part.is_empty());
        let plain = |part: &str| part.bytes().all(|b| b.is_ascii_alphanumeric());
        let parts: Vec<&str> = parts.collect();
        if !parts.iter().all(|part| plain(part)) {
            return None;
        }
        Some(Version::new(numbers, parts.into_iter().map(Part::of).collect()))
    }

    /// Whether it is a release, and not a version on the way to one.
    pub(crate) fn is_release(&self) -> bool {
        self.tail.is_empty()
    }

    /// Before this release, and before every version on the way to it.
    pub(crate) fn dawn(&self) -> Version {
        Version::before(self.numbers.iter().copied())
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.numbers.is_empty() && (self.tail.is_empty() || self.tail == [Part::Number(0)])
    }
}

impl Part {
    pub(crate) fn of(text: &str) -> Part {
        text.parse().map_or_else(|_| Part::Word(text.to_ascii_lowercase()), Part::Number)
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Version) -> Ordering {
        let released = |version: &Version| version.tail.is_empty();
        (self.numbers.cmp(&other.numbers))
            .then(released(self).cmp(&released(other)))
            .then_with(|| self.tail.cmp(&other.tail))
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Version) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
