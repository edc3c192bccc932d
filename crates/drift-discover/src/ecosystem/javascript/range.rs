//! [`Range`]: ranges of versions as npm's `semver` package reads them, in its loose mode.
//!
//! Written here because the rules must be npm's own to the letter: the crate for it lets contradictory
//! comparators through and refuses ranges that npm takes. Every sugar (`^`, `~`, `1.x`, `1 - 2`) becomes
//! comparators; a range is sets of them, of which one must hold whole.

use super::version::{Identifier, Partial, Prereleases, Version};
use crate::requirement;

/// A parsed range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Range {
    /// Never empty. An empty set holds for every version.
    sets: Vec<Vec<Comparator>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Comparator {
    operator: Operator,
    version: Version,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
}

use Operator::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual};

impl Range {
    pub(super) fn parse(text: &str) -> Option<Range> {
        let sets: Vec<_> = text.split("||").filter_map(set).collect();
        (!sets.is_empty()).then_some(Range { sets })
    }

    /// The sets of comparators in the form that all ecosystems share.
    pub(super) fn sets(&self) -> Vec<Vec<requirement::Comparator>> {
        self.sets.iter().map(|set| set.iter().map(Comparator::shared).collect()).collect()
    }

    /// Whether `version` is in the range.
    pub(super) fn allows(&self, version: &Version, prereleases: Prereleases) -> bool {
        self.sets.iter().any(|set| {
            let named = || {
                let same = |comparator: &Comparator| comparator.version.numbers == version.numbers;
                set.iter().any(|comparator| same(comparator) && !comparator.version.prerelease.is_empty())
            };
            set.iter().all(|comparator| comparator.allows(version))
                && (version.prerelease.is_empty() || prereleases == Prereleases::Included || named())
        })
    }

    /// Whether it says nothing, or only that a version is at least zero.
    pub(super) fn is_anything(&self) -> bool {
        let is_zero = |at: &Comparator| at.operator == GreaterOrEqual && at.version.numbers == [0, 0, 0];
        matches!(&self.sets[..], [set] if set.len() < 2 && set.iter().all(is_zero))
    }

    /// Whether some version could be in both ranges.
    pub(super) fn intersects(&self, other: &Range) -> bool {
        let possible = |set: &[Comparator]| set.iter().all(|a| set.iter().all(|b| a.intersects(b)));
        self.sets.iter().filter(|set| possible(set)).any(|ours| {
            let meets =
                |theirs: &Vec<Comparator>| ours.iter().all(|a| theirs.iter().all(|b| a.intersects(b)));
            other.sets.iter().filter(|set| possible(set)).any(meets)
        })
    }

    /// The first number of the lowest version.
    pub(super) fn lowest_major(&self) -> Option<u64> {
        let of_set = |set: &Vec<Comparator>| {
            let lower = set.iter().filter(|comparator| !matches!(comparator.operator, Less | LessOrEqual));
            lower.map(|comparator| comparator.version.numbers[0]).max().unwrap_or(0)
        };
        self.sets.iter().map(of_set).min()
    }
}

impl Comparator {
    fn shared(&self) -> requirement::Comparator {
        let operator = match self.operator {
            Less => requirement::Operator::Less,
            LessOrEqual => requirement::Operator::LessOrEqual,
            Greater => requirement::Operator::Greater,
            GreaterOrEqual => requirement::Operator::GreaterOrEqual,
            Equal => requirement::Operator::Equal,
        };
        let tail = self.version.prerelease.iter().map(|identifier| match identifier {
            Identifier::Number(number) => requirement::Part::Number(*number),
            Identifier::Text(text) => requirement::Part::Word(text.clone()),
        });
        let version = requirement::Version::new(self.version.numbers, tail.collect());
        requirement::Comparator { operator, version }
    }

    fn allows(&self, version: &Version) -> bool {
        match self.operator {
            Less => *version < self.version,
            LessOrEqual => *version <= self.version,
            Greater => *version > self.version,
            GreaterOrEqual => *version >= self.version,
            Equal => *version == self.version,
        }
    }

    fn intersects(&self, other: &Comparator) -> bool {
        let is_upper = |operator| matches!(operator, Less | LessOrEqual);
        match (self.operator, other.operator) {
            (Equal, _) => other.allows(&self.version),
            (_, Equal) => self.allows(&other.version),
            (a, b) if is_upper(a) == is_upper(b) => true,
            (a, _) => {
                let (upper, lower) = if is_upper(a) { (self, other) } else { (other, self) };
                let touch = upper.operator == LessOrEqual && lower.operator == GreaterOrEqual;
                lower.version < upper.version || (touch && lower.version == upper.version)
            }
        }
    }
}

