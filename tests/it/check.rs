//! `drift workspace check`: findings, health and gates per project, what is new, what is kept, and the formats.

use insta::assert_snapshot;
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::env::TestEnv;
use crate::outcome::Outcome;

/// Two projects, one of them with something to find, and a root that lists a third.
const TREE: &str = r#"
//- pnpm-workspace.yaml
packages:
  - "packages/*"
  - gone
//- package.json
{ "name": "root", "private": true }
//- packages/good/package.json
{
  "name": "good",
  "dependencies": { "react": "^18.0.0" }
}
//- packages/bad/package.json
{
  "name": "bad",
  "dependencies": { "react": "^17.0.0" }
}
"#;

fn workspace() -> TestEnv {
    let env = TestEnv::with_tree(TREE);
    env.run(["workspace", "init"]).success();
    env
}

/// The same as the first commit of `main`.
fn repository() -> TestEnv {
    let env = TestEnv::with_tree(TREE);
    env.git_init();
    env.run(["workspace", "init"]).success();
    env
}

fn check(env: &TestEnv, args: &[&str]) -> Outcome {
    env.run(["workspace", "check"].iter().chain(args))
}

fn document(env: &TestEnv, args: &[&str]) -> Value {
    check(env, &[args, &["--json"]].concat()).json()
}

/// `rule project` of each finding, with `new` behind it where it is.
fn told(document: &Value) -> Vec<String> {
    let findings = document["findings"].as_array().unwrap().iter();
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or("-").to_owned();
    findings
        .map(|finding| {
            let new = if finding["new"] == true { " new" } else { "" };
            format!("{} {}{new}", text(finding, "rule"), text(finding, "project"))
        })
        .collect()
}

/// `id health gate` of each project.
fn results(document: &Value) -> Vec<String> {
    let projects = document["projects"].as_array().unwrap().iter();
    let text = |project: &Value, key: &str| project[key].as_str().unwrap().to_owned();
    projects.map(|p| format!("{} {} {}", text(p, "id"), p["health"], text(p, "gate"))).collect()
}

