//! JSON mode: exactly one document on stdout, whatever happens.

use insta::assert_snapshot;

use crate::env::TestEnv;

#[test]
fn a_result_is_one_document() {
    let env = TestEnv::new();
    let pages = env.run(["man", "--dir", "pages", "--json"]).success();
    assert!(pages.stdout.starts_with(r#"{"schema":"drift.man.pages/v1","ok":true,"dir":""#), "{pages}");
    assert!(pages.stdout.ends_with("],\"warnings\":[]}\n") && pages.stderr.is_empty(), "{pages}");
    let document = env.run(["--format", "json", "completions", "fish"]).success().json();
    assert_eq!(document["schema"], "drift.completions/v1");
    assert!(document["script"].as_str().unwrap().contains("complete -c drift"));
}

#[test]
fn an_error_is_one_document() {
    let env = TestEnv::with_tree("//- file\n");
    assert_snapshot!(env.run(["--json", "man", "--dir", "file/below"]), @r#"
    exit 1
    --- stdout
    {"schema":"drift.error/v1","ok":false,"error":{"code":"io","message":"failed to create directory `[ROOT]/file/below`: [OS ERROR]","hint":null,"causes":[]},"warnings":[]}
    "#);
}

#[test]
fn a_command_line_that_does_not_parse_is_one_document() {
    let env = TestEnv::new();
    for args in [
        &["--json", "frobnicate"][..],
        &["frobnicate", "--format=json"],
        &["--format", "json", "completions", "fsh"],
        &["man", "--json", "--no-such-flag"],
        &["--json"],
    ] {
        let outcome = env.run(args);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(2), ""), "{args:?}: {outcome}");
        let document = outcome.json();
        assert_eq!(document["schema"], "drift.error/v1");
        assert_eq!(document["ok"], false);
        assert_eq!(document["error"]["code"], "usage");
        assert!(document["error"]["hint"].is_string(), "{outcome}");
        assert!(document["warnings"].is_array(), "{outcome}");
    }
}

#[test]
fn json_after_two_dashes_is_an_argument() {
    let outcome = TestEnv::new().run(["man", "--", "--json"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(2), ""), "{outcome}");
}

#[test]
fn help_and_version_are_results() {
    let env = TestEnv::new();
    let version = env.run(["--version", "--json"]).success().json();
    assert_eq!((version["schema"].as_str(), &version["ok"]), (Some("drift.version/v1"), &true.into()));
    let help = env.run(["--json", "man", "--help"]).success().json();
    assert_eq!(help["schema"], "drift.help/v1");
    assert!(help["text"].as_str().unwrap().contains("EXAMPLES:"));
}

#[test]
fn a_warning_is_in_the_document_and_nowhere_else() {
    let mut env = TestEnv::new();
    env.set("DRIFT_LOG", "drift=nonsense");
    let document = env.run(["man", "--json", "--dir", "pages"]).success();
    assert_eq!(
        (&document.json()["warnings"][0]["code"], document.stderr.as_str()),
        (&"log.filter".into(), "")
    );
    let text = env.run(["man", "--dir", "pages"]).success();
    assert!(text.stderr.starts_with("warning: DRIFT_LOG is not a log filter"), "{text}");
    assert_eq!(env.run(["-q", "man", "--dir", "pages"]).success().stderr, "");
}
