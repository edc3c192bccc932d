//! Size: what the workspace takes on disk, and how much of it a gc would give back.

use drift_db::vacuum::{PageFacts, TableSize, page_facts, table_sizes};
use drift_db::{DatabaseKind, Need};
use drift_gc::{GcPolicy, Heap, Usage};
use schemars::JsonSchema;
use serde::Serialize;

use super::gc::reclaimable;
use super::workspace::Workspace;
use super::{Session, Unit};
use crate::error::CommandError;

/// How much is told.
#[derive(Clone, Debug)]
pub(crate) struct SizeOptions {
    pub(crate) policy: GcPolicy,
    pub(crate) tables: Tables,
}

/// Whether every page is read to tell what tables take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tables {
    Told,
    LeftOut,
}

/// What the workspace takes.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct SizeReport {
    pub(crate) root: String,
    pub(crate) total_bytes: u64,
    /// What `gc` would give back, as far as can be told.
    pub(crate) reclaimable_bytes: u64,
    pub(crate) databases: Vec<DatabaseView>,
    pub(crate) backups: HeapView,
    pub(crate) staging: HeapView,
    pub(crate) quarantine: HeapView,
}

/// One database.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct DatabaseView {
    pub(crate) name: &'static str,
    pub(crate) bytes: u64,
    pub(crate) wal_bytes: u64,
    pub(crate) page_size: u64,
    pub(crate) page_count: u64,
    pub(crate) freelist_count: u64,
    /// The largest first; empty unless asked for.
    pub(crate) tables: Vec<TableView>,
}

/// One table.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct TableView {
    pub(crate) name: String,
    /// With its indexes.
    pub(crate) bytes: u64,
    pub(crate) index_bytes: u64,
}

/// So many things of one sort.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct HeapView {
    pub(crate) count: u64,
    pub(crate) bytes: u64,
}

/// `drift workspace size`.
pub(crate) fn run(session: &Session<'_>, options: &SizeOptions) -> Result<SizeReport, CommandError> {
    let mut workspace = Workspace::look(session, Need::Known)?;
    // Measured before anything is opened further: an open database has sidecars.
    let usage = Usage::measure(&workspace.paths)?;
    let mut databases = Vec::new();
    for one in &usage.databases {
        let (facts, tables) = contents(session, &mut workspace, one.kind, options.tables)?;
        databases.push(DatabaseView {
            name: one.kind.name(),
            bytes: one.bytes,
            wal_bytes: one.wal_bytes,
            page_size: facts.page_size,
            page_count: facts.page_count,
            freelist_count: facts.freelist_count,
            tables: tables.into_iter().map(TableView::from).collect(),
        });
    }
    // The readers are used up; what they saw is looked at again by the planner.
    workspace.inspection = drift_db::inspect(&workspace.paths)?;
    let plan = reclaimable(session, &mut workspace, &options.policy)?;
    Ok(SizeReport {
        root: workspace.paths.root().display().to_string(),
        total_bytes: usage.total(),
        reclaimable_bytes: plan.bytes(),
        databases,
        backups: usage.backups.into(),
        staging: usage.staging.into(),
        quarantine: usage.quarantine.into(),
    })
}

fn contents(
    session: &Session<'_>,
    workspace: &mut Workspace,
    kind: DatabaseKind,
    tables: Tables,
) -> Result<(PageFacts, Vec<TableSize>), CommandError> {
    let database = workspace.reader(kind)?;
    let facts = database.read(page_facts)?;
    let sizes = match tables {
        Tables::LeftOut => Vec::new(),
        Tables::Told => {
            let _phase = session.phase("measuring tables", None, Unit::Items);
            database.read(table_sizes)?
        }
    };
    Ok((facts, sizes))
}

impl From<TableSize> for TableView {
    fn from(table: TableSize) -> TableView {
        let TableSize { name, bytes, index_bytes } = table;
        TableView { name, bytes: bytes + index_bytes, index_bytes }
    }
}

impl From<Heap> for HeapView {
    fn from(heap: Heap) -> HeapView {
        HeapView { count: heap.count, bytes: heap.bytes }
    }
}
