//! No file grows until nobody reads it.

use super::Violation;
use super::tree::Tree;

const SOFT_LINES: usize = 400;
const HARD_LINES: usize = 600;
/// The map is read whole, or not at all.
const DOCUMENTS: &[(&str, usize)] = &[("docs/architecture.md", 300)];

const WHY: &str = "large files grew by one more function each time; the limit is what stops them";

pub(super) fn check(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (file, rust) in tree.rust().filter(|(file, _)| !file.is_test()) {
        let lines = rust.lines_without_tests();
        if lines > HARD_LINES {
            let what = format!("{lines} lines without tests, the limit is {HARD_LINES}");
            violations.push(Violation::error(&file.path, 0, what, WHY, "split it by what its parts own"));
        } else if lines > SOFT_LINES {
            let what = format!("{lines} lines without tests, above {SOFT_LINES}");
            violations.push(Violation::warning(&file.path, 0, what, WHY, "think of a split"));
        }
    }
    for (path, limit) in DOCUMENTS {
        let lines = tree.get(path).map_or(0, |file| file.text.lines().count());
        if lines > *limit {
            let what = format!("{lines} lines, the limit is {limit}");
            violations.push(Violation::error(path, 0, what, WHY, "move detail beside the code it is about"));
        }
    }
    violations
}
