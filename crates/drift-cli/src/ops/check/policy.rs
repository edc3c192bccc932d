//! Policy: from the configuration to the severity of each finding and the gate of each project.

use drift_config::{GatesConfig, Limit, Pattern, RuleOverride, RulesConfig, Severity as Configured};
use drift_discover::{Finding, Limits, Rule, Severity};

/// `[rules]` and `[gates]`.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    pub(crate) rules: RulesConfig,
    pub(crate) gates: GatesConfig,
}

impl Policy {
    /// How much a finding weighs; `None` if it is not to be reported. `names` are those of its project: the id,
    /// the path, and the name if it is unique; an override under an earlier one wins.
    pub(super) fn severity(&self, finding: &Finding, names: &[&str]) -> Option<Severity> {
        if ignored(&self.rules, finding.rule).iter().any(|pattern| pattern.is_match(&finding.subject)) {
            return None;
        }
        let overrides = names.iter().filter_map(|name| self.rules.projects.get(*name));
        let own = overrides.filter_map(|of_project| overridden(of_project, finding.rule)).next();
        match own.unwrap_or_else(|| of_rule(&self.rules, finding.rule)) {
            Configured::Off => None,
            Configured::Info => Some(Severity::Info),
            Configured::Warning => Some(Severity::Warning),
            Configured::Error => Some(Severity::Error),
        }
    }

    /// What a project must meet; without names, what the workspace must.
    pub(super) fn limits(&self, names: &[&str]) -> Limits {
        let gate = self.gates.of_project(names.iter().copied());
        let most = |limit: Limit<u32>| match limit {
            Limit::Unlimited => None,
            Limit::At(most) => Some(most),
        };
        Limits {
            max_errors: most(gate.max_errors),
            max_warnings: most(gate.max_warnings),
            min_health: gate.min_health.get(),
        }
    }

    /// The names of projects in the configuration, for the warning about those that are none.
    pub(super) fn named_projects(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let rules = self.rules.projects.keys().map(|name| ("rules.projects", name.as_str()));
        rules.chain(self.gates.projects.keys().map(|name| ("gates.projects", name.as_str())))
    }
}

fn of_rule(rules: &RulesConfig, rule: Rule) -> Configured {
    match rule {
        Rule::DependencyCycle => rules.dependency_cycle,
        Rule::DuplicateName => rules.duplicate_name,
        Rule::MissingMember => rules.missing_member,
        Rule::InvalidManifest => rules.invalid_manifest,
        Rule::VersionMismatch => rules.version_mismatch,
        Rule::UnsatisfiedRange => rules.unsatisfied_range,
        Rule::OutsideWorkspace => rules.outside_workspace,
    }
}

fn overridden(of_project: &RuleOverride, rule: Rule) -> Option<Configured> {
    match rule {
        Rule::DependencyCycle => of_project.dependency_cycle,
        Rule::DuplicateName => of_project.duplicate_name,
        Rule::MissingMember => of_project.missing_member,
        Rule::InvalidManifest => of_project.invalid_manifest,
        Rule::VersionMismatch => of_project.version_mismatch,
        Rule::UnsatisfiedRange => of_project.unsatisfied_range,
        Rule::OutsideWorkspace => of_project.outside_workspace,
    }
}

fn ignored(rules: &RulesConfig, rule: Rule) -> &[Pattern] {
    let ignore = &rules.ignore;
    match rule {
        Rule::DependencyCycle => &ignore.dependency_cycle,
        Rule::DuplicateName => &ignore.duplicate_name,
        Rule::MissingMember => &ignore.missing_member,
        Rule::InvalidManifest => &ignore.invalid_manifest,
        Rule::VersionMismatch => &ignore.version_mismatch,
        Rule::UnsatisfiedRange => &ignore.unsatisfied_range,
        Rule::OutsideWorkspace => &ignore.outside_workspace,
    }
}

#[cfg(test)]
mod tests;
