//! Whole repositories: which packages are projects, and of which workspace.

use std::sync::Arc;

use crate::ecosystem::tests::{check, print};
use crate::path::RepoPath;
use crate::source::{Entry, MemorySource, ReadError, Source};
use crate::{DiscoverOptions, discover};

#[test]
fn pnpm_members_by_its_file() {
    check(
        r#"
//- pnpm-workspace.yaml
packages:
  - "packages/*"
  - "!packages/c"
//- package.json
{"name": "root", "private": true}
//- packages/a/package.json
{"name": "a", "version": "1.0.0"}
//- packages/b/package.yaml
name: b
version: 2.0.0
//- packages/c/package.json
{"name": "c"}
//- packages/d/package.json5
{name: 'd', /* JSON5 */}
"#,
        "workspace npm:. pnpm
         npm:. root in npm:. private
         npm:packages/a a@1.0.0 in npm:.
         npm:packages/b b@2.0.0 in npm:.
         npm:packages/c c
         npm:packages/d d in npm:.",
    );
}

#[test]
fn pnpm_settings_without_packages_mean_the_root_alone() {
    check(
        r#"
//- pnpm-workspace.yaml
# Settings only.
shellEmulator: true
//- package.json
{"name": "root", "workspaces": ["a"]}
//- a/package.json
{"name": "a"}
"#,
        "workspace npm:. pnpm
         npm:. root in npm:.
         npm:a a",
    );
}

#[test]
fn workspaces_as_a_list_or_an_object() {
    for field in [r#"["a", "b/*/"]"#, r#"{"packages": ["a", "./b/*"], "nohoist": []}"#] {
        check(
            &format!(
                r#"
//- package.json
{{"name": "root", "workspaces": {field}}}
//- package-lock.json
//- a/package.json
{{}}
//- b/c d/package.json
{{"name": "@s/ünï"}}
"#
            ),
            "workspace npm:. npm
             npm:. root in npm:.
             npm:a (no name) in npm:.
             npm:b/c d @s/ünï in npm:.",
        );
    }
}

#[test]
fn lerna_lists_where_nothing_else_does() {
    check(
        r#"
//- lerna.json
{"packages": ["modules/*"], "version": "1.0.0"}
//- package.json
{"name": "root", "private": true}
//- modules/a/package.json
{"name": "a", "version": "1.0.0", "dependencies": {"b": "^1.0.0", "root": "*"}}
//- modules/b/package.json
{"name": "b", "version": "1.1.0", "dependencies": {"a": "^2.0.0"}}
"#,
        "workspace npm:. lerna
         npm:. root in npm:. private
         npm:modules/a a@1.0.0 in npm:.
         + root * normal
         npm:modules/b b@1.1.0 in npm:.
         + a ^2.0.0 normal
         npm:modules/a -> npm:modules/b normal",
    );
}

#[test]
fn rush_lists_its_projects_and_decouples_some() {
    check(
        r#"
//- rush.json
{
  // Comments are welcome.
  "projects": [
    {"packageName": "a", "projectFolder": "apps/a", "decoupledLocalDependencies": ["c"]},
    {"packageName": "b", "projectFolder": "libs\\b", "cyclicDependencyProjects": ["a"]},
    {"packageName": "c", "projectFolder": "libs/c"},
    {"packageName": "gone", "projectFolder": "libs/gone"},
  ]
}
//- apps/a/package.json
{"name": "a", "version": "1.0.0", "dependencies": {"b": "workspace:*", "c": "workspace:*"}}
//- libs/b/package.json
{"name": "b", "version": "1.0.0", "devDependencies": {"a": "1.0.0", "c": "~1.2.0"}}
//- libs/c/package.json
{"name": "c", "version": "1.2.3", "dependencies": {"b": "^2.0.0"}}
//- libs/unlisted/package.json
{"name": "unlisted", "dependencies": {"c": "workspace:*"}}
"#,
        "workspace npm:. rush
         npm:apps/a a@1.0.0 in npm:.
         + c workspace:* normal
         npm:libs/b b@1.0.0 in npm:.
         + a 1.0.0 dev
         npm:libs/c c@1.2.3 in npm:.
         + b ^2.0.0 normal
         npm:libs/unlisted unlisted
         + c workspace:* normal
         npm:apps/a -> npm:libs/b normal
         npm:libs/b -> npm:libs/c dev
         problem rush.json:7 member.missing: project `libs/gone` has no package.json; restore it or remove the entry",
    );
}

