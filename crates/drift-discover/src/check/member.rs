//! Rule `missing_member`: a workspace lists a member by its path, and there is none.
//!
//! A pattern with wildcards that matches nothing is no missing member: it says what may be there.

use super::{Finding, Index, Rule, of_problem};

pub(super) fn find(index: &Index<'_>, findings: &mut Vec<Finding>) {
    for problem in index.input.problems.iter().filter(|problem| problem.code == "member.missing") {
        // The message names the member, and nothing else in it changes.
        findings.push(of_problem(index, problem, Rule::MissingMember, &problem.message));
    }
}
