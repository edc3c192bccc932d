//! `native_workspace`, `project`, `project_edge`, `external_dependency`: the graph of the last scan.
//!
//! Rule: a project keeps its key for life. A scan never deletes a row: one that vanished gets `removed_at`; one
//! of the same ecosystem and name at a new path, its old path gone, is the same project.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rusqlite::{Connection, Row, params};

use super::StoredPath;

/// What the native tool calls a workspace.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WorkspaceRow {
    /// `ecosystem:root`.
    pub id: String,
    pub root: StoredPath,
    pub ecosystem: String,
    pub manager: String,
}

/// A project as the last scan saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectRow {
    /// `ecosystem:path`.
    pub id: String,
    pub ecosystem: String,
    pub path: StoredPath,
    pub name: Option<String>,
    pub version: Option<String>,
    pub manifest: StoredPath,
    /// The id of its native workspace.
    pub workspace: Option<String>,
    pub private: bool,
    pub languages: Vec<String>,
    pub frameworks: Vec<String>,
    /// How many files it owns.
    pub files: i64,
}

/// A declared dependency of one project on another, by id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EdgeRow {
    pub from: String,
    pub to: String,
    pub kind: String,
}

/// A declared dependency on something outside the repository.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExternalRow {
    /// The id of the project that declares it.
    pub project: String,
    pub name: String,
    pub kind: String,
    pub requirement: String,
}

/// The graph, each list sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GraphRows {
    pub workspaces: Vec<WorkspaceRow>,
    pub projects: Vec<ProjectRow>,
    pub edges: Vec<EdgeRow>,
    pub externals: Vec<ExternalRow>,
}

/// What [`replace`] did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replaced {
    /// The key of every live project, by id.
    pub keys: HashMap<String, i64>,
    /// Whether any row differed.
    pub changed: bool,
    /// The projects that vanished, with their keys, by id.
    pub removed: Vec<(String, i64)>,
    /// The projects that are elsewhere now: old and new id, by new id.
    pub moved: Vec<(String, String)>,
}

/// The native workspaces, by id.
pub fn workspaces(connection: &Connection) -> rusqlite::Result<Vec<WorkspaceRow>> {
    let mut statement =
        connection.prepare("SELECT id, root, ecosystem, manager FROM native_workspace ORDER BY id")?;
    let rows = statement.query_map([], |row| {
        Ok(WorkspaceRow { id: row.get(0)?, root: row.get(1)?, ecosystem: row.get(2)?, manager: row.get(3)? })
    })?;
    rows.collect()
}

/// The live projects, by id.
pub fn projects(connection: &Connection) -> rusqlite::Result<Vec<ProjectRow>> {
    Ok(live_projects(connection)?.into_iter().map(|(_, row)| row).collect())
}

/// The live projects with their keys, by id.
pub fn live_projects(connection: &Connection) -> rusqlite::Result<Vec<(i64, ProjectRow)>> {
    let known = stored_projects(connection)?;
    let live = known.into_values().filter(|stored| stored.removed_at.is_none());
    Ok(live.map(|stored| (stored.key, stored.row)).collect())
}

/// What of a live project stands in a drawing of the graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeRow {
    pub key: i64,
    pub id: String,
    pub name: Option<String>,
    pub path: StoredPath,
    pub ecosystem: String,
}

/// That of all live projects, by id.
pub fn nodes(connection: &Connection) -> rusqlite::Result<Vec<NodeRow>> {
    let mut statement =
        connection.prepare("SELECT key, id, name, path, ecosystem FROM project WHERE removed_at IS NULL")?;
    let rows = statement.query_map([], |row| {
        Ok(NodeRow {
            key: row.get(0)?,
            id: row.get(1)?,
            name: row.get(2)?,
            path: row.get(3)?,
            ecosystem: row.get(4)?,
        })
    })?;
    let mut nodes = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    // Cheaper than to look every row up by its place in the index.
    nodes.sort_unstable_by(|a, b| a.id.cmp(&b.id));
    Ok(nodes)
}

/// Calls `each` with every edge: the keys of both projects, of which one may be gone, and the kind.
pub fn for_each_edge(connection: &Connection, mut each: impl FnMut(i64, i64, &str)) -> rusqlite::Result<()> {
    let mut statement = connection.prepare("SELECT from_key, to_key, kind FROM project_edge")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        each(row.get(0)?, row.get(1)?, row.get_ref(2)?.as_str()?);
    }
    Ok(())
}

