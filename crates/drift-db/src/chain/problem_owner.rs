//! Migration 3 of drift.db: gives each problem the project whose directory holds its file.

use std::collections::HashMap;

use rusqlite::Transaction;
use rusqlite_migration::HookResult;

use crate::store::StoredPath;

pub(super) fn assign(tx: &Transaction, progress: &dyn Fn(u64, u64)) -> HookResult {
    let mut by_dir: HashMap<Box<[u8]>, i64> = HashMap::new();
    let mut projects =
        tx.prepare("SELECT path, key FROM project WHERE removed_at IS NULL ORDER BY id DESC")?;
    let mut rows = projects.query([])?;
    while let Some(row) = rows.next()? {
        by_dir.insert(row.get::<_, StoredPath>(0)?.0, row.get(1)?);
    }
    let mut problems = tx.prepare("SELECT id, file FROM problem ORDER BY id")?;
    let problems: Vec<(i64, StoredPath)> =
        problems.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    let mut update = tx.prepare("UPDATE problem SET project = ? WHERE id = ?")?;
    for (done, (id, file)) in (1..).zip(&problems) {
        if let Some(project) = owner(&by_dir, &file.0) {
            update.execute((project, id))?;
        }
        progress(done, problems.len() as u64);
    }
    Ok(())
}

/// The project of the nearest directory above `file`, the root (the empty path) last.
fn owner(by_dir: &HashMap<Box<[u8]>, i64>, file: &[u8]) -> Option<i64> {
    let mut dir = file;
    while let Some(end) = dir.iter().rposition(|&byte| byte == b'/') {
        dir = &dir[..end];
        if let Some(key) = by_dir.get(dir) {
            return Some(*key);
        }
    }
    by_dir.get(&b""[..]).copied()
}
