//! Context: what is known of the workspace, in sections that are ready to be read.
//!
//! Rule: the sections of a scan are written in its transaction, those of `check --record` in its own, so that a
//! reader never sees them out of step with the rows. They are a view, made from the rows alone, and where they are missing (an older workspace) or of another format they are made from the rows on the way.

mod agent;
mod keep;
mod sections;

use std::collections::BTreeMap;

use drift_backup::{Catalog, SnapshotStore};
use drift_db::store::{context, memory, scan, summary, workspace};
use drift_db::{DatabaseKind, DatabaseState, Need};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::advice::{Advice, Facts, advise};
use super::projects::warn_if_stale;
use super::workspace::Workspace;
use super::{Session, Warning};
use crate::error::CommandError;

pub(crate) use agent::{BUDGET, Brief, SECTIONS as AGENT_SECTIONS};
pub(super) use keep::{
    Told, is_out_of_step, rebuild, refresh, write, write_check, write_if_stale, write_scan,
};
pub(crate) use sections::Section;

/// What is known of a workspace.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct ContextReport {
    pub(crate) root: String,
    pub(crate) name: Option<String>,
    /// Whether a manifest has changed since the last scan.
    pub(crate) stale: bool,
    /// By name; one that nobody has written yet is absent.
    pub(crate) sections: Map<String, Value>,
    /// When each section that is kept became what it is.
    pub(crate) updated_at: BTreeMap<String, String>,
    pub(crate) advice: Vec<Advice>,
    #[serde(skip)]
    facts: Facts,
}

/// `drift workspace context`: the sections of `wanted`, in that order.
pub(crate) fn run(session: &Session<'_>, wanted: &[Section]) -> Result<ContextReport, CommandError> {
    let mut workspace = Workspace::open(session, Need::Known)?;
    let old_schemas = old_schemas(session, &workspace);
    let catalog = SnapshotStore::open(&workspace.paths)?.catalog()?;
    let database = workspace.reader(DatabaseKind::Drift)?;
    let mut names: Vec<&str> = wanted.iter().map(|section| section.name()).collect();
    names.extend([Section::Overview.name(), Section::Health.name()]);
    let read = database.read(|c| {
        let (identity, last, run) = (workspace::get(c)?, scan::last_with_id(c)?, summary::last_run(c)?);
        let stored = context::read(c, &names)?;
        let (name, id) = (identity.as_ref().map(|row| row.name.as_str()), last.as_ref().map(|(id, _)| *id));
        let mut made = Vec::new();
        if !is_complete(&stored, wanted, name, id) {
            made.extend(sections::of_scan(&summary::read(c, sections::LIMITS)?));
        }
        if !sections::is_of_run(find(&stored, Section::Health), run) {
            made.extend(sections::of_check(summary::read_check(c, sections::LIMITS)?.as_ref()));
        }
        Ok(Read { identity, last, manifests: scan::manifests(c)?, stored, made })
    })?;
    drop(database);
    let mut known: BTreeMap<&str, Value> = BTreeMap::new();
    let mut updated_at = BTreeMap::new();
    for section in &read.stored {
        known.insert(&section.name, section.value.clone());
        updated_at.insert(section.name.clone(), section.updated_at.clone());
    }
    for (section, value) in read.made {
        known.insert(section.name(), value);
        updated_at.remove(section.name());
    }
    let facts = Facts {
        interrupted: None,
        old_schemas,
        scanned: read.last.is_some(),
        stale: warn_if_stale(session, &workspace.paths, &read.manifests),
        gate_failed: known.get(Section::Health.name()).is_some_and(|health| health["gate"] == "fail"),
        problems: read.last.as_ref().map_or(0, |(_, scan)| scan.problems),
        snapshots: catalog.snapshots.len(),
        damaged_snapshots: catalog.skipped.len(),
    };
    if wanted.contains(&Section::Backups) {
        known.insert(Section::Backups.name(), backups(&catalog));
    }
    if wanted.contains(&Section::Memory) {
        let count = workspace.reader(DatabaseKind::Cortex)?.read(memory::count)?;
        known.insert(Section::Memory.name(), json!({ "count": count }));
    }
    updated_at.retain(|name, _| wanted.iter().any(|section| section.name() == name));
    let sections = wanted.iter().filter_map(|section| known.remove_entry(section.name()));
    Ok(ContextReport {
        root: workspace.paths.root().display().to_string(),
        name: read.identity.map(|row| row.name),
        stale: facts.stale,
        sections: sections.map(|(name, value)| (name.to_owned(), value)).collect(),
        updated_at,
        advice: advise(&facts),
        facts,
    })
}

/// What one transaction saw.
struct Read {
    identity: Option<workspace::WorkspaceRow>,
    last: Option<(i64, scan::ScanRow)>,
    manifests: Vec<scan::ManifestRow>,
    stored: Vec<context::Section>,
    /// Where the stored sections do not do.
    made: Vec<(Section, Value)>,
}

/// Whether every section of a scan that is wanted is there, and tells of the newest scan as this drift would.
fn is_complete(
    stored: &[context::Section],
    wanted: &[Section],
    name: Option<&str>,
    scan: Option<i64>,
) -> bool {
    let in_step = find(stored, Section::Overview).is_some_and(|one| sections::is_in_step(one, name, scan));
    in_step
        && wanted
            .iter()
            .filter(|section| section.is_of_scan())
            .all(|section| find(stored, *section).is_some())
}

fn find(stored: &[context::Section], section: Section) -> Option<&Value> {
    stored.iter().find(|one| one.name == section.name()).map(|one| &one.value)
}

/// The databases whose schema is older than this drift, with a warning for each.
pub(super) fn old_schemas(session: &Session<'_>, workspace: &Workspace) -> Vec<&'static str> {
    let mut old = Vec::new();
    for found in &workspace.inspection.databases {
        let latest = found.kind.latest();
        if let DatabaseState::Known { version, .. } = found.state
            && version < latest
        {
            let message = format!("{} has schema {version} of {latest}", found.kind.file_name());
            session.warn(Warning::new("schema.pending", message).with_hint("run `drift workspace migrate`"));
            old.push(found.kind.file_name());
        }
    }
    old
}

fn backups(catalog: &Catalog) -> Value {
    let latest = catalog.latest();
    json!({
        "count": catalog.snapshots.len(),
        "damaged": catalog.skipped.len(),
        "latest": latest.map(|snapshot| snapshot.id().as_str()),
        "latest_at": latest.map(|snapshot| snapshot.header.created_at.to_string()),
        "bytes": catalog.snapshots.iter().map(|snapshot| snapshot.bytes()).sum::<u64>(),
    })
}
