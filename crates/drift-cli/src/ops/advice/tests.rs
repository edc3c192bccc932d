use super::{Facts, advise};

fn check(facts: Facts, wanted: &[&str]) {
    let told: Vec<String> = advise(&facts)
        .iter()
        .map(|advice| format!("{}: {} ({})", advice.code, advice.message, advice.command))
        .collect();
    assert_eq!(told, wanted);
}

#[test]
fn a_workspace_in_order_needs_nothing() {
    check(Facts { scanned: true, snapshots: 1, ..Facts::default() }, &[]);
}

#[test]
fn the_most_important_comes_first() {
    check(
        Facts {
            interrupted: Some("restore"),
            old_schemas: vec!["drift.db", "cortex.db"],
            scanned: true,
            stale: true,
            gate_failed: true,
            problems: 1,
            snapshots: 0,
            damaged_snapshots: 2,
        },
        &[
            "intent.pending: a restore was interrupted and is not finished yet (drift workspace verify --repair)",
            "schema.pending: the schema of drift.db and cortex.db is older than this drift (drift workspace migrate)",
            "scan.stale: manifests have changed since the last scan (drift workspace scan)",
            "check.failed: the last recorded check failed its gate (drift workspace check)",
            "backup.damaged: 2 snapshots are damaged (drift workspace verify)",
            "backup.none: there is no snapshot yet (drift workspace backup)",
            "scan.problems: 1 problem in manifests (drift workspace projects)",
        ],
    );
}

#[test]
fn what_was_never_scanned_is_not_stale() {
    check(
        Facts { stale: true, snapshots: 1, ..Facts::default() },
        &["scan.none: nothing was scanned yet (drift workspace scan)"],
    );
}
