//! [`Scan`]: what was found, into the rows that differ, inside the transaction of the scan.

use std::path::Path;

use drift_db::store::StoredPath;
use drift_db::store::directory::{self, DirectoryRow};
use drift_db::store::file::{self, FileRow, FileWriter, Stored};
use drift_db::store::scan::{self, ProblemRow};
use drift_db::store::{discovery, event, graph, workspace};
use drift_db::{Changing, DbError, SqlError};
use drift_discover::{Changes, Fingerprint, Hashing, Head, Problem, Tree, WalkedDir};

use super::known::{self, Same};
use super::proof::Proof;
use super::report::{Moved, ScanReport, Upkeep};
use super::tally::Tally;
use super::{ScanOptions, rows};
use crate::error::CommandError;
use crate::ops::Session;
use crate::ops::wire::{ProblemView, stored};

/// Whether any row differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    Nothing,
    Something,
}

/// What was found, on its way into the database.
pub(super) struct Scan<'a> {
    pub(super) session: &'a Session<'a>,
    pub(super) root: &'a Path,
    pub(super) tree: &'a Tree,
    /// `None` if they are as stored.
    pub(super) dirs: Option<&'a [WalkedDir]>,
    pub(super) changes: &'a Changes,
    pub(super) proof: &'a Proof,
    pub(super) options: &'a ScanOptions,
}

impl Scan<'_> {
    /// Writes what differs. With `same` the graph is the one that is stored.
    pub(super) fn write(
        &self,
        tx: &Changing<'_>,
        same: Option<Same>,
        head: Head,
        hashing: Hashing<'_>,
        now: &str,
    ) -> Result<(Written, ScanReport), CommandError> {
        let Scan { tree, .. } = *self;
        let is_same = same.is_some();
        let Same { replaced, files, problems } = match same {
            Some(same) => same,
            None => {
                let mut files = vec![0; tree.graph.projects.len()];
                tree.owners.of_files(&tree.files).flatten().for_each(|&owner| files[owner] += 1);
                let replaced = tx.run(|c| graph::replace(c, &rows::graph(tree, &files), now))?;
                Same { replaced, files, problems: Vec::new() }
            }
        };
        let keys: Vec<i64> = tree.graph.projects.iter().map(|p| replaced.keys[p.id.0.as_str()]).collect();
        let mut tally = Tally::new(tree, &keys, &files, &replaced);
        let unreadable = self.store_files(&keys, &mut tally, hashing, tx)?;
        // What was written just now has its owner.
        let is_all_new = self.changes.is_all_new() && self.proof.proved.is_empty();
        let reassigned = if replaced.changed && !is_all_new { reassign(tree, &keys, tx)? } else { 0 };
        let row = |problem: &Problem| rows::problem(tree, &keys, problem);
        let problems = problems.into_iter().chain(tree.problems.iter().map(row));
        let mut problems: Vec<ProblemRow> = problems.chain(unreadable.iter().map(row)).collect();
        problems.sort_by(|a, b| {
            let key = |row: &ProblemRow| (row.file.0.clone(), row.line, row.code.clone());
            (key(a), &a.message).cmp(&(key(b), &b.message))
        });
        let mut differs =
            replaced.changed || tally.added + tally.changed + tally.touched + tally.removed + reassigned > 0;
        if !is_same || !unreadable.is_empty() {
            differs |= tx.run(|c| scan::replace_problems(c, &problems))?;
        }
        if !is_same {
            differs |= tx.run(|c| scan::replace_manifests(c, &rows::manifests(tree)))?;
            // What could not be read may be readable next time, without a sign of it.
            let is_whole = unreadable.is_empty() && !tree.problems.iter().any(is_of_walk);
            let found =
                is_whole.then(|| known::remember(self.session, self.root, tree, self.options)).flatten();
            tx.run(|c| discovery::replace(c, found.as_ref()))?;
        } else if !unreadable.is_empty() {
            tx.run(|c| discovery::replace(c, None))?;
        }
        if let Some(dirs) = self.dirs {
            let dirs = dirs.iter().map(|WalkedDir { path, rules, evidence }| DirectoryRow {
                path,
                rules: *rules,
                evidence: *evidence,
            });
            tx.run(|c| directory::replace(c, dirs))?;
        }
        let report = ScanReport {
            dry_run: false,
            files: tree.files.len() as u64,
            added: tally.added,
            changed: tally.changed,
            removed: tally.removed,
            renamed: tally.renamed,
            rehashed: tally.rehashed,
            vouched: tally.vouched,
            confirmed: tally.confirmed,
            projects: tree.graph.projects.len() as u64,
            edges: tree.graph.edges.len() as u64,
            per_project: tally.per_project(),
            removed_projects: replaced.removed.iter().map(|(id, _)| id.clone()).collect(),
            moved_projects: (replaced.moved.iter())
                .map(|(from, to)| Moved { from: from.clone(), to: to.clone() })
                .collect(),
            git_head: head.commit,
            git_branch: head.branch,
            problems: problems.iter().map(ProblemView::from).collect(),
            duration_ms: 0,
            ecosystems: tree.graph.projects.iter().map(|p| p.ecosystem.to_string()).collect(),
            languages: tree.graph.projects.iter().flat_map(|p| p.languages.iter().cloned()).collect(),
            upkeep: tx.run(|c| Ok(Upkeep::new(workspace::get(c)?, event::last_at(c, "gc")?)))?,
        };
        Ok((if differs { Written::Something } else { Written::Nothing }, report))
    }

    /// Writes the files, as their hashes come.
    fn store_files(
        &self,
        keys: &[i64],
        tally: &mut Tally<'_>,
        hashing: Hashing<'_>,
        tx: &Changing<'_>,
    ) -> Result<Vec<Problem>, CommandError> {
        let Scan { session, tree, changes, proof, .. } = *self;
        let found = tx.run(|c| {
            let mut writer = FileWriter::new(c)?;
            for path in &changes.removed {
                if let Some(row) = writer.remove(&stored(path))? {
                    tally.remove(path, &row);
                }
            }
            for &place in &proof.proved {
                let stat = tree.files.stat(place as usize);
                let path = stored(&tree.files.path(place as usize));
                tally.touched += u64::from(writer.touch(&path, stat.mtime_ns, stat.inode as i64)?);
                tally.vouched += 1;
            }
            let mut owners = rows::OwnerKeys::new(tree, keys);
            let mut written = Ok(());
            let mut sink = |found: Fingerprint| {
                if written.is_ok() {
                    let row = rows::file(tree, &mut owners, &found);
                    written = store_file(&mut writer, row, &found, changes, proof, tally);
                }
            };
            let found = hashing.finish(session.interrupt.flag(), &mut sink);
            written.map(|()| found)
        })?;
        Ok(found?)
    }
}

