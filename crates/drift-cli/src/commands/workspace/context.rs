//! `drift workspace context`: what is known of the workspace, for tools and agents.

use std::io;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::error::{CommandError, ErrorCode};
use crate::ops;
use crate::ops::config::Anchor;
use crate::ops::context::{AGENT_SECTIONS, BUDGET, Brief, ContextReport, Section};
use crate::shell::Shell;
use crate::suggest::did_you_mean;
use crate::ui::{Outcome, Report, Table, Text, human};

/// Items of a list that people are shown.
const SHOWN: usize = 10;

/// Show what is known of the workspace, for tools and agents
///
/// In sections that scan and check keep ready: overview, projects, workspaces, languages, frameworks, graph,
/// problems, health and findings; backups and memory are looked up. Long lists are cut and say how much is
/// missing; `drift workspace projects --json` has them in full.
#[derive(clap::Args, Debug)]
#[command(after_help = "EXAMPLES:
  drift workspace context --json
  drift workspace context --section projects --section languages
  drift workspace context --agent")]
pub(crate) struct Args {
    /// Tell only this section; may be given several times
    #[arg(long, value_name = "NAME")]
    section: Vec<String>,
    /// Print the short form for an AI agent, of at most 8192 bytes
    #[arg(long, conflicts_with = "section")]
    agent: bool,
}

pub(crate) fn run(args: Args, shell: &Shell<'_>) -> Result<Outcome, CommandError> {
    let wanted = wanted(&args)?;
    let config = shell.config(Anchor::Existing)?;
    let report = ops::context::run(&shell.session_with(&config), &wanted)?;
    let brief = args.agent.then(|| Brief::new(&report));
    shell.ui.report(&View { limit: brief.as_ref().map(|_| BUDGET), agent: brief, report })
}

/// The document; with `--agent`, its text is all that people and agents see.
#[derive(JsonSchema, Serialize)]
pub(super) struct View {
    #[serde(flatten)]
    report: ContextReport,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<Brief>,
    /// The most bytes that `agent.text` may have.
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<usize>,
}

/// The sections that are asked for, in their own order.
fn wanted(args: &Args) -> Result<Vec<Section>, CommandError> {
    if args.agent {
        return Ok(AGENT_SECTIONS.into());
    }
    if args.section.is_empty() {
        return Ok(Section::ALL.into());
    }
    let mut named = Vec::new();
    for name in &args.section {
        named.push(Section::parse(name).ok_or_else(|| unknown(name))?);
    }
    Ok(Section::ALL.into_iter().filter(|section| named.contains(section)).collect())
}

fn unknown(name: &str) -> CommandError {
    let names = Section::ALL.map(Section::name);
    let hint = did_you_mean(name, names).unwrap_or_else(|| format!("the sections are {}", names.join(", ")));
    CommandError::new(ErrorCode::NotFound, format!("no section is called `{name}`")).with_hint(hint)
}

impl Report for View {
    const SCHEMA: &'static str = "drift.workspace.context/v1";

    fn text(&self, out: &mut Text) -> io::Result<()> {
        if let Some(brief) = &self.agent {
            return out.raw(&brief.text);
        }
        let report = &self.report;
        out.line(format_args!("{} in {}", report.name.as_deref().unwrap_or("workspace"), report.root))?;
        for (name, value) in &report.sections {
            out.blank()?;
            match value["count"].as_u64() {
                Some(count) => out.heading(format_args!("{name}: {count}"))?,
                None => out.heading(name)?,
            }
            section(out, value)?;
        }
        if !report.advice.is_empty() {
            out.blank()?;
            out.heading("next")?;
        }
        for advice in &report.advice {
            out.line(format_args!("  {}: `{}`", advice.message, advice.command))?;
        }
        Ok(())
    }
}

/// What is single in a section as pairs, then each list as a table. The count stands in the heading.
fn section(out: &mut Text, value: &Value) -> io::Result<()> {
    const PASSED_OVER: [&str; 4] = ["count", "format", "id", "more"];
    let Some(fields) = value.as_object() else { return out.line(cell(value)) };
    let mut pairs = Table::of_pairs();
    for (name, value) in fields.iter().filter(|(name, _)| !PASSED_OVER.contains(&name.as_str())) {
        match value {
            Value::Array(_) | Value::Null => {}
            Value::Object(inner) => pair_up(&mut pairs, inner.iter().filter(|(name, _)| *name != "id")),
            _ => pair_up(&mut pairs, [(name, value)].into_iter()),
        }
    }
    out.table(&pairs)?;
    fields.values().filter_map(Value::as_array).try_for_each(|items| list(out, items))
}

fn pair_up<'a>(pairs: &mut Table, fields: impl Iterator<Item = (&'a String, &'a Value)>) {
    for (name, value) in fields.filter(|(_, value)| !value.is_null()) {
        pairs.pair(&format!("  {}", name.replace('_', " ")), cell(value));
    }
}

/// The first items of a list of objects that are alike.
fn list(out: &mut Text, items: &[Value]) -> io::Result<()> {
    let mut table = Table::of_pairs();
    for item in items.iter().take(SHOWN) {
        let Some(fields) = item.as_object() else {
            table.pair("", cell(item));
            continue;
        };
        let mut values = fields.iter();
        let first = values.next().map(|(_, value)| cell(value)).unwrap_or_default();
        let rest: Vec<String> = values
            .filter(|(_, value)| !value.is_null() && **value != Value::Bool(false))
            .filter(|(_, value)| value.as_array().is_none_or(|list| !list.is_empty()))
            .map(|(name, value)| format!("{name} {}", cell(value)))
            .collect();
        table.row([format!("  {first}"), rest.join(", ")]);
    }
    out.table(&table)?;
    if items.len() > SHOWN {
        out.line(format_args!(
            "  and {} more: `--json` tells them",
            human::count((items.len() - SHOWN) as u64, "item", "items")
        ))?;
    }
    Ok(())
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(cell).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}
