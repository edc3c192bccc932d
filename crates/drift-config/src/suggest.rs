//! "Did you mean": the known word nearest to a mistyped one.

/// Below this Jaro-Winkler similarity a suggestion is a guess that misleads.
const THRESHOLD: f64 = 0.7;

/// The candidate most like `word`, if any is like it at all. The first of equals wins.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // The comparison is quadratic in length, and a name this long is no mistyped key.
    if word.len() > 100 {
        return None;
    }
    let mut best: Option<(f64, &str)> = None;
    for candidate in candidates {
        let score = strsim::jaro_winkler(word, candidate);
        if score >= THRESHOLD && best.is_none_or(|(highest, _)| score > highest) {
            best = Some((score, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}