#[test]
fn each_project_has_its_own_findings_health_and_gate() {
    let env = workspace();
    assert_snapshot!(check(&env, &[]), @"
    exit 3
    --- stdout
    npm:. (root): health 80, gate fail: 1 error, at most 0 allowed
      error: pnpm-workspace.yaml:3: member `gone` has no package.json; restore it or remove the entry [missing_member]

    npm:packages/bad (bad): health 95, gate pass
      warning: packages/bad/package.json:3: requires `react` at `^17.0.0`, while npm:packages/good requires it at `^18.0.0`, and no version satisfies both; align them [version_mismatch]

    Workspace: health 91, gate fail: 1 project fails its gate
    2 findings in 3 projects
    ");
    let found = check(&env, &["--json"]).assert_code(3).json();
    assert_eq!(results(&found), ["npm:. 80 fail", "npm:packages/bad 95 pass", "npm:packages/good 100 pass"]);
    assert_eq!(found["workspace"]["health"], 91);
    assert_eq!(found["workspace"]["gate"], "fail");
    assert_eq!(found["workspace"]["failed_projects"], 1);
    assert_eq!(
        found["findings"][1],
        json!({
            "rule": "version_mismatch", "severity": "warning", "project": "npm:packages/bad",
            "file": "packages/bad/package.json", "line": 3, "subject": "react", "new": true,
            "message": "requires `react` at `^17.0.0`, while npm:packages/good requires it at `^18.0.0`, \
                        and no version satisfies both; align them",
        })
    );
    // What becomes of one project changes nothing for the other.
    env.write("packages/bad/package.json", "{ \"name\": oops }");
    let found = document(&env, &[]);
    assert_eq!(results(&found), ["npm:. 60 fail", "npm:packages/good 100 pass"]);
    env.write("packages/bad/package.json", "{ \"name\": \"good\" }");
    let found = document(&env, &[]);
    assert_eq!(results(&found), ["npm:. 80 fail", "npm:packages/bad 95 pass", "npm:packages/good 95 pass"]);
}

#[test]
fn rules_and_gates_are_configured_also_for_one_project() {
    let env = workspace();
    let of = |settings: &[&str]| {
        let flags: Vec<&str> = settings.iter().flat_map(|setting| ["--config", setting]).collect();
        let found = document(&env, &flags);
        (results(&found), found["workspace"]["gate"].as_str().unwrap().to_owned())
    };
    let (all, gate) = of(&["rules.missing_member=off", "rules.version_mismatch=error"]);
    assert_eq!(all, ["npm:. 100 pass", "npm:packages/bad 80 fail", "npm:packages/good 100 pass"]);
    assert_eq!(gate, "fail");
    let quiet = ["rules.missing_member=off", "rules.ignore.version_mismatch=[\"re*\"]"];
    let (all, gate) = of(&quiet);
    assert_eq!(all, ["npm:. 100 pass", "npm:packages/bad 100 pass", "npm:packages/good 100 pass"]);
    assert_eq!(gate, "pass");
    let lenient = ["gates.projects.root.max_errors=unlimited", "gates.projects.bad.max_warnings=0"];
    assert_eq!(of(&lenient).0, ["npm:. 80 pass", "npm:packages/bad 95 fail", "npm:packages/good 100 pass"]);
    let own =
        ["rules.projects.\"npm:packages/bad\".version_mismatch=info", "gates.projects.\".\".min_health=90"];
    assert_eq!(of(&own).0, ["npm:. 80 fail", "npm:packages/bad 99 pass", "npm:packages/good 100 pass"]);
    // The workspace must meet the gate too.
    let strict = ["rules.missing_member=off", "gates.min_health=99", "gates.projects.bad.min_health=0"];
    let (all, gate) = of(&strict);
    assert_eq!(all, ["npm:. 100 pass", "npm:packages/bad 95 pass", "npm:packages/good 100 pass"]);
    assert_eq!(gate, "fail");
    let told = document(&env, &["--config", "gates.projects.stranger.min_health=1"]);
    assert_eq!(told["warnings"][0]["code"], "config.unknown_project");
}

#[test]
fn one_project_can_be_asked_for() {
    let env = workspace();
    let found = check(&env, &["--project", "bad", "--json"]).success().json();
    assert_eq!(told(&found), ["version_mismatch npm:packages/bad new"]);
    assert_eq!(results(&found), ["npm:packages/bad 95 pass"]);
    assert_eq!((&found["workspace"]["health"], &found["workspace"]["gate"]), (&json!(95), &json!("pass")));
    check(&env, &["--project", "."]).assert_code(3);
    let unknown = check(&env, &["--project", "bat", "--json"]).assert_code(2).json();
    assert_eq!(unknown["error"]["hint"], "did you mean `bad`?");
    check(&env, &["--project", "bad", "--record"]).assert_code(2);
}

#[test]
fn nothing_is_written_unless_asked() {
    let env = workspace();
    let bytes = || std::fs::read(env.path(".drift/drift.db")).unwrap();
    let before = bytes();
    check(&env, &["--new-only"]).assert_code(3);
    assert_eq!(bytes(), before);
}

#[test]
fn manifests_are_read_afresh() {
    let env = workspace();
    env.write("packages/new/package.json", "{ \"name\": \"new\", \"dependencies\": { \"react\": \"^16\" } }");
    env.write("gone/package.json", "{ \"name\": \"gone\" }");
    let found = check(&env, &["--json"]).success().json();
    assert_eq!(
        told(&found),
        ["version_mismatch npm:packages/bad new", "version_mismatch npm:packages/new new"]
    );
}

#[test]
fn without_an_earlier_result_everything_is_new() {
    let env = repository();
    let found = document(&env, &["--new-only"]);
    assert_eq!(found["base"], json!({ "rule": "none", "branch": null, "commit": null, "at": null }));
    assert_eq!(found["warnings"][0]["code"], "check.no_baseline");
    assert_eq!(told(&found), ["missing_member npm:. new", "version_mismatch npm:packages/bad new"]);
}

#[test]
fn a_recorded_result_is_compared_with_and_shows_the_trend() {
    let mut env = repository();
    let recorded = check(&env, &["--record", "--json"]).assert_code(3).json();
    assert_eq!((&recorded["recorded"], &recorded["baseline"]), (&json!(true), &Value::Null));
    assert_eq!(check(&env, &["--new-only", "--json"]).success().json()["findings"], json!([]));

    // Lines move, one thing is mended, another breaks.
    env.set("DRIFT_TEST_NOW", "2026-11-23T20:15:30Z");
    env.write("gone/package.json", "{ \"name\": \"gone\" }");
    env.write(
        "packages/bad/package.json",
        "\n\n{ \"name\": \"bad\",\n\n\n \"dependencies\": { \"react\": \"^17.0.0\", \"good\": \"workspace:^9\" } }",
    );
    env.write(
        "packages/good/package.json",
        "{ \"name\": \"good\", \"version\": \"1.0.0\", \"dependencies\": { \"react\": \"^18\" } }",
    );
    let found = document(&env, &[]);
    assert_eq!(told(&found), ["version_mismatch npm:packages/bad", "unsatisfied_range npm:packages/bad new"]);
    assert_eq!((&found["base"]["rule"], &found["gone"]), (&json!("last_result"), &json!(1)));
    assert_snapshot!(check(&env, &["--record"]), @"
    exit 0
    --- stdout
    npm:packages/bad (bad): health 90 (-5), gate pass
      warning: packages/bad/package.json:6: requires `react` at `^17.0.0`, while npm:packages/good requires it at `^18`, and no version satisfies both; align them [version_mismatch]
      warning: packages/bad/package.json:6: takes `good` at `^9`, but npm:packages/good has the version `1.0.0`; correct one of them [unsatisfied_range] (new)

    Workspace: health 97 (+6), gate pass
    2 findings in 4 projects, 1 of them new, 1 gone
    Compared with the last recorded result, of [TIME]
    Recorded
    --- stderr
    note: projects came or went since the last scan; they are scanned first
    ");

    let database = Connection::open(env.path(".drift/drift.db")).unwrap();
    let trend =
        "SELECT group_concat(health, ' ') FROM (SELECT g.health FROM gate_result g LEFT JOIN project p
                 ON p.key = g.project WHERE p.id IS ? ORDER BY g.run)";
    let trend = |id: Option<&str>| database.query_row(trend, [id], |row| row.get::<_, String>(0)).unwrap();
    assert_eq!(trend(Some("npm:packages/bad")), "95 90");
    assert_eq!(trend(Some("npm:.")), "80 100");
    assert_eq!(trend(None), "91 97");
    let history = env.run(["workspace", "history", "--json"]).success().json();
    assert_eq!(history["events"][0]["kind"], "check");
    // It was one transaction with the context.
    let context = env.run(["workspace", "context", "--json"]).success().json();
    assert!(context["sections"]["health"].to_string().contains("97"), "{context}");
}

#[test]
fn a_project_that_no_scan_has_seen_is_recorded_all_the_same() {
    let env = workspace();
    env.write("packages/new/package.json", "{ \"name\": \"new\", \"dependencies\": { \"react\": \"^16\" } }");
    check(&env, &["--record"]).assert_code(3);
    let database = Connection::open(env.path(".drift/drift.db")).unwrap();
    let found =
        "SELECT count(*) FROM finding f JOIN project p ON p.key = f.project WHERE p.id = 'npm:packages/new'";
    assert_eq!(database.query_row(found, [], |row| row.get::<_, i64>(0)).unwrap(), 1);
}

#[test]
fn a_finding_moves_with_its_project() {
    let env = repository();
    check(&env, &["--record"]).assert_code(3);
    env.write("pnpm-workspace.yaml", "packages: [\"packages/*\", \"libs/*\"]\n");
    env.write("libs/bad/package.json", std::fs::read(env.path("packages/bad/package.json")).unwrap());
    std::fs::remove_dir_all(env.path("packages/bad")).unwrap();
    // Before a scan, and after one.
    assert_eq!(told(&document(&env, &[])), ["version_mismatch npm:libs/bad"]);
    env.run(["workspace", "scan"]).success();
    assert_eq!(told(&document(&env, &[])), ["version_mismatch npm:libs/bad"]);
}

#[test]
fn the_baseline_of_the_base_branch_comes_first() {
    let env = repository();
    let kept = check(&env, &["--baseline", "--json"]).assert_code(3).json();
    assert_eq!((&kept["recorded"], &kept["baseline"]), (&json!(true), &json!("main")));
    env.git(["switch", "--quiet", "--create", "topic"]);
    env.write(
        "packages/good/package.json",
        "{ \"name\": \"bad\", \"dependencies\": { \"react\": \"^18.0.0\" } }",
    );
    env.commit("second");
    // A result of the topic is recorded, and is still not what it is measured by.
    check(&env, &["--record"]).assert_code(3);
    let found = document(&env, &["--config", "workspace.default_branch=main", "--new-only"]);
    assert_eq!((&found["base"]["rule"], &found["base"]["branch"]), (&json!("baseline"), &json!("main")));
    assert_eq!(told(&found), ["duplicate_name npm:packages/bad new", "duplicate_name npm:packages/good new"]);
    assert_eq!(document(&env, &["--base", "main"])["base"]["rule"], "baseline");
    assert_eq!(document(&env, &["--base", "topic"])["base"]["rule"], "last_result");
}

#[test]
fn a_baseline_that_a_pull_request_made_is_for_nobody_else() {
    let mut env = repository();
    env.git(["checkout", "--quiet", "--detach"]);
    let unnamed = check(&env, &["--baseline", "--json"]).assert_code(2).json();
    assert_eq!(unnamed["error"]["code"], "usage");
    // A pull request from a fork, whose branch is called as the one that it goes into.
    let variables = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_EVENT_NAME", "pull_request"),
        ("GITHUB_HEAD_REF", "main"),
        ("GITHUB_BASE_REF", "main"),
        ("GITHUB_REF", "refs/pull/1/merge"),
    ];
    variables.iter().for_each(|(name, value)| env.set(name, value));
    check(&env, &["--baseline"]).assert_code(3);
    assert_eq!(document(&env, &[])["base"]["rule"], "baseline", "its own pull request may");
    env.set("GITHUB_HEAD_REF", "other");
    assert_eq!(document(&env, &[])["base"]["rule"], "none");
    variables.iter().for_each(|(name, _)| env.unset(name));
    env.git(["switch", "--quiet", "main"]);
    assert_eq!(document(&env, &[])["base"]["rule"], "none");
    let database = Connection::open(env.path(".drift/drift.db")).unwrap();
    let row = database.query_row("SELECT branch, pull_request, git_head FROM baseline", [], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?, row.get::<_, String>(2)?))
    });
    assert_eq!(row.unwrap(), ("main".to_owned(), 1, env.git(["rev-parse", "HEAD"])));
}

