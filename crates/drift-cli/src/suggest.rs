//! "Did you mean": the nearest of the values that would have been accepted.

/// Below this, a suggestion confuses more than it helps.
const NEAR_ENOUGH: f64 = 0.7;

/// The candidate most like `given`, if any is near; of equals the first.
pub(crate) fn nearest<'a>(given: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let given = given.to_lowercase();
    let mut best: Option<(f64, &str)> = None;
    for candidate in candidates {
        let score = strsim::jaro_winkler(&given, &candidate.to_lowercase());
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
