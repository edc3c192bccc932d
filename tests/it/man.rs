//! `drift man`

use insta::assert_snapshot;

use crate::env::TestEnv;

#[test]
fn each_command_has_a_page() {
    let env = TestEnv::new();
    let page = env.run(["man"]).success().stdout;
    assert!(page.contains(".TH drift 1") && page.contains(".SH EXIT CODES"), "{page}");
    let page = env.run(["man", "completions"]).success().stdout;
    assert!(page.contains(".TH drift-completions 1") && page.contains(".SH EXAMPLES"), "{page}");
    let pages = env.run(["man", "--dir", "pages"]).success();
    for name in pages.stdout.lines() {
        assert!(env.path("pages").join(name).is_file(), "{name}");
    }
    assert!(pages.stdout.lines().any(|name| name == "drift-completions.1"), "{pages}");
}

#[test]
fn an_unknown_page_suggests_the_near_one() {
    let env = TestEnv::new();
    assert_snapshot!(env.run(["man", "completion"]), @"
    exit 2
    --- stderr
    error: `drift` has no command `completion`
    hint: did you mean `completions`?
    ");
}

#[test]
fn markdown_is_the_whole_reference() {
    let reference = TestEnv::new().run(["man", "--format", "markdown"]).success().stdout;
    for heading in ["# The command line", "## drift", "### Global options", "## drift workspace init"] {
        assert!(reference.lines().any(|line| line == heading), "{heading}");
    }
}

#[test]
fn the_reference_is_up_to_date() {
    let reference = TestEnv::new().run(["man", "--format", "markdown"]).success().stdout;
    let found = include_str!("../../docs/cli.md").replace("\r\n", "\n");
    assert_eq!(found, reference, "run `cargo xtask man`");
}

#[cfg(unix)]
#[test]
fn groff_has_no_complaint() {
    let env = TestEnv::new();
    let pages = env.run(["man", "--dir", "pages"]).success();
    for name in pages.stdout.lines() {
        let groff = std::process::Command::new("groff")
            .args(["-man", "-Tutf8", "-ww", "-z"])
            .arg(env.path("pages").join(name))
            .output();
        let Ok(output) = groff else {
            eprintln!("skipped: groff is not installed");
            return;
        };
        assert!(output.status.success() && output.stderr.is_empty(), "{name}: {output:?}");
    }
}
