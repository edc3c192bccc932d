//! What holds for every command, also for those that are yet to come: they are found by asking `--help`.

use std::collections::BTreeMap;

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
    found
}

/// Exit code by error code, as documented.
fn exit_codes() -> BTreeMap<&'static str, i32> {
    let (_, table) = include_str!("../../docs/exit-codes.md").split_once("## Error codes").unwrap();
    let rows = table.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
    rows.map(|(code, rest)| (code, rest.split(' ').next().unwrap().parse().unwrap())).collect()
}

/// Runs each command without arguments in an environment of its own.
fn for_each(make: impl Fn() -> TestEnv, check: impl Fn(&TestEnv, &[String])) {
    let commands = commands();
    assert!(commands.iter().any(|words| words == &["workspace", "init"]), "{commands:?}");
    for words in commands {
        check(&make(), &words);
    }
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
    for_each(TestEnv::new, |env, words| {
        check_document(words, &env.run(words.iter().map(String::as_str).chain(["--json"])));
    });
}

#[test]
fn json_and_text_agree_in_a_workspace() {
    let workspace = || {
        let env = TestEnv::with_tree(TREE);
        env.run(["workspace", "init"]).success();
        env
    };
    for_each(workspace, |env, words| {
        let json = env.run(words.iter().map(String::as_str).chain(["--json"]));
        check_document(words, &json);
        let text = workspace().run(words);
        assert_eq!(text.code, json.code, "{words:?}: {text}\n{json}");
        let failed = json.json()["ok"] == false;
        assert_eq!(text.stderr.contains("error: "), failed, "{words:?}: {text}");
    });
}

#[test]
fn help_is_a_result_of_every_command() {
    for_each(TestEnv::new, |env, words| {
        let help = env.run(words.iter().map(String::as_str).chain(["--help", "--json"])).success();
        assert!(help.json()["text"].as_str().unwrap().contains("EXAMPLES:"), "{words:?}: {help}");
        let turned = env.run(["help"].into_iter().chain(words.iter().map(String::as_str))).success();
        assert!(turned.stdout.contains("EXAMPLES:"), "{words:?}: {turned}");
    });
}