#[test]
fn members_of_modern_yarn_list_members_of_their_own() {
    let tree = |manager: &str| {
        format!(
            r#"
//- package.json
{{"name": "root", "private": true, "workspaces": ["a"], "packageManager": "{manager}"}}
//- a/package.json
{{"name": "a", "version": "1.0.0", "private": true, "workspaces": ["b"]}}
//- a/b/package.json
{{"name": "b", "version": "1.0.0"}}
"#
        )
    };
    check(
        &tree("yarn@4.1.0"),
        "workspace npm:. yarn
         npm:. root in npm:. private
         npm:a a@1.0.0 in npm:. private
         npm:a/b b@1.0.0 in npm:.",
    );
    check(
        &tree("npm@10.0.0"),
        "workspace npm:. npm
         workspace npm:a npm
         npm:. root in npm:. private
         npm:a a@1.0.0 in npm:. private
         npm:a/b b@1.0.0 in npm:a",
    );
}

#[test]
fn a_package_of_two_workspaces_belongs_to_the_outer() {
    check(
        r#"
//- pnpm-workspace.yaml
packages: ["**"]
//- examples/one/pnpm-workspace.yaml
packages: ["app"]
//- examples/one/package.json
{"name": "one"}
//- examples/one/app/package.json
{"name": "app"}
"#,
        "workspace npm:. pnpm
         workspace npm:examples/one pnpm
         npm:examples/one one in npm:.
         npm:examples/one/app app in npm:.",
    );
}

#[test]
fn sibling_workspaces_link_each_other_by_path_only() {
    check(
        r#"
//- one/package.json
{"name": "one", "workspaces": ["a"]}
//- one/a/package.json
{"name": "a", "version": "1.0.0", "dependencies": {"b": "^1.0.0", "c": "file:../../two/b", "d": "../../alone"}}
//- two/package.json
{"name": "two", "workspaces": ["b"]}
//- two/b/package.json
{"name": "b", "version": "1.0.0"}
//- alone/package.json
{"name": "alone", "dependencies": {"b": "link:../two/b", "a": "^1.0.0"}}
"#,
        "workspace npm:one npm
         workspace npm:two npm
         npm:alone alone
         + a ^1.0.0 normal
         npm:one one in npm:one
         npm:one/a a@1.0.0 in npm:one
         + b ^1.0.0 normal
         npm:two two in npm:two
         npm:two/b b@1.0.0 in npm:two
         npm:alone -> npm:two/b normal
         npm:one/a -> npm:alone normal
         npm:one/a -> npm:two/b normal",
    );
}

