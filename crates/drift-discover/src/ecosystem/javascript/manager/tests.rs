use super::{Manager, Tool};
use crate::context::Context;
use crate::ecosystem::javascript::manifest::Forms;
use crate::ecosystem::javascript::packages::Packages;
use crate::options::DiscoverOptions;
use crate::path::RepoPath;
use crate::source::MemorySource;

#[track_caller]
fn check(fixture: &str, dir: &str, tool: Tool, major: Option<u64>) {
    let source = MemorySource::fixture(fixture);
    let options = DiscoverOptions::default();
    let context = Context::new(&source, &options, |_| true);
    let mut packages = Packages::default();
    let dir = RepoPath::new(dir).unwrap();
    packages.load(&context, &dir.ancestors().collect::<Vec<_>>(), Forms::Json);
    let client = fixture.contains("lerna.json").then_some("yarn");
    assert_eq!(Manager::detect(&context, &packages, &dir, client), Manager { tool, major }, "{fixture}");
}

#[test]
fn lerna_names_a_yarn_of_version_1_unless_settings_tell_of_a_later_one() {
    check("//- lerna.json\n//- package.json\n{}\n", "", Tool::Yarn, Some(1));
    check("//- lerna.json\n//- .yarnrc.yml\nnodeLinker: pnp\n", "", Tool::Yarn, Some(2));
    check("//- lerna.json\n//- package-lock.json\n", "", Tool::Npm, None);
}

#[test]
fn the_field_decides_first() {
    check(
        "//- package.json\n{\"packageManager\": \"yarn@1.22.22+sha1.abc\"}\n//- package-lock.json\n",
        "",
        Tool::Yarn,
        Some(1),
    );
    check("//- package.json\n{\"packageManager\": \"bun@1.2.0\"}", "", Tool::Bun, Some(1));
    check(
        "//- package.json\n{\"devEngines\": {\"packageManager\": {\"name\": \"npm\", \"version\": \">=10\"}}}",
        "",
        Tool::Npm,
        Some(10),
    );
    check(
        "//- package.json\n{\"devEngines\": {\"packageManager\": [{\"name\": \"yarn\"}]}}",
        "",
        Tool::Yarn,
        None,
    );
    check("//- package.json\n{\"packageManager\": \"cargo@1\"}\n//- bun.lock\n", "", Tool::Bun, None);
}

#[test]
fn the_lock_file_tells_the_version_that_the_field_leaves_out() {
    check(
        "//- package.json\n{\"devEngines\": {\"packageManager\": {\"name\": \"yarn\"}}}\n//- yarn.lock\n# yarn lockfile v1\n",
        "",
        Tool::Yarn,
        Some(1),
    );
}

#[test]
fn then_the_lock_file() {
    check("//- package-lock.json\n//- yarn.lock\n", "", Tool::Npm, None);
    check("//- npm-shrinkwrap.json\n", "", Tool::Npm, None);
    check("//- yarn.lock\n# yarn lockfile v1\n\na@^1:\n", "", Tool::Yarn, Some(1));
    check("//- yarn.lock\n# generated\n__metadata:\n  version: 8\n", "", Tool::Yarn, Some(2));
    check(
        "//- yarn.lock\n//- .yarnrc.yml\nyarnPath: .yarn/releases/yarn-3.2.1.cjs\n",
        "",
        Tool::Yarn,
        Some(3),
    );
    check("//- bun.lockb\n", "", Tool::Bun, None);
    check("//- pnpm-lock.yaml\nlockfileVersion: '9.0'\n", "", Tool::Pnpm, Some(9));
}

#[test]
fn engines_tell_where_no_lock_file_does() {
    let engines = |engines: &str| format!("//- package.json\n{{\"engines\": {engines}}}\n");
    check(&engines(r#"{"node": ">=18", "yarn": ">=1.22.0"}"#), "", Tool::Yarn, Some(1));
    check(&engines(r#"{"npm": "please-use-yarn", "yarn": "^1.19.1"}"#), "", Tool::Yarn, Some(1));
    check(&engines(r#"{"npm": ">=9", "yarn": ">=1"}"#), "", Tool::Npm, None);
    check(&engines(r#"{"bun": ">=1.2"}"#), "", Tool::Bun, Some(1));
    check(&engines(r#"{"yarn": "no"}"#), "", Tool::Npm, None);
    check(&(engines(r#"{"yarn": "1.x"}"#) + "//- package-lock.json\n"), "", Tool::Npm, None);
}

#[test]
fn then_settings_then_what_lies_above() {
    check("//- .yarnrc.yml\nnodeLinker: pnp\n", "", Tool::Yarn, Some(2));
    check("//- .yarnrc\nworkspaces-experimental true\n", "", Tool::Yarn, Some(1));
    check(
        "//- package.json\n{\"packageManager\": \"yarn@4.0.0\"}\n//- a/b/package.json\n{}",
        "a/b",
        Tool::Yarn,
        Some(4),
    );
    check(
        "//- package.json\n{\"packageManager\": \"yarn@4.0.0\"}\n//- a/package-lock.json\n",
        "a",
        Tool::Npm,
        None,
    );
    check(
        "//- package.json\n{\"packageManager\": \"pnpm@9.0.0\"}\n//- a/package.json\n{}",
        "a",
        Tool::Npm,
        None,
    );
    check("//- package.json\n{}", "", Tool::Npm, None);
}
