//! Health: one number from 0 to 100 for a project and for the workspace. Rule: more findings never raise it.

use super::Severity;

/// What one finding of each severity takes off.
const ERROR: u32 = 20;
const WARNING: u32 = 5;
const INFO: u32 = 1;

/// How many findings of each severity there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub errors: u32,
    pub warnings: u32,
    pub infos: u32,
}

impl Counts {
    /// One more.
    pub fn add(&mut self, severity: Severity) {
        let count = match severity {
            Severity::Error => &mut self.errors,
            Severity::Warning => &mut self.warnings,
            Severity::Info => &mut self.infos,
        };
        *count = count.saturating_add(1);
    }

    /// Together with others.
    pub fn plus(self, other: Counts) -> Counts {
        Counts {
            errors: self.errors.saturating_add(other.errors),
            warnings: self.warnings.saturating_add(other.warnings),
            infos: self.infos.saturating_add(other.infos),
        }
    }
}

/// The health of a project: 100, less 20 for each error, 5 for each warning and 1 for each info, at least 0.
pub fn health(counts: Counts) -> u8 {
    let off = (counts.errors.saturating_mul(ERROR))
        .saturating_add(counts.warnings.saturating_mul(WARNING))
        .saturating_add(counts.infos.saturating_mul(INFO));
    100 - u8::try_from(off).unwrap_or(u8::MAX).min(100)
}

/// The health of the workspace: the mean of its projects, rounded down, less what the findings that belong to no
/// project take off, at least 0. So it is 100 only if there is no finding.
pub fn workspace_health(projects: &[u8], own: Counts) -> u8 {
    let sum: u64 = projects.iter().map(|&health| u64::from(health)).sum();
    let mean = sum.checked_div(projects.len() as u64).unwrap_or(100);
    let off = u64::from(100 - health(own));
    u8::try_from(mean.saturating_sub(off)).unwrap_or(100)
}

#[cfg(test)]
mod tests;