#[test]
fn fixtures_count_only_where_listed_and_are_not_even_read_otherwise() {
    check(
        r#"
//- package.json
{"name": "root", "workspaces": ["fixtures/listed"]}
//- fixtures/listed/package.json
{"name": "listed"}
//- fixtures/broken/package.json
{ broken
//- __fixtures__/ws/pnpm-workspace.yaml
packages: [nothing-here]
//- node_modules/x/package.json
{"name": "x"}
"#,
        "workspace npm:. npm
         npm:. root in npm:.
         npm:fixtures/listed listed in npm:.",
    );
}

#[test]
fn byte_order_marks_are_no_syntax() {
    check(
        "//- package.json\n\u{feff}{\"name\": \"root\", \"workspaces\": [\"a\"]}\n//- a/package.json\n\u{feff}{\"name\": \"a\"}\n",
        "workspace npm:. npm
         npm:. root in npm:.
         npm:a a in npm:.",
    );
}

#[test]
fn broken_manifests_are_problems_and_the_rest_is_read() {
    check(
        r#"
//- package.json
{"name": "root", "workspaces": ["packages/*"]}
//- packages/a/package.json
{
  "name": "a",
}
//- packages/b/package.json
["b"]
//- packages/c/package.json
{"name": "c", "version": 3, "dependencies": {"a": {}, "d": null}, "devDependencies": "none"}
//- nested/pnpm-workspace.yaml
packages:
  - a
 - b
//- nested/lerna.json
"#,
        "workspace npm:. npm
         workspace npm:nested pnpm
         npm:. root in npm:.
         npm:packages/c c in npm:.
         problem nested/pnpm-workspace.yaml:3 manifest.syntax: is not valid YAML: while parsing a block mapping, did not find expected key at line 3, column 2
         problem packages/a/package.json:3 manifest.syntax: is not valid JSON: trailing comma at line 3 column 1
         problem packages/b/package.json:1 manifest.shape: is not an object; a manifest is one",
    );
}

#[test]
fn lists_of_another_shape_are_problems() {
    check(
        r#"
//- package.json
{
  "workspaces": "a"
}
//- b/package.json
{"workspaces": {"nohoist": ["x"]}}
//- c/package.json
{"workspaces": ["d", 1]}
//- c/d/package.json
{}
//- e/pnpm-workspace.yaml
packages:
  a: 1
"#,
        "workspace npm:. npm
         workspace npm:c npm
         workspace npm:e pnpm
         npm:. (no name) in npm:.
         npm:b (no name)
         npm:c (no name) in npm:c
         npm:c/d (no name) in npm:c
         problem c/package.json:1 manifest.shape: `workspaces` is not a list of patterns; make it one
         problem e/pnpm-workspace.yaml:1 manifest.shape: `packages` is not a list of patterns; make it one
         problem package.json:2 manifest.shape: `workspaces` is not a list of patterns; make it one",
    );
}

/// A tree of which only what is neither hidden nor ignored is visible.
struct Ignoring(MemorySource);

impl Source for Ignoring {
    fn read(&self, path: &RepoPath, limit: u64) -> Result<Vec<u8>, ReadError> {
        self.0.read(path, limit)
    }

    fn list(&self, dir: &RepoPath) -> Arc<[Entry]> {
        self.0.list(dir)
    }

    fn visible(&self, wanted: &dyn Fn(&[u8]) -> bool) -> Vec<RepoPath> {
        let mut files = self.0.visible(wanted);
        files.retain(|file| !file.parts().any(|part| part.starts_with(b".") || part == b"ignored"));
        files
    }
}

#[test]
fn members_count_where_ignored_or_hidden_and_standalone_packages_do_not() {
    let fixture = r#"
//- package.json
{"workspaces": ["ignored/*", ".config/a", "lib"]}
//- ignored/one/package.json
{"name": "one", "version": "1.0.0"}
//- ignored/deep/two/package.json
{"name": "two"}
//- .config/a/package.json
{"name": "a"}
//- .config/b/package.json
{"name": "b"}
//- lib/package.json
{"name": "lib", "dependencies": {"one": "^1.0.0", "two": "file:../ignored/deep/two"}}
"#;
    let discovery = discover(&Ignoring(MemorySource::fixture(fixture)), &DiscoverOptions::default());
    let expected = [
        "workspace npm:. npm",
        "npm:. (no name) in npm:.",
        "npm:.config/a a in npm:.",
        "npm:ignored/one one@1.0.0 in npm:.",
        "npm:lib lib in npm:.",
        "+ two file:../ignored/deep/two normal",
        "npm:lib -> npm:ignored/one normal",
        "",
    ];
    assert_eq!(print(&discovery), expected.join("\n"));
}

#[test]
fn yarn_1_wants_a_private_root_and_complete_members() {
    check(
        r#"
//- package.json
{
  "name": "root",
  "workspaces": ["packages/*", "!packages/b"]
}
//- yarn.lock
# yarn lockfile v1
//- packages/a/package.json
{"name": "a", "dependencies": {"b": "*"}}
//- packages/b/package.json
{"name": "b", "version": "1.0.0"}
"#,
        "workspace npm:. yarn
         npm:. root in npm:.
         npm:packages/a a
         + b * normal
         npm:packages/b b@1.0.0 in npm:.
         problem package.json:3 pattern.unmatched: pattern `!packages/b` excludes nothing: here each pattern stands alone; remove it
         problem package.json:3 workspace.not_private: yarn 1 has workspaces only where package.json is private; add `\"private\": true`
         problem packages/a/package.json member.incomplete: yarn 1 passes over a workspace without a version; add one",
    );
}

#[test]
fn equal_names_are_a_problem_except_to_pnpm() {
    let members = r#"
//- a/package.json
{"name": "same", "version": "1.0.0"}
//- b/package.json
{"name": "same", "version": "2.0.0"}
"#;
    check(
        &format!("//- package.json\n{{\"name\": \"root\", \"workspaces\": [\"a\", \"b\"]}}\n{members}"),
        "workspace npm:. npm
         npm:. root in npm:.
         npm:a same@1.0.0 in npm:.
         npm:b same@2.0.0 in npm:.
         problem b/package.json:1 member.duplicate_name: has the same name as a/package.json: `same`; rename one of them",
    );
    check(
        &format!("//- pnpm-workspace.yaml\npackages: [a, b]\n{members}"),
        "workspace npm:. pnpm
         npm:a same@1.0.0 in npm:.
         npm:b same@2.0.0 in npm:.",
    );
}