/// The keys of the live projects, by id.
pub fn keys(connection: &Connection) -> rusqlite::Result<HashMap<String, i64>> {
    let mut statement = connection.prepare("SELECT id, key FROM project WHERE removed_at IS NULL")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

/// The edges between live projects, by id.
pub fn edges(connection: &Connection) -> rusqlite::Result<Vec<EdgeRow>> {
    let mut statement = connection.prepare(
        "SELECT a.id, b.id, kind FROM project_edge
         JOIN project a ON a.key = from_key JOIN project b ON b.key = to_key ORDER BY a.id, b.id, kind",
    )?;
    let rows = statement
        .query_map([], |row| Ok(EdgeRow { from: row.get(0)?, to: row.get(1)?, kind: row.get(2)? }))?;
    rows.collect()
}

/// Makes the stored graph equal to `graph`, touching only rows that differ.
pub fn replace(tx: &Connection, graph: &GraphRows, now: &str) -> rusqlite::Result<Replaced> {
    let mut replaced = Replaced::default();
    replace_workspaces(tx, &graph.workspaces, &mut replaced)?;
    replace_projects(tx, &graph.projects, now, &mut replaced)?;
    replace_edges(tx, &graph.edges, &mut replaced)?;
    replace_externals(tx, &graph.externals, &mut replaced)?;
    Ok(replaced)
}

struct StoredProject {
    key: i64,
    row: ProjectRow,
    removed_at: Option<String>,
}

fn stored_projects(connection: &Connection) -> rusqlite::Result<BTreeMap<String, StoredProject>> {
    let mut statement = connection.prepare(
        "SELECT key, removed_at, id, ecosystem, path, name, version, manifest, workspace, private, languages,
                frameworks, files FROM project",
    )?;
    let mut rows = statement.query([])?;
    let mut found = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let project = project_from_row(row)?;
        let stored = StoredProject { key: row.get(0)?, removed_at: row.get(1)?, row: project };
        found.insert(stored.row.id.clone(), stored);
    }
    Ok(found)
}

fn project_from_row(row: &Row) -> rusqlite::Result<ProjectRow> {
    Ok(ProjectRow {
        id: row.get(2)?,
        ecosystem: row.get(3)?,
        path: row.get(4)?,
        name: row.get(5)?,
        version: row.get(6)?,
        manifest: row.get(7)?,
        workspace: row.get(8)?,
        private: row.get(9)?,
        languages: list(row.get(10)?),
        frameworks: list(row.get(11)?),
        files: row.get(12)?,
    })
}

/// A list of names in a text column, as a JSON array.
fn list(text: String) -> Vec<String> {
    serde_json::from_str(&text).unwrap_or_default()
}

fn text(list: &[String]) -> String {
    serde_json::Value::from(list).to_string()
}

fn replace_workspaces(tx: &Connection, new: &[WorkspaceRow], out: &mut Replaced) -> rusqlite::Result<()> {
    if workspaces(tx)? == new {
        return Ok(());
    }
    out.changed = true;
    tx.execute("DELETE FROM native_workspace", [])?;
    let mut insert =
        tx.prepare("INSERT INTO native_workspace (id, root, ecosystem, manager) VALUES (?, ?, ?, ?)")?;
    new.iter().try_for_each(|w| insert.execute(params![w.id, w.root, w.ecosystem, w.manager]).map(drop))
}

fn replace_projects(
    tx: &Connection,
    new: &[ProjectRow],
    now: &str,
    out: &mut Replaced,
) -> rusqlite::Result<()> {
    let mut stored = stored_projects(tx)?;
    let moved = moved(&stored, new);
    let wanted: BTreeSet<&str> = new.iter().map(|row| row.id.as_str()).collect();

    let mut retire = tx.prepare("UPDATE project SET removed_at = ? WHERE key = ?")?;
    let left: BTreeSet<&str> = moved.values().copied().collect();
    for (id, gone) in &stored {
        if gone.removed_at.is_none() && !wanted.contains(id.as_str()) && !left.contains(id.as_str()) {
            retire.execute(params![now, gone.key])?;
            out.removed.push((id.clone(), gone.key));
            out.changed = true;
        }
    }
    // The old ids of moved projects first make room, so that two that swap places do not collide.
    let moved: BTreeMap<String, String> =
        moved.into_iter().map(|(to, from)| (to.into(), from.into())).collect();
    let mut rename = tx.prepare("UPDATE project SET id = 'moving:' || key WHERE key = ?")?;
    out.moved = moved.iter().map(|(to, from)| (from.clone(), to.clone())).collect();
    for from in moved.values() {
        rename.execute([stored[from].key])?;
    }
    let mut write = tx.prepare(
        "INSERT INTO project (key, id, ecosystem, path, name, version, manifest, workspace, private, languages,
                              frameworks, files, first_seen_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
         ON CONFLICT (key) DO UPDATE SET id = ?2, ecosystem = ?3, path = ?4, name = ?5, version = ?6, manifest = ?7,
           workspace = ?8, private = ?9, languages = ?10, frameworks = ?11, files = ?12, removed_at = NULL",
    )?;
    for row in new {
        let known = stored.remove(moved.get(&row.id).unwrap_or(&row.id));
        if let Some(known) = &known
            && known.row == *row
            && known.removed_at.is_none()
        {
            out.keys.insert(row.id.clone(), known.key);
            continue;
        }
        let key = known.map(|known| known.key);
        write.execute(params![
            key,
            row.id,
            row.ecosystem,
            row.path,
            row.name,
            row.version,
            row.manifest,
            row.workspace,
            row.private,
            text(&row.languages),
            text(&row.frameworks),
            row.files,
            now,
        ])?;
        out.keys.insert(row.id.clone(), key.unwrap_or_else(|| tx.last_insert_rowid()));
        out.changed = true;
    }
    Ok(())
}

