//! Rule `invalid_manifest`: a manifest that cannot be read, is not of its format, or lacks what its tool demands.
//!
//! What only running code could tell, and what drift does not read, is a problem of `projects`, but nothing that is
//! wrong with the repository.

use super::{Finding, Index, Rule, of_problem};

/// The codes of problems that say so.
const PROBLEMS: [&str; 9] = [
    "manifest.encoding",
    "manifest.invalid",
    "manifest.no_name",
    "manifest.no_package",
    "manifest.shape",
    "manifest.syntax",
    "manifest.too_deep",
    "manifest.too_large",
    "manifest.unreadable",
];

pub(super) fn find(index: &Index<'_>, findings: &mut Vec<Finding>) {
    for problem in index.input.problems.iter().filter(|problem| PROBLEMS.contains(&problem.code)) {
        findings.push(of_problem(index, problem, Rule::InvalidManifest, problem.code));
    }
}
