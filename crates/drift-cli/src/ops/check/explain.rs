//! What a rule means: its section of `docs/check.md`, which is compiled in.

use drift_discover::Rule;
use schemars::JsonSchema;
use serde::Serialize;

use crate::error::{CommandError, ErrorCode};
use crate::suggest::did_you_mean;

const DOCS: &str = include_str!("../../../../../docs/check.md");

/// A rule and its documentation.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct RuleReport {
    pub(crate) rule: &'static str,
    pub(crate) summary: &'static str,
    /// Markdown.
    pub(crate) text: String,
}

/// The rule called `name`.
pub(crate) fn explain(name: &str) -> Result<RuleReport, CommandError> {
    let names = || Rule::ALL.map(|(_, name)| name);
    let Some(rule) = Rule::named(&name.replace('-', "_")) else {
        let known = format!("the rules are {}", names().join(", "));
        return Err(CommandError::new(ErrorCode::NotFound, format!("no rule is called `{name}`"))
            .with_hint(did_you_mean(name, names()).unwrap_or(known)));
    };
    Ok(RuleReport { rule: rule.name(), summary: rule.summary(), text: section(rule.name()) })
}

/// The text under `### rule`, up to the next heading.
fn section(rule: &str) -> String {
    let lines = DOCS
        .lines()
        .skip_while(|line| line.strip_prefix("### `").and_then(|l| l.strip_suffix('`')) != Some(rule));
    let body: Vec<&str> = lines.skip(1).take_while(|line| !line.starts_with('#')).collect();
    body.join("\n").trim().to_owned()
}

#[cfg(test)]
mod tests;
