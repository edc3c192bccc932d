//! Python's requirements, in the form of PEP 440.

use std::str::FromStr;

use pep508_rs::pep440_rs::{Operator as Op, PrereleaseKind, VersionSpecifier, VersionSpecifiers};

use super::{Comparator, Operator, Part, Requirement, Version};

pub(super) fn parse(text: &str) -> Option<Requirement> {
    // Poetry writes `^1.2` as npm does, and `*` for anything.
    if text.starts_with(['^', '~']) && !text.starts_with("~=") {
        return super::comparator::poetry(text);
    }
    if text == "*" {
        return Some(Requirement::of(vec![Vec::new()]));
    }
    let specifiers = VersionSpecifiers::from_str(text).ok()?;
    let all = specifiers.iter().map(comparators).collect::<Option<Vec<_>>>()?;
    Some(Requirement::of(vec![all.concat()]))
}

/// Whether an installer takes that version.
pub(super) fn accepts(requirement: &str, version: &str) -> Option<bool> {
    let version = pep508_rs::pep440_rs::Version::from_str(version).ok()?;
    Some(VersionSpecifiers::from_str(requirement).ok()?.contains(&version))
}

fn comparators(specifier: &VersionSpecifier) -> Option<Vec<Comparator>> {
    let version = version(specifier.version())?;
    let release = specifier.version().release();
    let one = |operator| Some(vec![Comparator { operator, version: version.clone() }]);
    // Everything up to, and without, the next version that differs in number `at`.
    let until = |at: usize| {
        let mut next = release[..=at].to_vec();
        next[at] += 1;
        let end = Comparator { operator: Operator::Less, version: Version::before(next) };
        vec![Comparator { operator: Operator::GreaterOrEqual, version: version.clone() }, end]
    };
    match specifier.operator() {
        Op::Equal => one(Operator::Equal),
        Op::EqualStar => Some(until(release.len().checked_sub(1)?)),
        Op::TildeEqual => Some(until(release.len().checked_sub(2)?)),
        Op::NotEqual | Op::NotEqualStar => Some(Vec::new()),
        Op::LessThan => one(Operator::Less),
        Op::LessThanEqual => one(Operator::LessOrEqual),
        Op::GreaterThan => one(Operator::Greater),
        Op::GreaterThanEqual => one(Operator::GreaterOrEqual),
        Op::ExactEqual => None,
    }
}

/// `None` for epochs, local and post versions, which nothing here can order.
fn version(version: &pep508_rs::pep440_rs::Version) -> Option<Version> {
    if version.epoch() != 0 || version.is_local() || version.is_post() {
        return None;
    }
    let mut tail = Vec::new();
    if let Some(pre) = version.pre() {
        let kind = match pre.kind {
            PrereleaseKind::Alpha => "a",
            PrereleaseKind::Beta => "b",
            PrereleaseKind::Rc => "rc",
        };
        tail.extend([Part::Word(kind.into()), Part::Number(pre.number)]);
    }
    if let Some(dev) = version.dev() {
        // Before every prerelease.
        tail.insert(0, Part::Number(0));
        tail.push(Part::Number(dev));
    }
    Some(Version::new(version.release().iter().copied(), tail))
}
