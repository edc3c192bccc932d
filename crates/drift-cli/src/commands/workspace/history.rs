//! `drift workspace history`: what was done to the workspace, newest first.

use std::io;

use jiff::{SignedDuration, Timestamp};

use crate::error::CommandError;
use crate::ops;
use crate::ops::history::{HistoryOptions, HistoryReport};
use crate::shell::Shell;
use crate::ui::{Align, Outcome, Report, Table, Text, human};

/// Show what was done to the workspace, newest first
///
/// Merges the events of both databases with the snapshots.
#[derive(clap::Args, Debug)]
#[command(after_help = "EXAMPLES:
  drift workspace history
  drift workspace history --since 7d --kind migrate --kind restore
  drift workspace history --since 2026-11-01T00:00:00Z --json")]
pub(crate) struct Args {
    /// Leave out what is older: a time (RFC 3339) or an age such as 12h or 7d
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Show only this kind; may be given several times
    #[arg(long, value_name = "KIND")]
    kind: Vec<String>,
    /// Show at most N
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
}

pub(crate) fn run(args: Args, shell: &Shell<'_>) -> Result<Outcome, CommandError> {
    let since = args.since.map(|since| parse_since(&since, shell.now)).transpose()?;
    let options = HistoryOptions { since, kinds: args.kind, limit: args.limit };
    shell.ui.report(&ops::history::run(&shell.session(), &options)?)
}

/// A point in time, or how long ago it was. A day has 24 hours.
fn parse_since(text: &str, now: Timestamp) -> Result<Timestamp, CommandError> {
    if let Ok(at) = text.parse() {
        return Ok(at);
    }
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let seconds = match unit {
        "s" => Some(1),
        "m" | "min" => Some(60),
        "h" => Some(3600),
        "d" => Some(86_400),
        "w" => Some(604_800),
        _ => None,
    };
    let age =
        number.parse::<i64>().ok().zip(seconds).and_then(|(number, seconds)| number.checked_mul(seconds));
    age.and_then(|age| now.checked_sub(SignedDuration::from_secs(age)).ok()).ok_or_else(|| {
        CommandError::usage(format!("`{text}` is neither a time nor an age"))
            .with_hint("write it as 2026-11-01T00:00:00Z, 12h or 7d")
    })
}

impl Report for HistoryReport {
    const SCHEMA: &'static str = "drift.workspace.history/v1";

    fn text(&self, out: &mut Text) -> io::Result<()> {
        if self.events.is_empty() {
            return out.line("Nothing was done");
        }
        let mut table = Table::new(["AT", "WHAT", "WHERE", "DETAIL"].map(|name| (name, Align::Left)));
        for event in &self.events {
            table.row([human::moment(&event.at), event.kind.clone(), event.id.clone(), brief(&event.detail)]);
        }
        out.table(&table)
    }
}

/// `key=value` for each entry that says something.
fn brief(detail: &serde_json::Value) -> String {
    let Some(entries) = detail.as_object() else { return detail.to_string() };
    let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let said = entries.iter().filter(|(_, value)| !value.is_null());
    said.map(|(key, value)| format!("{key}={}", text(value))).collect::<Vec<_>>().join(" ")
}