/// New ids whose project was known under an old id: the same ecosystem and name, one of each, the old path gone.
fn moved<'a>(
    stored: &'a BTreeMap<String, StoredProject>,
    new: &'a [ProjectRow],
) -> BTreeMap<&'a str, &'a str> {
    let named = |row: &'a ProjectRow| Some((row.ecosystem.as_str(), row.name.as_deref()?));
    let live: BTreeSet<&str> = new.iter().map(|row| row.id.as_str()).collect();
    type Sides<'a> = (Vec<&'a str>, Vec<&'a str>);
    let mut sides: BTreeMap<(&str, &str), Sides> = BTreeMap::new();
    for row in new.iter().filter(|row| !stored.contains_key(&row.id)) {
        if let Some(name) = named(row) {
            sides.entry(name).or_default().0.push(&row.id);
        }
    }
    for (id, gone) in stored.iter().filter(|(id, _)| !live.contains(id.as_str())) {
        if let (Some(name), None) = (named(&gone.row), &gone.removed_at) {
            sides.entry(name).or_default().1.push(id);
        }
    }
    (sides.into_values())
        .filter_map(|(to, from)| match (&to[..], &from[..]) {
            ([to], [from]) => Some((*to, *from)),
            _ => None,
        })
        .collect()
}

fn replace_edges(tx: &Connection, new: &[EdgeRow], out: &mut Replaced) -> rusqlite::Result<()> {
    let mut statement = tx.prepare("SELECT from_key, to_key, kind FROM project_edge")?;
    let stored: BTreeSet<(i64, i64, String)> = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    let key = |id: &str| out.keys.get(id).copied();
    let wanted: BTreeSet<(i64, i64, String)> =
        new.iter().filter_map(|edge| Some((key(&edge.from)?, key(&edge.to)?, edge.kind.clone()))).collect();
    let mut delete = tx.prepare("DELETE FROM project_edge WHERE from_key = ? AND to_key = ? AND kind = ?")?;
    for (from, to, kind) in stored.difference(&wanted) {
        delete.execute(params![from, to, kind])?;
        out.changed = true;
    }
    let mut insert = tx.prepare("INSERT INTO project_edge (from_key, to_key, kind) VALUES (?, ?, ?)")?;
    for (from, to, kind) in wanted.difference(&stored) {
        insert.execute(params![from, to, kind])?;
        out.changed = true;
    }
    Ok(())
}

fn replace_externals(tx: &Connection, new: &[ExternalRow], out: &mut Replaced) -> rusqlite::Result<()> {
    type Key = (i64, String, String, String);
    let mut statement = tx.prepare("SELECT project, name, kind, requirement FROM external_dependency")?;
    let stored: BTreeSet<Key> = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?
        .collect::<Result<_, _>>()?;
    let wanted: BTreeSet<Key> = (new.iter())
        .filter_map(|dep| {
            let key = out.keys.get(&dep.project).copied()?;
            Some((key, dep.name.clone(), dep.kind.clone(), dep.requirement.clone()))
        })
        .collect();
    let mut delete = tx.prepare(
        "DELETE FROM external_dependency WHERE project = ? AND name = ? AND kind = ? AND requirement = ?",
    )?;
    for (project, name, kind, requirement) in stored.difference(&wanted) {
        delete.execute(params![project, name, kind, requirement])?;
        out.changed = true;
    }
    let mut insert =
        tx.prepare("INSERT INTO external_dependency (project, name, kind, requirement) VALUES (?, ?, ?, ?)")?;
    for (project, name, kind, requirement) in wanted.difference(&stored) {
        insert.execute(params![project, name, kind, requirement])?;
        out.changed = true;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
