//! What holds for every command, also for those that are yet to come: they are found by asking `--help`.

use std::collections::BTreeMap;
use std::path::Path;

use crate::env::TestEnv;
use crate::outcome::Outcome;

const TREE: &str = "
//- package.json
{\"name\": \"root\", \"private\": true, \"workspaces\": [\"packages/*\"]}
//- packages/a/package.json
{\"name\": \"a\", \"version\": \"1.0.0\", \"dependencies\": {\"b\": \"^1.0.0\"}}
//- packages/b/package.json
{\"name\": \"b\", \"version\": \"1.0.0\"}
";

/// The words of every command that is not a group.
fn commands() -> Vec<Vec<String>> {
    fn collect(env: &TestEnv, words: &[String], into: &mut Vec<Vec<String>>) {
        let help = env.run(words.iter().map(String::as_str).chain(["-h"])).success().stdout;
        let Some((_, list)) = help.split_once("\nCommands:\n") else {
            into.push(words.to_vec());
            return;
        };
        for line in list.lines().take_while(|line| !line.is_empty()) {
            // A name stands two columns in; what continues a description stands further right.
            if let Some(name) = line.strip_prefix("  ").filter(|rest| !rest.starts_with(' ')) {
                let name = name.split(' ').next().unwrap().to_owned();
                collect(env, &[words, &[name]].concat(), into);
            }
        }
    }
    let mut found = Vec::new();
    collect(&TestEnv::new(), &[], &mut found);
    assert!(found.iter().any(|words| words == &["workspace", "init"]), "{found:?}");
    found
}

/// Exit code by error code, as documented.
pub(crate) fn exit_codes() -> BTreeMap<&'static str, i32> {
    let (_, table) = include_str!("../../docs/exit-codes.md").split_once("## Error codes").unwrap();
    let rows = table.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
    rows.map(|(code, rest)| (code, rest.split(' ').next().unwrap().parse().unwrap())).collect()
}

fn check_document(words: &[String], outcome: &Outcome) {
    let document = outcome.json();
    let told = format!("{words:?}: {outcome}");
    assert_eq!(outcome.stderr, "", "{told}");
    assert!(outcome.stdout.ends_with("}\n") && document["warnings"].is_array(), "{told}");
    if document["ok"] == true {
        let schema = document["schema"].as_str().unwrap();
        assert!(schema.starts_with(&format!("drift.{}", words[0])) && schema.ends_with("/v1"), "{told}");
        assert!(matches!(outcome.code, Some(0 | 3)), "{told}");
    } else {
        assert_eq!(document["schema"], "drift.error/v1", "{told}");
        let code = document["error"]["code"].as_str().unwrap();
        assert_ne!(code, "internal", "{told}");
        assert_eq!(outcome.code, exit_codes().get(code).copied(), "{told}");
    }
}

#[test]
fn json_mode_prints_one_document_where_nothing_is() {
    for words in commands() {
        check_document(&words, &TestEnv::new().run(words.iter().map(String::as_str).chain(["--json"])));
    }
}

#[test]
fn json_and_text_agree_in_a_workspace() {
    let env = TestEnv::with_tree(TREE);
    env.run(["workspace", "init"]).success();
    let fresh = tempfile::tempdir().unwrap();
    copy(&env.path(""), fresh.path());
    // Each run begins with the same files in the same place; that is much faster than `init`.
    let run = |words: &[&str]| {
        empty(&env.path(""));
        copy(fresh.path(), &env.path(""));
        env.run(words)
    };
    for words in commands() {
        let plain: Vec<_> = words.iter().map(String::as_str).collect();
        let json = run(&[&plain[..], &["--json"]].concat());
        check_document(&words, &json);
        let text = run(&plain);
        assert_eq!(text.code, json.code, "{words:?}: {text}\n{json}");
        let failed = json.json()["ok"] == false;
        assert_eq!(text.stderr.contains("error: "), failed, "{words:?}: {text}");
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            std::fs::create_dir(&to).unwrap();
            std::fs::set_permissions(&to, from.metadata().unwrap().permissions()).unwrap();
            copy(&from, &to);
        } else {
            std::fs::copy(&from, &to).unwrap();
        }
    }
}

fn empty(dir: &Path) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) }.unwrap();
    }
}

#[test]
fn help_is_a_result_of_every_command() {
    let env = TestEnv::new();
    for words in commands() {
        let help = env.run(words.iter().map(String::as_str).chain(["--help", "--json"])).success();
        assert!(help.json()["text"].as_str().unwrap().contains("EXAMPLES:"), "{words:?}: {help}");
        let turned = env.run(["help"].into_iter().chain(words.iter().map(String::as_str))).success();
        assert!(turned.stdout.contains("EXAMPLES:"), "{words:?}: {turned}");
    }
}
