//! Scenarios of bundles: an export that replaces an older bundle, and imports over live databases, over damaged
//! ones, and where there are none.

use anyhow::Result;
use serde_json::Value;

use super::observe::{Live, backed_up, snapshots};
use super::sandbox::Sandbox;
use super::scenarios::{Midway, Scenario, two_generations};

const NAME: &str = "kept.drift.tar.zst";
const EXPORT: &[&str] = &["workspace", "export", "-o", NAME];
const IMPORT: &[&str] = &["workspace", "import", NAME, "--yes"];
const BASELINE: &[&str] = &["workspace", "import", NAME, "--yes", "--baseline"];
const NEEDS: &[&[&str]] = &[&["workspace", "init"], &["workspace", "export"], &["workspace", "import"]];

pub(super) const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "export",
        what: "an export over an older bundle",
        needs: NEEDS,
        prepare: |sandbox| {
            sandbox.must(&["workspace", "init"])?;
            sandbox.must(EXPORT)?;
            grow(sandbox)
        },
        command: EXPORT,
        observe: bundle,
        midway: Midway::OldOrNew,
        owns_up: |_| Ok(false),
        recover: EXPORT,
    },
    import("import", "an import of an older state over live databases", IMPORT, prepared),
    import("import-baseline", "the same, whose results become a baseline", BASELINE, prepared),
    import("import-damaged", "the same over a database without a header", IMPORT, |sandbox| {
        prepared(sandbox)?;
        sandbox.damage(".drift/drift.db", 0)
    }),
    import("import-lost", "the same after .drift was deleted", IMPORT, |sandbox| {
        prepared(sandbox)?;
        Ok(std::fs::remove_dir_all(sandbox.tree().join(".drift"))?)
    }),
];

const fn import(
    name: &'static str,
    what: &'static str,
    command: &'static [&'static str],
    prepare: fn(&Sandbox) -> Result<()>,
) -> Scenario {
    Scenario {
        name,
        what,
        needs: NEEDS,
        prepare,
        command,
        observe: imported,
        midway: Midway::OldOrNew,
        owns_up: |_| Ok(false),
        recover: command,
    }
}

/// A bundle with a recorded check and a memory, and live databases that both hold more.
fn prepared(sandbox: &Sandbox) -> Result<()> {
    two_generations(sandbox)?;
    sandbox.must(&["workspace", "check", "--record"])?;
    remember(sandbox, 1)?;
    sandbox.must(EXPORT)?;
    remember(sandbox, 40)?;
    grow(sandbox)
}

/// Adds memories, long enough that many take further pages.
fn remember(sandbox: &Sandbox, count: usize) -> Result<()> {
    let memory = "INSERT INTO memory (kind, content, importance, created_at, updated_at, provenance)
                  VALUES ('note', hex(randomblob(1000)), 0.5, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'crash');";
    sandbox.change("cortex", &memory.repeat(count))
}

fn grow(sandbox: &Sandbox) -> Result<()> {
    // Enough for further pages.
    for number in 0..300 {
        sandbox.write(&format!("packages/a/generated/number-{number}.js"), "export default 1;\n")?;
    }
    sandbox.must(&["workspace", "scan"])
}

/// Which databases are live, by the rows of a backup that is taken for it and deleted again. Events are left out:
/// an import that is done again adds another.
fn imported(sandbox: &Sandbox) -> Result<String> {
    let shown = match backed_up(sandbox)? {
        Live::Databases(shown) => shown,
        Live::Lost(how) => return Ok(format!("{how}, {}", snapshots(sandbox)?)),
    };
    let rows = |at: usize, table: &str| shown["databases"][at]["rows"][table].to_string();
    Ok(format!(
        "files {}, baselines {}, memories {}; {}",
        rows(0, "file"),
        rows(0, "baseline"),
        rows(1, "memory"),
        snapshots(sandbox)?
    ))
}

/// Which bundle lies there, whether it can be imported, and what is live. An export that was killed leaves staging
/// to gc.
fn bundle(sandbox: &Sandbox) -> Result<String> {
    sandbox.must(&["workspace", "gc", "--config", "gc.staging_grace=0s"])?;
    let looked = sandbox.document(&["workspace", "import", NAME, "--dry-run"])?;
    let whole = if looked["ok"] == Value::Bool(true) { "whole" } else { "broken" };
    let bytes = &looked["plan"][0]["bytes"];
    let status = sandbox.document(&["workspace", "status"])?;
    Ok(format!("a {whole} bundle of {bytes} bytes; files {}", status["files"]))
}