/// Whether a problem is of the walk: it hides what discovery could see.
fn is_of_walk(problem: &Problem) -> bool {
    problem.code.starts_with("walk.")
}

fn store_file(
    writer: &mut FileWriter<'_>,
    row: FileRow,
    found: &Fingerprint,
    changes: &Changes,
    proof: &Proof,
    tally: &mut Tally<'_>,
) -> Result<(), SqlError> {
    if proof.confirms(found) {
        tally.confirmed += 1;
    } else {
        tally.rehashed += 1;
    }
    if changes.added.binary_search(&found.file).is_ok() {
        tally.add(found.file, &found.hash);
        return writer.add(&row);
    }
    match writer.update(&row)? {
        Stored::Same => {}
        Stored::Touched => tally.touched += 1,
        Stored::Changed => tally.change(found.file),
    }
    Ok(())
}

/// Gives files to the projects that own them now; needed only after projects came, went or moved. Returns how
/// many changed hands.
fn reassign(tree: &Tree, keys: &[i64], tx: &Changing<'_>) -> Result<u64, DbError> {
    tx.run(|c| {
        let mut owners = rows::OwnerKeys::new(tree, keys);
        let mut moved = Vec::new();
        file::for_each_owner(c, |path, before| {
            let dir = path.iter().rposition(|&b| b == b'/').map_or(&[][..], |end| &path[..end]);
            let owner = owners.of_dir(dir);
            if owner != before {
                moved.push((StoredPath(path.into()), owner));
            }
        })?;
        file::assign(c, &moved)?;
        Ok(moved.len() as u64)
    })
}
