//! Cargo's requirements: `1.2` is `^1.2`.

use semver::{Op, VersionReq};

use super::{Comparator, Operator, Part, Requirement, Version};

pub(super) fn cargo(text: &str) -> Option<Requirement> {
    if text.is_empty() {
        return None;
    }
    let parsed = VersionReq::parse(text).ok()?;
    let all = parsed.comparators.iter().map(comparators).collect::<Option<Vec<_>>>()?;
    Some(Requirement::of(vec![all.concat()]))
}

/// Whether cargo takes that version.
pub(super) fn accepts(requirement: &str, version: &str) -> Option<bool> {
    let version = semver::Version::parse(version.trim()).ok()?;
    Some(VersionReq::parse(requirement).ok()?.matches(&version))
}

/// What one comparator of the crate stands for.
fn comparators(comparator: &semver::Comparator) -> Option<Vec<Comparator>> {
    let semver::Comparator { op, major, minor, patch, pre } = comparator;
    let (major, tail) = (*major, pre.as_str().split('.').filter(|part| !part.is_empty()).map(Part::of));
    let lowest = Version::new([major, minor.unwrap_or(0), patch.unwrap_or(0)], tail.collect());
    let below =
        |numbers: [u64; 3]| Comparator { operator: Operator::Less, version: Version::before(numbers) };
    let at_least = Comparator { operator: Operator::GreaterOrEqual, version: lowest.clone() };
    // The first version that is no longer one of `1`, `1.2` or `1.2.3`.
    let next = match (minor, patch) {
        (None, _) => [major + 1, 0, 0],
        (Some(minor), None) => [major, minor + 1, 0],
        (Some(minor), Some(patch)) => [major, *minor, patch + 1],
    };
    let whole = patch.is_some();
    Some(match op {
        Op::Exact if whole => vec![Comparator { operator: Operator::Equal, version: lowest }],
        Op::Exact | Op::Wildcard => vec![at_least, below(next)],
        Op::Greater if whole => vec![Comparator { operator: Operator::Greater, version: lowest }],
        Op::Greater => {
            vec![Comparator { operator: Operator::GreaterOrEqual, version: Version::release(next) }]
        }
        Op::GreaterEq => vec![at_least],
        Op::Less => vec![Comparator { operator: Operator::Less, version: lowest }],
        Op::LessEq if whole => vec![Comparator { operator: Operator::LessOrEqual, version: lowest }],
        Op::LessEq => vec![below(next)],
        Op::Tilde => {
            let end = minor.map_or([major + 1, 0, 0], |minor| [major, minor + 1, 0]);
            vec![at_least, below(end)]
        }
        Op::Caret => {
            let end = match (major, minor, patch) {
                (0, Some(0), Some(patch)) => [0, 0, patch + 1],
                (0, Some(minor), _) => [0, minor + 1, 0],
                (major, ..) => [major + 1, 0, 0],
            };
            vec![at_least, below(end)]
        }
        _ => return None,
    })
}
