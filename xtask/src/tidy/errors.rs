//! Library errors name what they failed on: no bare `io::Error`, and no `anyhow` in a signature.

use super::Violation;
use super::arrows::BINARIES;
use super::tree::Tree;

const WHY: &str = "an error without a path cannot be acted on";

pub(super) fn check(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    let libraries = tree.rust().filter(|(file, _)| {
        file.path.starts_with("crates/") && !BINARIES.contains(&file.member()) && !file.is_test()
    });
    for (file, rust) in libraries {
        for (index, line) in rust.code().lines().enumerate() {
            if line.contains("#[from]") && line.contains("io::Error") {
                violations.push(Violation::error(
                    &file.path,
                    index + 1,
                    "an I/O error is taken over without its path".to_owned(),
                    WHY,
                    "use fs-err, or a variant with the path and a #[source]",
                ));
            }
        }
    }
    violations
}
