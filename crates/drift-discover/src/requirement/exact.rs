//! Requirements that are mostly one version: Maven, Gradle, NuGet, Go. Maven's and NuGet's ranges are read;
//! what changes by itself (`1.+`, `latest.release`, `LATEST`) is no version.

use super::{Comparator, Operator, Requirement, Version};

/// One version and nothing else.
pub(super) fn plain(text: &str) -> Option<Requirement> {
    Version::parse(text).map(Requirement::exactly)
}

/// `1.2`, `[1.2]`, `[1.0,2.0)`; sets of ranges are joined by commas.
pub(super) fn maven(text: &str) -> Option<Requirement> {
    if text.starts_with(['[', '(']) { ranges(text) } else { plain(text) }
}

/// As Maven, and `1.2!!` for strictly this one.
pub(super) fn gradle(text: &str) -> Option<Requirement> {
    maven(text.strip_suffix("!!").unwrap_or(text))
}

/// As Maven. A plain version is the lowest that will do, and the one that is taken.
pub(super) fn nuget(text: &str) -> Option<Requirement> {
    maven(text)
}

fn ranges(text: &str) -> Option<Requirement> {
    let mut alternatives = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find([']', ')'])?;
        let (range, behind) = rest.split_at(end + 1);
        alternatives.push(range_of(range)?);
        rest = behind.trim_start_matches([',', ' ']);
    }
    Some(Requirement::of(alternatives))
}

fn range_of(range: &str) -> Option<Vec<Comparator>> {
    let inner = range.get(1..range.len() - 1)?;
    let (opens, closes) = (range.starts_with('['), range.ends_with(']'));
    if !range.starts_with(['[', '(']) {
        return None;
    }
    let Some((from, to)) = inner.split_once(',') else {
        return Some(vec![Comparator { operator: Operator::Equal, version: Version::parse(inner)? }]);
    };
    let mut all = Vec::new();
    let operators = [
        (from, if opens { Operator::GreaterOrEqual } else { Operator::Greater }),
        (to, if closes { Operator::LessOrEqual } else { Operator::Less }),
    ];
    for (end, operator) in operators.into_iter().filter(|(end, _)| !end.trim().is_empty()) {
        all.push(Comparator { operator, version: Version::parse(end)? });
    }
    Some(all)
}
