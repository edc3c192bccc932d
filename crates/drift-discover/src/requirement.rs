//! [`Requirement`]: what a manifest asks of the versions of a dependency, as intervals, so that two spellings of
//! one wish are equal. One reader per family of ecosystems in `requirement/`.
//!
//! Rule: what is no version (a URL, a tag, a path, a property) is no requirement, and is never compared.
//! Versions that are left out one by one (`!= 1.3`) do not count.

mod comparator;
mod exact;
mod pep440;
mod semver;
mod version;

use std::cmp::Ordering;

pub(crate) use version::{Part, Version};

use crate::ecosystem::npm;

/// A set of versions: a union of intervals, sorted, apart from each other.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Requirement(Vec<Interval>);

/// From one version to another; `None` is no end.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Interval {
    lower: Option<Bound>,
    upper: Option<Bound>,
}

/// An end of an interval.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Bound {
    version: Version,
    included: bool,
}

impl Requirement {
    /// What `text` asks for in the words of an ecosystem; `None` where it names no versions.
    pub(crate) fn parse(ecosystem: &str, text: &str) -> Option<Requirement> {
        let text = text.trim();
        match ecosystem {
            "cargo" => semver::cargo(text),
            // What stands behind `jsr:` and `npm:` is npm's.
            "npm" | "nx" | "deno" => npm::comparators(text).map(Requirement::of),
            "python" => pep440::parse(text),
            "composer" => comparator::composer(text),
            "dart" => comparator::dart(text),
            "ruby" => comparator::ruby(text),
            "elixir" => comparator::elixir(text),
            "maven" => exact::maven(text),
            "gradle" => exact::gradle(text),
            "dotnet" => exact::nuget(text),
            "go" => exact::plain(text),
            "swift" => comparator::swift(text),
            _ => None,
        }
    }

    /// Exactly this version.
    fn exactly(version: Version) -> Requirement {
        let bound = Some(Bound { version, included: true });
        Requirement(vec![Interval { lower: bound.clone(), upper: bound }])
    }

    /// The union of alternatives, each a list of comparators that all hold.
    fn of(alternatives: Vec<Vec<Comparator>>) -> Requirement {
        let intervals = alternatives.iter().filter_map(|all| Interval::of(all)).collect();
        Requirement::union(intervals)
    }

    fn union(mut intervals: Vec<Interval>) -> Requirement {
        intervals.sort_by(|a, b| compare_lower(a.lower.as_ref(), b.lower.as_ref()));
        let mut union: Vec<Interval> = Vec::new();
        for next in intervals {
            match union.last_mut() {
                Some(last) if last.touches(&next) => {
                    if compare_upper(last.upper.as_ref(), next.upper.as_ref()) == Ordering::Less {
                        last.upper = next.upper;
                    }
                }
                _ => union.push(next),
            }
        }
        Requirement(union)
    }

    /// Whether it takes every version from some one on: such a floor picks no version.
    pub(crate) fn is_open(&self) -> bool {
        self.0.iter().any(|interval| interval.upper.is_none())
    }

    /// Whether some version satisfies both.
    pub(crate) fn intersects(&self, other: &Requirement) -> bool {
        self.0.iter().any(|a| other.0.iter().any(|b| a.intersects(b)))
    }

    fn contains(&self, version: &Version) -> bool {
        let point = Bound { version: version.clone(), included: true };
        self.0.iter().any(|interval| {
            let above = interval.lower.as_ref().is_none_or(|lower| lower.is_at_most(&point));
            above && interval.upper.as_ref().is_none_or(|upper| point.is_at_most(upper))
        })
    }

    /// The order of the highest versions that each takes: who asks for the newer one comes last.
    pub(crate) fn compare(&self, other: &Requirement) -> Ordering {
        let (a, b) = (self.0.last(), other.0.last());
        let ends = |interval: Option<&Interval>| interval.map(|i| (i.lower.clone(), i.upper.clone()));
        match (ends(a), ends(b)) {
            (Some((low_a, up_a)), Some((low_b, up_b))) => compare_upper(up_a.as_ref(), up_b.as_ref())
                .then_with(|| compare_lower(low_a.as_ref(), low_b.as_ref())),
            (a, b) => a.is_some().cmp(&b.is_some()),
        }
    }
}