/// The comparators between two `||`; `None` if there is nothing that can be read, as in a tag.
fn set(text: &str) -> Option<Vec<Comparator>> {
    let words = words(text);
    if let [from, "-", to] = words.iter().map(String::as_str).collect::<Vec<_>>()[..]
        && let (Some(from), Some(to)) = (Partial::parse(from), Partial::parse(to))
    {
        return Some(between(&from, &to));
    }
    if words.is_empty() {
        return Some(Vec::new());
    }
    // What is no comparator is passed over, as long as there is one.
    let read: Vec<Vec<Comparator>> = words.iter().filter_map(|word| comparators(word)).collect();
    (!read.is_empty()).then(|| read.concat())
}

/// `text` at its white space; an operator goes with what follows it.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for piece in text.split_whitespace() {
        match words.last_mut() {
            Some(last) if last.bytes().all(|byte| b"<>=^~".contains(&byte)) => last.push_str(piece),
            _ => words.push(piece.to_owned()),
        }
    }
    words
}

fn between(from: &Partial, to: &Partial) -> Vec<Comparator> {
    let mut both = Vec::new();
    if let [Some(major), minor, patch] = from.numbers {
        let version = from.exact().unwrap_or_else(|| {
            released([major, minor.unwrap_or(0), patch.filter(|_| minor.is_some()).unwrap_or(0)])
        });
        both.push(Comparator { operator: GreaterOrEqual, version });
    }
    match (to.exact(), to.numbers) {
        (Some(version), _) => both.push(Comparator { operator: LessOrEqual, version }),
        (None, [Some(major), Some(minor), _]) => both.push(below([major, minor + 1, 0])),
        (None, [Some(major), ..]) => both.push(below([major + 1, 0, 0])),
        (None, _) => {}
    }
    both
}

/// What one word stands for.
fn comparators(word: &str) -> Option<Vec<Comparator>> {
    if let Some(rest) = word.strip_prefix('^') {
        return Some(caret(&Partial::parse(rest)?));
    }
    if let Some(rest) = word.strip_prefix('~') {
        return Some(tilde(&Partial::parse(rest.strip_prefix('>').unwrap_or(rest))?));
    }
    let operators = [("<=", LessOrEqual), (">=", GreaterOrEqual), ("<", Less), (">", Greater), ("=", Equal)];
    let found = operators.into_iter().find_map(|(sign, operator)| Some((operator, word.strip_prefix(sign)?)));
    let (operator, rest) = found.unwrap_or((Equal, word));
    let partial = Partial::parse(rest)?;
    Some(match partial.exact() {
        Some(version) => vec![Comparator { operator, version }],
        None => open(operator, partial.numbers),
    })
}

fn caret(partial: &Partial) -> Vec<Comparator> {
    let limit = match partial.numbers {
        [None, ..] => return Vec::new(),
        [Some(0), Some(0), Some(patch)] => [0, 0, patch + 1],
        [Some(0), Some(minor), _] => [0, minor + 1, 0],
        [Some(major), ..] => [major + 1, 0, 0],
    };
    vec![Comparator { operator: GreaterOrEqual, version: lowest(partial) }, below(limit)]
}

fn tilde(partial: &Partial) -> Vec<Comparator> {
    let limit = match partial.numbers {
        [None, ..] => return Vec::new(),
        [Some(major), None, _] => [major + 1, 0, 0],
        [Some(major), Some(minor), _] => [major, minor + 1, 0],
    };
    vec![Comparator { operator: GreaterOrEqual, version: lowest(partial) }, below(limit)]
}

/// A comparator of a version with open numbers.
fn open(operator: Operator, numbers: [Option<u64>; 3]) -> Vec<Comparator> {
    let (first, next) = match numbers {
        // Nothing is less or greater than everything.
        [None, ..] if matches!(operator, Less | Greater) => return vec![below([0, 0, 0])],
        [None, ..] => return Vec::new(),
        [Some(major), None, _] => ([major, 0, 0], [major + 1, 0, 0]),
        [Some(major), Some(minor), _] => ([major, minor, 0], [major, minor + 1, 0]),
    };
    let at_least = |numbers| Comparator { operator: GreaterOrEqual, version: released(numbers) };
    match operator {
        Less => vec![below(first)],
        LessOrEqual => vec![below(next)],
        Greater => vec![at_least(next)],
        GreaterOrEqual => vec![at_least(first)],
        Equal => vec![at_least(first), below(next)],
    }
}

fn lowest(partial: &Partial) -> Version {
    let [major, minor, patch] = partial.numbers;
    partial.exact().unwrap_or_else(|| {
        let patch = patch.filter(|_| minor.is_some());
        released([major.unwrap_or(0), minor.unwrap_or(0), patch.unwrap_or(0)])
    })
}

fn released(numbers: [u64; 3]) -> Version {
    Version { numbers, prerelease: Vec::new() }
}

fn below(numbers: [u64; 3]) -> Comparator {
    Comparator { operator: Less, version: Version::before(numbers) }
}

#[cfg(test)]
mod tests;
