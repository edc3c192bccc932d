//! `drift workspace graph`: the tree, its parts, chains, and the forms for other tools.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::env::TestEnv;
use crate::outcome::Outcome;

/// app → lib → core → util, app → core (dev), and a circle of left and right below lib. `util` also exists in
/// Cargo.
const TREE: &str = r#"
//- package.json
{ "name": "root", "private": true, "workspaces": ["p/*"] }
//- p/app/package.json
{ "name": "app", "dependencies": { "lib": "*" }, "devDependencies": { "core": "*" } }
//- p/lib/package.json
{ "name": "lib", "dependencies": { "core": "*", "left": "*" } }
//- p/core/package.json
{ "name": "core", "dependencies": { "util": "*" } }
//- p/util/package.json
{ "name": "util" }
//- p/left/package.json
{ "name": "left", "dependencies": { "right": "*" } }
//- p/right/package.json
{ "name": "right", "peerDependencies": { "left": "*" } }
//- p/util/Cargo.toml
[package]
name = "util"
version = "1.0.0"
"#;

fn scanned() -> TestEnv {
    let env = TestEnv::with_tree(TREE);
    env.run(["workspace", "init"]).success();
    env
}

fn graph(env: &TestEnv, args: &[&str]) -> Outcome {
    env.run(["workspace", "graph"].iter().chain(args))
}

#[track_caller]
fn nodes(env: &TestEnv, args: &[&str]) -> Vec<String> {
    let found = graph(env, &[args, &["--json"]].concat()).success().json();
    let id = |node: &Value| node["id"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    found["nodes"].as_array().unwrap().iter().map(id).collect()
}

#[test]
fn text_is_a_tree_from_the_roots() {
    let env = scanned();
    assert_snapshot!(graph(&env, &[]), @"
    exit 0
    --- stdout
    cargo:p/util (util)
    npm:. (root)
    npm:p/app (app)
    ├─ npm:p/core (core) [dev]
    │  └─ npm:p/util (util)
    └─ npm:p/lib (lib)
       ├─ npm:p/core (core) (*)
       └─ npm:p/left (left)
          └─ npm:p/right (right)
             └─ npm:p/left (left) [peer] (cycle)

    In a circle
      npm:p/left, npm:p/right
    ");
    assert_snapshot!(graph(&env, &["--reverse", "--from", "core"]), @"
    exit 0
    --- stdout
    npm:p/core (core)
    ├─ npm:p/app (app) [dev]
    └─ npm:p/lib (lib)
       └─ npm:p/app (app)
    ");
    assert_snapshot!(graph(&env, &["--from", "p/app", "--depth", "1"]), @"
    exit 0
    --- stdout
    npm:p/app (app)
    ├─ npm:p/core (core) [dev]
    └─ npm:p/lib (lib)
    ");
}

#[test]
fn a_part_of_the_graph() {
    let env = scanned();
    assert_eq!(nodes(&env, &["--from", "core"]), ["core", "util"]);
    assert_eq!(nodes(&env, &["--to", "core"]), ["app", "core", "lib"]);
    assert_eq!(nodes(&env, &["--to", "npm:p/util", "--depth", "1"]), ["core", "util"]);
    assert_eq!(nodes(&env, &["--from", "lib", "--to", "npm:p/util"]), ["core", "lib", "util"]);
    assert_eq!(nodes(&env, &["--from", "core", "--to", "lib"]), [""; 0]);
    assert_eq!(nodes(&env, &["--from", "core", "--to", "app", "--reverse"]), ["app", "core", "lib"]);
    assert_eq!(nodes(&env, &["--from", "left"]), ["left", "right"]);
    let circle = graph(&env, &["--from", "right", "--json"]).json();
    assert_eq!(circle["cycles"], json!([["npm:p/left", "npm:p/right"]]));
    let edge = json!({"from": "npm:p/left", "to": "npm:p/right", "kind": "normal"});
    assert_eq!(circle["edges"][0], edge);
}

#[test]
fn why_prints_the_shortest_chains() {
    let env = scanned();
    assert_snapshot!(graph(&env, &["--why", "app", "npm:p/util"]), @"
    exit 0
    --- stdout
    npm:p/app → npm:p/core [dev] → npm:p/util
    ");
    assert_snapshot!(graph(&env, &["--why", "core", "app"]), @"
    exit 0
    --- stdout
    No chain of dependencies leads from the one to the other
    ");
    let circle = graph(&env, &["--why", "left", "left", "--json"]).success().json();
    assert_eq!(circle["chains"], json!([["npm:p/left", "npm:p/right", "npm:p/left"]]));
    graph(&env, &["--why", "app", "core", "--from", "lib"]).assert_code(2);
    graph(&env, &["--why", "app"]).assert_code(2);
}

#[test]
fn a_project_that_is_not_one() {
    let env = scanned();
    assert_snapshot!(graph(&env, &["--from", "util"]), @"
    exit 2
    --- stderr
    error: `util` means 2 projects: cargo:p/util, npm:p/util
    hint: name one of them by its id
    ");
    let unknown = graph(&env, &["--to", "p/cor", "--json"]).assert_code(2).json();
    assert_eq!(unknown["error"]["code"], "not_found");
    assert_eq!(unknown["error"]["hint"], "did you mean `p/core`?");
}

#[test]
fn forms_for_programs_that_draw() {
    let env = scanned();
    assert_snapshot!(graph(&env, &["--from", "lib", "--format", "dot"]), @r#"
    exit 0
    --- stdout
    digraph drift {
      "npm:p/core" [label="core"];
      "npm:p/left" [label="left"];
      "npm:p/lib" [label="lib"];
      "npm:p/right" [label="right"];
      "npm:p/util" [label="util"];
      "npm:p/core" -> "npm:p/util";
      "npm:p/left" -> "npm:p/right" [color=red];
      "npm:p/lib" -> "npm:p/core";
      "npm:p/lib" -> "npm:p/left";
      "npm:p/right" -> "npm:p/left" [label="peer", color=red];
    }
    "#);
    assert_snapshot!(graph(&env, &["--why", "left", "right", "--format", "mermaid"]), @r#"
    exit 0
    --- stdout
    graph LR
      p0["left"]
      p1["right"]
      p0 --> p1
    "#);
}
