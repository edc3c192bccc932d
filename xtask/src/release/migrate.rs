//! Databases as each released version left them, brought up to date by the built binary.
//!
//! The frozen schemas are those of drift-db's own tests. SQLite's shell makes databases of them, so that drift is
//! not the one who says what an old database looks like.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::drive::Workbench;
use super::{Release, Verdict};
use crate::project;

const FIXTURES: &str = "crates/drift-db/tests/data/schema";

pub(super) fn released_schemas(release: &Release) -> Result<Verdict> {
    if Command::new("sqlite3").arg("-version").output().is_err() {
        return Ok(Verdict::Skipped("SQLite's shell is not installed".into()));
    }
    let fixtures = fixtures()?;
    ensure!(fixtures.len() >= 3, "only {} released schemas in {FIXTURES}", fixtures.len());
    for ((database, version), fixture) in fixtures {
        migrate(release, &database, version, &fixture)
            .with_context(|| format!("{database}.db from schema {version}"))?;
    }
    Ok(Verdict::Passed)
}

/// `drift-v3.sql` by database and version.
fn fixtures() -> Result<BTreeMap<(String, u32), PathBuf>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(project::root().join(FIXTURES))? {
        let path = entry?.path();
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let Some((database, version)) = stem.split_once("-v") else { continue };
        // The registry lies in the home directory and is made anew if need be.
        if let (Ok(version), true) = (version.parse(), ["drift", "cortex"].contains(&database)) {
            found.insert((database.to_owned(), version), path);
        }
    }
    Ok(found)
}

fn migrate(release: &Release, database: &str, version: u32, fixture: &Path) -> Result<()> {
    let bench = Workbench::new(&release.drift)?;
    std::fs::write(bench.tree.join("package.json"), "{ \"name\": \"a\" }\n")?;
    bench.must(&["workspace", "init"])?;
    let live = bench.tree.join(format!(".drift/{database}.db"));
    for suffix in ["", "-wal", "-shm"] {
        let file = bench.tree.join(format!(".drift/{database}.db{suffix}"));
        if file.exists() {
            std::fs::remove_file(file)?;
        }
    }
    let sql = std::fs::File::open(fixture)?;
    let output = Command::new("sqlite3").arg("-bail").arg(&live).stdin(sql).output()?;
    ensure!(output.status.success(), "sqlite3: {}", String::from_utf8_lossy(&output.stderr));

    let status = bench.must(&["workspace", "status"])?["schemas"][database].clone();
    ensure!(status["version"] == version, "status sees {status}");
    let is_old = status["version"] != status["latest"];
    bench.expect(if is_old { 3 } else { 0 }, &["workspace", "migrate", "--check"])?;
    let migrated = bench.must(&["workspace", "migrate"])?;
    ensure!(migrated["safety_backup"].is_string() == is_old, "a safety snapshot: {migrated}");
    let status = bench.must(&["workspace", "status"])?["schemas"][database].clone();
    ensure!(status["version"] == status["latest"], "after migrate: {status}");
    bench.must(&["workspace", "scan"])?;
    let verified = bench.must(&["workspace", "verify", "--deep"])?;
    ensure!(verified["healthy"] == true, "verify: {verified}");
    Ok(())
}