/// Whether a version of a project satisfies what another asks of it, by the rule of their ecosystem; `None` where
/// one of them cannot be read.
pub(crate) fn accepts(ecosystem: &str, requirement: &str, version: &str) -> Option<bool> {
    match ecosystem {
        "cargo" => semver::accepts(requirement, version),
        "npm" | "nx" | "deno" => npm::accepts(requirement, version),
        "python" => pep440::accepts(requirement, version),
        _ => {
            let version = Version::parse(version)?;
            let wanted = Requirement::parse(ecosystem, requirement)?;
            // Maven's ranges and snapshots are at odds; only what is plain is judged.
            let is_odd = ecosystem == "maven" && !version.is_release() && requirement.starts_with(['[', '(']);
            (!is_odd).then(|| wanted.contains(&version))
        }
    }
}

/// `>= 1.2`
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Comparator {
    pub(crate) operator: Operator,
    pub(crate) version: Version,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
}

impl Interval {
    /// What all comparators allow; `None` if that is nothing.
    fn of(all: &[Comparator]) -> Option<Interval> {
        let mut interval = Interval { lower: None, upper: None };
        for Comparator { operator, version } in all {
            let bound = |included| Some(Bound { version: version.clone(), included });
            let (lower, upper) = match operator {
                // Who stops before a release wants nothing on the way to it either.
                Operator::Less if version.is_release() => {
                    (None, Some(Bound { version: version.dawn(), included: false }))
                }
                Operator::Less => (None, bound(false)),
                Operator::LessOrEqual => (None, bound(true)),
                Operator::Greater => (bound(false), None),
                Operator::GreaterOrEqual => (bound(true), None),
                Operator::Equal => (bound(true), bound(true)),
            };
            if compare_lower(lower.as_ref(), interval.lower.as_ref()) == Ordering::Greater {
                interval.lower = lower;
            }
            if upper.is_some() && compare_upper(upper.as_ref(), interval.upper.as_ref()) == Ordering::Less {
                interval.upper = upper;
            }
        }
        // Below the first version there is none.
        if interval.lower.as_ref().is_some_and(|lower| lower.included && lower.version.is_zero()) {
            interval.lower = None;
        }
        match (&interval.lower, &interval.upper) {
            (Some(lower), Some(upper)) if !lower.is_at_most(upper) => None,
            _ => Some(interval),
        }
    }

    fn intersects(&self, other: &Interval) -> bool {
        let reaches = |a: &Interval, b: &Interval| match (&a.lower, &b.upper) {
            (Some(lower), Some(upper)) => lower.is_at_most(upper),
            _ => true,
        };
        reaches(self, other) && reaches(other, self)
    }

    /// Whether `next`, which starts no lower, leaves no gap.
    fn touches(&self, next: &Interval) -> bool {
        match (&self.upper, &next.lower) {
            // Between `<2.0.0-0` and `>=2.0.0` lie only versions on the way to 2.0.0.
            (Some(upper), Some(lower)) if upper.version == lower.version.dawn() => true,
            (Some(upper), Some(lower)) => match upper.version.cmp(&lower.version) {
                Ordering::Equal => upper.included || lower.included,
                order => order == Ordering::Greater,
            },
            _ => true,
        }
    }
}

impl Bound {
    /// Whether an interval that starts here and ends at `upper` holds a version.
    fn is_at_most(&self, upper: &Bound) -> bool {
        match self.version.cmp(&upper.version) {
            Ordering::Equal => self.included && upper.included,
            order => order == Ordering::Less,
        }
    }
}

fn compare_lower(a: Option<&Bound>, b: Option<&Bound>) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => a.version.cmp(&b.version).then(b.included.cmp(&a.included)),
        (a, b) => a.is_some().cmp(&b.is_some()),
    }
}

fn compare_upper(a: Option<&Bound>, b: Option<&Bound>) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => a.version.cmp(&b.version).then(a.included.cmp(&b.included)),
        (a, b) => b.is_some().cmp(&a.is_some()),
    }
}

#[cfg(test)]
mod tests;
