//! Gates: whether what was found is still good enough, for each project and for the workspace.

use super::Counts;

/// What must be met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most errors; `None` for any number.
    pub max_errors: Option<u32>,
    pub max_warnings: Option<u32>,
    /// 0 to 100.
    pub min_health: u8,
}

/// Whether a gate was passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    Pass,
    Fail,
}

/// What a gate says, and why it failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GateResult {
    pub gate: Gate,
    /// A sentence for each limit that is not met; empty for a pass.
    pub reasons: Vec<String>,
}

impl Gate {
    /// The name in documents and in rows.
    pub fn name(self) -> &'static str {
        match self {
            Gate::Pass => "pass",
            Gate::Fail => "fail",
        }
    }
}

impl Limits {
    /// Judges a number of findings and a health.
    pub fn judge(&self, counts: Counts, health: u8) -> GateResult {
        let over = |count: u32, limit: Option<u32>| limit.filter(|&limit| count > limit);
        let mut reasons = Vec::new();
        if let Some(limit) = over(counts.errors, self.max_errors) {
            reasons.push(format!("{}, at most {limit} allowed", many(counts.errors, "error")));
        }
        if let Some(limit) = over(counts.warnings, self.max_warnings) {
            reasons.push(format!("{}, at most {limit} allowed", many(counts.warnings, "warning")));
        }
        if health < self.min_health {
            reasons.push(format!("health {health}, at least {} demanded", self.min_health));
        }
        GateResult { gate: if reasons.is_empty() { Gate::Pass } else { Gate::Fail }, reasons }
    }
}

fn many(count: u32, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests;
