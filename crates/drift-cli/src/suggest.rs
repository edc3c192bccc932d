//! "Did you mean": the nearest of the values that would have been accepted.

/// Below this, a suggestion confuses more than it helps.
const NEAR_ENOUGH: f64 = 0.7;

/// The candidate most like `given`, if any is near; of equals the first. A name with a scope or path (`@shop/web`,
/// `group:artifact`) is like its last part too, which is what people type.
pub(crate) fn nearest<'a>(given: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let given = given.to_lowercase();
    let mut best: Option<(f64, &str)> = None;
    for candidate in candidates {
        let whole = candidate.to_lowercase();
        let part = whole.rsplit(['/', ':']).next().unwrap_or_default();
        let score = strsim::jaro_winkler(&given, &whole).max(strsim::jaro_winkler(&given, part));
        if score >= NEAR_ENOUGH && best.is_none_or(|(highest, _)| score > highest) {
            best = Some((score, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// The hint that goes with [`nearest`].
pub(crate) fn did_you_mean<'a>(given: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(given, candidates).map(|candidate| format!("did you mean `{candidate}`?"))
}

#[cfg(test)]
mod tests;
