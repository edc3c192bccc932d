//! Large databases for the rows about them: what drift and others write, many times over, put in with the sqlite3 shell.
//!
//! Half of it is rows of files, as a scan writes them; the rest is source text in the memory, with its full-text index.
//! drift must not scan such a workspace again: the files of the copied rows do not exist.

use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::place::Place;
use super::rows;

/// About what one row of each kind takes in its database, indexes included.
const FILE_ROW_BYTES: u64 = 110;
const MEMORY_ROW_BYTES: u64 = 4_200;

/// Makes a workspace whose databases have about the size of the scale, unless it is there already.
pub(super) fn filled_workspace(place: &Place) -> Result<()> {
    let wanted = place.scale.database_bytes;
    if size(place)? * 2 >= wanted {
        return Ok(());
    }
    rows::fresh_workspace(place)?;
    // More copies than needed, cut off at the limit.
    let copies = |rows: u64| {
        format!(
            "WITH RECURSIVE copy(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copy \
             LIMIT 1 + {rows} / (SELECT count(*) FROM file))"
        )
    };
    let memory_rows = wanted / 2 / MEMORY_ROW_BYTES;
    let memory = format!(
        "ATTACH '{}' AS source; {} \
         INSERT INTO memory (kind, content, importance, created_at, updated_at, provenance) \
         SELECT 'note', substr(CAST(readfile(path) AS TEXT), 1 + n * 500, 4000), 0.5, \
                '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'bench' \
         FROM copy, file WHERE typeof(path) = 'text' ORDER BY n, path LIMIT {memory_rows};",
        place.database("drift").display(),
        copies(memory_rows)
    );
    let file_rows = wanted / 2 / FILE_ROW_BYTES;
    let files = format!(
        "{} INSERT INTO file (path, size, mtime, inode, blake3, language, project) \
         SELECT path || '~' || n, size, mtime, inode, randomblob(32), language, project \
         FROM file, copy WHERE typeof(path) = 'text' ORDER BY path, n LIMIT {file_rows};",
        copies(file_rows)
    );
    fill(place, &place.database("cortex"), &memory)?;
    fill(place, &place.database("drift"), &files)
}

fn fill(place: &Place, database: &Path, sql: &str) -> Result<()> {
    let mut shell = place.command("sqlite3");
    shell.arg("-bail").arg(database).arg(format!("{sql} PRAGMA wal_checkpoint(TRUNCATE);"));
    let output = shell.output().context("cannot run sqlite3")?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "cannot fill {}: {}", database.display(), stderr.trim());
    Ok(())
}

fn size(place: &Place) -> Result<u64> {
    let mut bytes = 0;
    for name in ["drift", "cortex"] {
        let path = place.database(name);
        if path.exists() {
            bytes += path.metadata().with_context(|| format!("cannot look at {}", path.display()))?.len();
        }
    }
    Ok(bytes)
}
