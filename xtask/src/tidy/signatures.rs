//! Public functions of libraries take no `bool`: `scan(true)` tells its reader nothing.

use super::Violation;
use super::arrows::BINARIES;
use super::quiet::find_words;
use super::tree::Tree;

/// How a public function starts, but for generics.
const OPENINGS: &[&str] = &["pub fn", "pub const fn"];

pub(super) fn check(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    let libraries = tree.rust().filter(|(file, _)| {
        file.path.starts_with("crates/") && !BINARIES.contains(&file.member()) && !file.is_test()
    });
    for (file, rust) in libraries {
        let code = rust.code();
        for offset in OPENINGS.iter().flat_map(|opening| find_words(&code, opening)) {
            let rest = code.get(offset..).unwrap_or_default();
            let signature = rest.split(['{', ';']).next().unwrap_or_default();
            let is_parameter = |at: usize| signature.get(..at).is_some_and(|before| before.ends_with(": "));
            if find_words(signature, "bool").any(is_parameter) {
                violations.push(Violation::error(
                    &file.path,
                    file.line_at(offset),
                    "a public function takes a `bool`".to_owned(),
                    "a call such as `scan(root, true)` does not say what is true",
                    "take an enum with two names, or a field of an options struct",
                ));
            }
        }
    }
    violations
}