#[test]
fn outside_git_there_is_a_baseline_too() {
    let env = workspace();
    check(&env, &["--baseline"]).assert_code(3);
    let found = check(&env, &["--new-only", "--json"]).success().json();
    assert_eq!((&found["base"]["rule"], &found["base"]["branch"]), (&json!("baseline"), &Value::Null));
}

#[test]
fn gc_forgets_a_baseline_that_nobody_uses() {
    let mut env = repository();
    check(&env, &["--baseline"]).assert_code(3);
    let subjects = |env: &TestEnv| {
        let plan = env.run(["workspace", "gc", "--dry-run", "--json"]).success().json();
        let actions = plan["actions"].as_array().unwrap().clone();
        let named = |action: &Value| action["subject"].as_str().map(str::to_owned);
        let all = actions.iter().filter_map(named);
        all.filter(|subject| subject.ends_with(":baseline")).collect::<Vec<_>>()
    };
    env.set("DRIFT_TEST_NOW", "2026-11-28T20:15:30Z");
    assert_eq!(subjects(&env), [""; 0]);
    // A check that records has used it.
    check(&env, &["--record"]).assert_code(3);
    env.set("DRIFT_TEST_NOW", "2026-12-02T20:15:30Z");
    assert_eq!(subjects(&env), [""; 0]);
    env.set("DRIFT_TEST_NOW", "2026-12-06T20:15:30Z");
    assert_eq!(subjects(&env), ["drift.db:baseline"]);
    env.run(["workspace", "gc"]).success();
    assert_eq!(document(&env, &[])["base"]["rule"], "last_result");
    env.run(["workspace", "gc", "--config", "gc.history=1s"]).success();
    let database = Connection::open(env.path(".drift/drift.db")).unwrap();
    let runs: i64 = database.query_row("SELECT count(*) FROM check_run", [], |row| row.get(0)).unwrap();
    assert_eq!(runs, 1, "the newest stays");
}

