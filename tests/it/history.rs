//! `drift workspace history`.

use insta::assert_snapshot;

use crate::env::TestEnv;

#[test]
fn events_and_snapshots_are_merged_newest_first() {
    let mut env = TestEnv::with_tree("//- package.json\n{ \"name\": \"a\" }\n");
    env.run(["workspace", "init"]).success();
    env.set("DRIFT_TEST_NOW", "2026-11-25T00:00:00Z");
    env.run(["workspace", "backup", "--note", "before the move"]).success();
    let kinds = |args: &[&str]| -> Vec<String> {
        let report = env.run(["workspace", "history", "--json"].iter().chain(args)).success().json();
        let events = report["events"].as_array().unwrap().clone();
        events
            .iter()
            .map(|event| {
                format!("{} {}", event["database"].as_str().unwrap(), event["kind"].as_str().unwrap())
            })
            .collect()
    };
    assert_eq!(kinds(&[]), ["backups backup", "drift scan", "drift init", "cortex init"]);
    assert_eq!(kinds(&["--since", "1d"]), ["backups backup"]);
    assert_eq!(kinds(&["--since", "2026-11-24T00:00:00Z"]), ["backups backup"]);
    assert_eq!(kinds(&["--kind", "init"]), ["drift init", "cortex init"]);
    assert_eq!(kinds(&["--limit", "1"]), ["backups backup"]);
    assert_snapshot!(env.run(["workspace", "history", "--since", "yesterday"]), @"
    exit 2
    --- stderr
    error: `yesterday` is neither a time nor an age
    hint: write it as [TIME], 12h or 7d
    ");
}
