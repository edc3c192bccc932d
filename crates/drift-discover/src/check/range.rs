//! Rule `unsatisfied_range`: the version of a project is none of those that another project takes.
//!
//! What happens then differs: Cargo, uv, pub and Bundler refuse, npm, yarn and Maven take another version from the
//! registry, pnpm publishes a range that its own workspace breaks. Versions that are not stated, or only computed,
//! are not judged.

use super::{Finding, Index, Rule, of_project};
use crate::requirement::accepts;

pub(super) fn find(index: &Index<'_>, findings: &mut Vec<Finding>) {
    for range in &index.input.facts.ranges {
        let (Some(from), Some(to)) = (index.by_id.get(&range.from), index.by_id.get(&range.to)) else {
            continue;
        };
        let name = to.name.as_deref().unwrap_or(&to.id.0);
        let Some(version) = &to.version else { continue };
        if accepts(&from.ecosystem.0, &range.requirement, version) != Some(false) {
            continue;
        }
        let message = format!(
            "takes `{name}` at `{}`, but {} has the version `{version}`; correct one of them",
            range.requirement, to.id
        );
        let mention = Some(name.to_owned());
        findings.push(Finding { mention, ..of_project(from, Rule::UnsatisfiedRange, name, message) });
    }
}
