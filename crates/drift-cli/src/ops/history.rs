//! History: what was done to the workspace, from the events of both databases and the catalog of snapshots.

use drift_backup::SnapshotStore;
use drift_db::store::event::{self, Event};
use drift_db::{DatabaseKind, Need};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::Session;
use super::workspace::Workspace;
use crate::error::CommandError;

/// Which events are wanted.
#[derive(Clone, Debug, Default)]
pub(crate) struct HistoryOptions {
    /// Not older than this.
    pub(crate) since: Option<Timestamp>,
    /// Only these kinds; all, if empty.
    pub(crate) kinds: Vec<String>,
    /// At most so many, the newest; all, if `None`.
    pub(crate) limit: Option<usize>,
}

/// What was done, newest first.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct HistoryReport {
    pub(crate) events: Vec<EventView>,
}

/// One thing that was done.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct EventView {
    /// `drift:7`, or the id of a snapshot.
    pub(crate) id: String,
    pub(crate) at: String,
    /// `drift`, `cortex`, or `backups` for a snapshot.
    pub(crate) database: &'static str,
    pub(crate) kind: String,
    pub(crate) detail: serde_json::Value,
}

/// `drift workspace history`.
pub(crate) fn run(session: &Session<'_>, options: &HistoryOptions) -> Result<HistoryReport, CommandError> {
    let mut workspace = Workspace::look(session, Need::Known)?;
    let mut events = Vec::new();
    for kind in DatabaseKind::WORKSPACE {
        let rows = workspace.reader(kind)?.read(event::all)?;
        events.extend(rows.into_iter().map(|row| of_row(kind, row)));
    }
    for snapshot in SnapshotStore::open(&workspace.paths)?.catalog()?.snapshots {
        let header = &snapshot.header;
        events.push(EventView {
            id: header.id.to_string(),
            at: header.created_at.to_string(),
            database: "backups",
            kind: "backup".to_owned(),
            detail: serde_json::json!({
                "reason": header.reason.name(), "tier": header.tier.name(), "bytes": snapshot.bytes(),
                "note": header.note,
            }),
        });
    }
    events.retain(|event| {
        let late_enough = |since: Timestamp| event.at.parse().is_ok_and(|at: Timestamp| at >= since);
        options.since.is_none_or(late_enough)
            && (options.kinds.is_empty() || options.kinds.contains(&event.kind))
    });
    // Stable: what happened in the same instant stays in the order of its database, the later first.
    events.sort_by_key(|event| std::cmp::Reverse(time(event)));
    events.truncate(options.limit.unwrap_or(usize::MAX));
    Ok(HistoryReport { events })
}

fn time(event: &EventView) -> Option<Timestamp> {
    event.at.parse().ok()
}

fn of_row(kind: DatabaseKind, row: Event) -> EventView {
    let detail = serde_json::from_str(&row.detail).unwrap_or(serde_json::Value::String(row.detail));
    EventView { id: format!("{kind}:{}", row.id), at: row.at, database: kind.name(), kind: row.kind, detail }
}
