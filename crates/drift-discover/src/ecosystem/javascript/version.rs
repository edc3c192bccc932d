//! Versions and ranges as npm's `semver` compares them.
//!
//! Text that is neither is a tag or nothing; it satisfies and is satisfied by nothing.

use nodejs_semver::{Range, Version};

/// Whether prerelease versions satisfy a range that names none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prereleases {
    Included,
    OnlyNamed,
}

/// Longest range that is compared; npm allows 256.
const MAX_RANGE: usize = 1024;

/// Whether `version` satisfies `range`. An empty range is `*`.
pub(super) fn satisfies(version: &str, range: &str, prereleases: Prereleases) -> bool {
    let (Some(version), Some(range)) = (parse(version), parse_range(range)) else { return false };
    range.satisfies_with_prerelease(&version, prereleases == Prereleases::Included)
}

/// Whether `text` is a range or a version.
pub(super) fn is_range(text: &str) -> bool {
    parse_range(text).is_some()
}

/// Whether some version satisfies both ranges.
pub(super) fn intersect(a: &str, b: &str) -> bool {
    a == b || matches!((parse_range(a), parse_range(b)), (Some(a), Some(b)) if a.allows_any(&b))
}

/// Whether `a` is the same version as `b`.
pub(super) fn is_same(a: &str, b: &str) -> bool {
    a == b || matches!((parse(a), parse(b)), (Some(a), Some(b)) if a == b)
}

/// The order of two versions; text that is none comes first.
pub(super) fn compare(a: &str, b: &str) -> std::cmp::Ordering {
    parse(a).cmp(&parse(b))
}

/// The first number of a version, or of the lowest version of a range.
pub(super) fn major(text: &str) -> Option<u64> {
    parse(text).map(|version| version.major()).or_else(|| Some(parse_range(text)?.min_version()?.major()))
}

fn parse(text: &str) -> Option<Version> {
    let text = text.trim().trim_start_matches(['=', 'v']);
    if text.len() > MAX_RANGE { None } else { Version::parse(text).ok() }
}

fn parse_range(text: &str) -> Option<Range> {
    match text.trim() {
        "" => Some(Range::any()),
        text if text.len() > MAX_RANGE => None,
        text => Range::parse(text).ok(),
    }
}
