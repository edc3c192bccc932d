//! `[[discover.ecosystem]]` and `discover.ignore`: what `drift.toml` says of a tree.

use serde_json::{Value, json};

use crate::env::TestEnv;

const TREE: &str = r#"
//- drift.toml
[discover]
ignore = ["/generated/"]

[[discover.ecosystem]]
name = "acme"
files = ["acme.json"]
format = "json"
members = "modules"
dependencies = [{ at = "needs" }, { at = "test", kind = "dev" }]
//- acme.json
{ "modules": ["libs/*"] }
//- libs/core/acme.json
{ "name": "core", "version": "1.0" }
//- libs/core/main.py
print()
//- libs/app/acme.json
{ "name": "app", "needs": ["core"], "test": { "elsewhere": "2" } }
//- generated/acme.json
{ "name": "generated" }
//- generated/file.txt
text
"#;

fn ids(document: &Value, list: &str) -> Vec<String> {
    let id = |entry: &Value| entry["id"].as_str().unwrap().to_owned();
    document[list].as_array().unwrap().iter().map(id).collect()
}

fn projects(env: &TestEnv) -> Value {
    env.run(["workspace", "projects", "--json"]).success().json()
}

#[test]
fn an_ecosystem_of_the_users_own_is_one_like_the_others() {
    let env = TestEnv::with_tree(TREE);
    let init = env.run(["workspace", "init", "--json"]).success().json();
    assert_eq!(init["ecosystems"], json!(["acme"]));
    assert_eq!(init["files"], 5);
    let known = projects(&env);
    assert_eq!(known["stale"], false);
    assert_eq!(known["workspaces"][0]["id"], "acme:.");
    assert_eq!(ids(&known, "projects"), ["acme:libs/app", "acme:libs/core"]);
    assert_eq!(known["projects"][1]["languages"], json!(["Python"]));
    let graph = env.run(["workspace", "graph", "--json"]).success().json();
    assert_eq!(
        graph["edges"],
        json!([{ "from": "acme:libs/app", "to": "acme:libs/core", "kind": "normal" }])
    );
    let affected =
        env.run(["workspace", "affected", "--json", "--files", "libs/core/main.py"]).success().json();
    assert_eq!(ids(&affected, "affected"), ["acme:libs/app", "acme:libs/core"]);
    env.write("libs/core/acme.json", "{ \"name\": \"core\", \"version\": \"1.0.1\" }");
    assert_eq!(projects(&env)["stale"], true);
}

#[test]
fn a_change_of_the_description_counts_from_the_next_scan() {
    let env = TestEnv::with_tree(TREE);
    env.run(["workspace", "init"]).success();
    env.write("drift.toml", "");
    env.run(["workspace", "scan"]).success();
    assert_eq!(ids(&projects(&env), "projects"), [""; 0]);
}

#[test]
fn a_description_that_cannot_be_is_an_error_with_its_line() {
    let check = |text: &str, line: u64, message: &str| {
        let env = TestEnv::new();
        env.write("drift.toml", format!("[[discover.ecosystem]]\n{text}"));
        let outcome = env.run(["config", "validate", "--json"]).assert_code(2).json();
        let told = outcome.to_string();
        assert!(told.contains(message), "{told}");
        assert!(told.contains(&format!("drift.toml:{line}:")), "{told}");
    };
    check("name = \"npm\"\nfiles = [\"a\"]\nformat = \"json\"\n", 2, "choose another name");
    check("name = \"a b\"\nfiles = [\"a\"]\nformat = \"json\"\n", 2, "small letters");
    check("name = \"a\"\nfiles = [\"x\", \"a/b\"]\nformat = \"json\"\n", 3, "file names");
    check("name = \"a\"\nfiles = [\"a\"]\nformat = \"jsn\"\n", 4, "did you mean");
    check("name = \"a\"\nfiles = [\"a\"]\nformat = \"json\"\nmembers = \"a..b\"\n", 5, "keys joined by dots");
    check("name = \"a\"\nfiles = [\"a\"]\nformat = \"json\"\nmanger = \"x\"\n", 5, "did you mean `manager`");
    check("name = \"a\"\nformat = \"json\"\n", 1, "the key `files` is missing");
    let twice = "name = \"a\"\nfiles = [\"a\"]\nformat = \"json\"\n[[discover.ecosystem]]\nname = \"a\"\nfiles = [\"b\"]\nformat = \"json\"\n";
    check(twice, 6, "two ecosystems are named a");
}