#[test]
fn a_second_writer_is_told_and_a_check_that_only_reads_is_not_hindered() {
    let env = workspace();
    env.run(["workspace", "scan"]).success();
    let lock = std::fs::OpenOptions::new().write(true).open(env.path(".drift/writer.lock")).unwrap();
    lock.lock().unwrap();
    assert_eq!(check(&env, &["--record", "--json"]).assert_code(5).json()["error"]["code"], "locked");
    check(&env, &[]).assert_code(3);
}

#[test]
fn annotations_name_file_line_and_rule() {
    let env = repository();
    env.write("packages/a,b%d/package.json", "{ \"name\": oops }");
    assert_snapshot!(check(&env, &["--format", "github"]), @"
    exit 3
    --- stdout
    ::error file=pnpm-workspace.yaml,line=3,title=drift missing_member::npm:. member `gone` has no package.json; restore it or remove the entry
    ::error file=packages/a%2Cb%25d/package.json,line=1,title=drift invalid_manifest::npm:. is not valid JSON: expected value at line 1 column 11
    ::warning file=packages/bad/package.json,line=3,title=drift version_mismatch::npm:packages/bad requires `react` at `^17.0.0`, while npm:packages/good requires it at `^18.0.0`, and no version satisfies both; align them
    ::error title=drift gate::the gate fails: 1 project fails its gate
    ");
    // Paths count from the top of the work tree.
    let env = TestEnv::with_tree("//- sub/package.json\n{ \"name\": oops }\n");
    env.git_init();
    env.run(["workspace", "init", "--root", "sub"]).success();
    let told = env.run(["workspace", "check", "--root", "sub", "--format", "github"]).assert_code(3).stdout;
    assert!(
        told.starts_with("::error file=sub/package.json,line=1,title=drift invalid_manifest::"),
        "{told}"
    );
}

#[test]
fn code_scanning_gets_sarif() {
    let env = repository();
    env.write("packages/a b/package.json", "{ \"name\": oops }");
    let sarif = || -> Value {
        serde_json::from_str(&check(&env, &["--format", "sarif"]).assert_code(3).stdout).unwrap()
    };
    let told = sarif();
    assert_eq!(told["version"], "2.1.0");
    let run = &told["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for result in run["results"].as_array().unwrap() {
        let at = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[at]["id"], result["ruleId"]);
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()));
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        assert_eq!(result["partialFingerprints"]["driftFinding/v1"].as_str().unwrap().len(), 64);
        assert!(result.get("baselineState").is_none(), "there is nothing to compare with");
    }
    let uris = run["results"].as_array().unwrap().iter().map(|result| {
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap()
    });
    assert!(uris.clone().any(|uri| uri == "packages/a%20b/package.json"), "{told:#}");
    check(&env, &["--record"]).assert_code(3);
    env.write("packages/x/package.json", "{ \"name\": oops }");
    let told = sarif();
    let results = told["runs"][0]["results"].as_array().unwrap();
    let new: Vec<_> = results.iter().filter(|result| result["baselineState"] == "new").collect();
    let uri = &new[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!((new.len(), uri), (1, &json!("packages/x/package.json")));
    assert!(results.iter().all(|r| r["baselineState"] == "new" || r["baselineState"] == "unchanged"));
}

#[test]
fn a_rule_is_explained_without_a_workspace() {
    let env = TestEnv::new();
    let told = check(&env, &["--explain", "duplicate_name"]).success().stdout;
    assert!(told.starts_with("duplicate_name\n\nTwo members of one workspace"), "{told}");
    let told = document(&env, &["--explain", "duplicate_name"]);
    let (schema, rule) = (json!("drift.workspace.check_rule/v1"), json!("duplicate_name"));
    assert_eq!((&told["schema"], &told["rule"]), (&schema, &rule));
    let unknown = check(&env, &["--explain", "duplicate_names", "--json"]).assert_code(2).json();
    assert_eq!(unknown["error"]["code"], "not_found");
    assert_eq!(unknown["error"]["hint"], "did you mean `duplicate_name`?");
    check(&env, &["--explain", "duplicate_name", "--record"]).assert_code(2);
    check(&env, &["--explain", "duplicate_name", "--format", "sarif"]).assert_code(2);
}
