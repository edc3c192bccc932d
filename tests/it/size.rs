//! `drift workspace size`: the sizes are those of the files, and a limit is judged.

use insta::assert_snapshot;
use serde_json::Value;

use crate::env::TestEnv;

fn workspace() -> TestEnv {
    let env = TestEnv::with_tree("//- package.json\n{ \"name\": \"a\", \"version\": \"1.0.0\" }\n");
    env.run(["workspace", "init"]).success();
    env
}

fn size(env: &TestEnv, more: &[&str]) -> Value {
    env.run([&["workspace", "size", "--json"][..], more].concat()).success().json()
}

#[test]
fn sizes_are_those_of_the_files() {
    let env = workspace();
    env.run(["workspace", "backup"]).success();
    env.write(".drift/tmp/20261122T000000Z-0001/drift.db", "left");
    env.write(".drift-backups/quarantine/20261122T000000Z-0001/drift.db", "damaged");
    let document = size(&env, &[]);
    let mut total = 4 + 7;
    for (at, name) in ["drift", "cortex"].into_iter().enumerate() {
        let database = &document["databases"][at];
        let bytes = env.path(format!(".drift/{name}.db")).metadata().unwrap().len();
        total += bytes;
        assert_eq!((&database["name"], &database["bytes"]), (&name.into(), &bytes.into()));
        assert_eq!(database["page_size"], 8192);
        assert_eq!(database["page_count"].as_u64().unwrap() * 8192, bytes);
        assert_eq!(database["tables"], serde_json::json!([]));
    }
    assert_eq!((&document["backups"]["count"], &document["staging"]["bytes"]), (&1.into(), &4.into()));
    assert_eq!(document["quarantine"]["bytes"], 7);
    total += document["backups"]["bytes"].as_u64().unwrap();
    assert_eq!(document["total_bytes"], total);
}

#[test]
fn tables_are_told_when_asked() {
    let env = workspace();
    let document = size(&env, &["--tables"]);
    let drift = &document["databases"][0];
    let tables = drift["tables"].as_array().unwrap();
    let sum: u64 = tables.iter().map(|table| table["bytes"].as_u64().unwrap()).sum();
    assert!(tables.iter().any(|table| table["name"] == "file"));
    assert!(sum <= drift["bytes"].as_u64().unwrap() && sum > 50_000, "{document}");
}

#[test]
fn a_limit_is_judged() {
    let env = workspace();
    let check = |limit: &str, code: i32| {
        let outcome = env.run(["workspace", "size", "--json", "--fail-over", limit]).assert_code(code);
        assert_eq!(outcome.json()["exceeded"], code == 3);
    };
    check("1kB", 3);
    check("1GiB", 0);
    env.run(["workspace", "size", "--fail-over", "plenty"]).assert_code(2);
}

#[test]
fn people_get_bars() {
    let env = workspace();
    assert_snapshot!(env.run(["workspace", "size"]), @"
    exit 0
    --- stdout
    drift.db   [SIZE]  █████████████████
    cortex.db  [SIZE]  ████████
    total      [SIZE]  ████████████████████████
    ");
}

#[test]
fn looking_leaves_nothing_behind() {
    let env = workspace();
    let names = || {
        let mut names: Vec<_> =
            std::fs::read_dir(env.path(".drift")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let before = names();
    size(&env, &["--tables"]);
    assert_eq!(names(), before);
}
