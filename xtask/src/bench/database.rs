//! Large databases for the rows about them, put in with the sqlite3 shell.
//!
//! Half of it is rows of files, as the scan of many checkouts of the tree would write them; the rest is memory:
//! prose with words as frequent as in a language, its full-text index, links and embeddings.
//! Made once per scale and schema, and kept; a row starts from a copy.
//! drift must not scan such a workspace again: the files of the copied rows do not exist.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, ensure};

use super::place::{Place, remove};
use super::prose::Prose;
use super::rows;

/// Changes whenever the rows do, so that kept databases are made again.
const VERSION: u32 = 4;
/// About what one row of each kind takes in its database, indexes included.
const FILE_ROW_BYTES: u64 = 150;
const MEMORY_ROW_BYTES: u64 = 2_300;
const ROWS_PER_TRANSACTION: u64 = 20_000;

/// Makes a workspace whose databases have about the size of the scale, unless it is there already.
pub(super) fn filled_workspace(place: &Place) -> Result<()> {
    let wanted = place.scale.database_bytes;
    if NAMES.iter().try_fold(0, |sum, name| Ok::<u64, anyhow::Error>(sum + size(&place.database(name))?))? * 2
        >= wanted
    {
        return Ok(());
    }
    rows::fresh_workspace(place)?;
    let kept = kept(place)?;
    if !kept.is_dir() {
        eprintln!("bench: filling databases of {} MB", wanted / 1_000_000);
        fill_cortex(place, wanted / 2 / MEMORY_ROW_BYTES)?;
        fill_drift(place, wanted / 2 / FILE_ROW_BYTES)?;
        // What the workspace tells of its files is of the scan; a workspace that is not healthy is checked twice.
        place.must(&["workspace", "verify", "--repair", "--yes"])?;
        let unfinished = kept.with_extension("unfinished");
        remove(&unfinished)?;
        std::fs::create_dir_all(&unfinished)?;
        for name in NAMES {
            copy(&place.database(name), &unfinished.join(name))?;
        }
        std::fs::rename(&unfinished, &kept)?;
        return Ok(());
    }
    for name in NAMES {
        for ending in ["-wal", "-shm"] {
            remove(&PathBuf::from(format!("{}{ending}", place.database(name).display())))?;
        }
        copy(&kept.join(name), &place.database(name))?;
    }
    Ok(())
}

const NAMES: [&str; 2] = ["drift", "cortex"];

/// Where filled databases of this size and of these schemas are kept.
fn kept(place: &Place) -> Result<PathBuf> {
    let mut versions = Vec::new();
    for name in NAMES {
        let mut shell = place.command("sqlite3");
        let output = shell.arg(place.database(name)).arg("PRAGMA user_version;").output();
        let output = output.context("cannot run sqlite3")?;
        versions.push(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    let name = format!("databases-{VERSION}-{}-{}", place.scale.database_bytes, versions.join("-"));
    Ok(place.folder().join(name))
}

/// The rows of a scan, once per imagined checkout.
fn fill_drift(place: &Place, rows: u64) -> Result<()> {
    let sql = format!(
        "WITH RECURSIVE copy (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copy \
         LIMIT 1 + {rows} / (SELECT count(*) FROM file)) \
         INSERT INTO file (path, size, mtime, inode, blake3, language, project) \
         SELECT printf('checkouts/%05d/', n) || path, size, mtime + n, inode + n, randomblob(32), language, \
                project \
         FROM copy, file WHERE typeof(path) = 'text' ORDER BY n, path LIMIT {rows};"
    );
    shell(place, &place.database("drift"), |to| Ok(writeln!(to, "{sql}")?))
}

fn fill_cortex(place: &Place, rows: u64) -> Result<()> {
    let mut prose = Prose::new();
    shell(place, &place.database("cortex"), |to| {
        for row in 0..rows {
            if row % ROWS_PER_TRANSACTION == 0 {
                writeln!(to, "{}BEGIN;", if row == 0 { "" } else { "COMMIT; " })?;
            }
            let (content, project) = (prose.note(), prose.project());
            let (kind, importance) = (prose.kind(), prose.importance());
            writeln!(
                to,
                "INSERT INTO memory (kind, content, project, importance, created_at, updated_at, provenance) VALUES \
                 ('{kind}', '{content}', {project}, {importance}, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', \
                 'bench');"
            )?;
        }
        writeln!(to, "{}", if rows == 0 { "" } else { "COMMIT;" })?;
        writeln!(
            to,
            "INSERT OR IGNORE INTO memory_link SELECT id, max(1, id - 1 - (id * 7919) % 50), 'relates' FROM memory; \
             INSERT INTO memory_embedding SELECT id, 'bench', 384, randomblob(1536) FROM memory WHERE id % 4 = 0;"
        )?;
        Ok(())
    })
}

/// Feeds the sqlite3 shell with what `write` says.
fn shell(place: &Place, database: &Path, write: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
    let mut command = place.command("sqlite3");
    command.arg("-bail").arg(database).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().context("cannot run sqlite3")?;
    let stdin = child.stdin.take().context("BUG: stdin is piped")?;
    let mut to = BufWriter::with_capacity(1 << 20, stdin);
    let outcome = writeln!(to, "PRAGMA synchronous = OFF; PRAGMA cache_size = -200000;")
        .map_err(anyhow::Error::from)
        .and_then(|()| write(&mut to))
        .and_then(|()| Ok(writeln!(to, "PRAGMA wal_checkpoint(TRUNCATE);")?))
        .and_then(|()| Ok(to.flush()?));
    drop(to);
    let output = child.wait_with_output()?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "cannot fill {}: {}", database.display(), stderr.trim());
    outcome.with_context(|| format!("cannot fill {}", database.display()))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    std::fs::copy(from, to).with_context(|| format!("cannot copy {}", from.display()))?;
    Ok(())
}

fn size(path: &Path) -> Result<u64> {
    if !path.exists() {
        return Ok(0);
    }
    Ok(path.metadata().with_context(|| format!("cannot look at {}", path.display()))?.len())
}
