use super::*;
use crate::options::DiscoverOptions;
use crate::source::MemorySource;
use crate::{Discovery, discover};

fn findings(fixture: &str) -> Vec<Finding> {
    let source = MemorySource::fixture(fixture);
    let Discovery { graph, facts, problems, .. } = discover(&source, &DiscoverOptions::default());
    let owners = Owners::new(&graph);
    super::check(CheckInput { graph: &graph, facts: &facts, owners: &owners, problems: &problems })
}

/// Checks that the findings of a rule print `expected`, each as `project [subject] message`.
#[track_caller]
fn check(rule: Rule, fixture: &str, expected: &[&str]) {
    let shown = |finding: &Finding| {
        let project = finding.project.as_ref().map_or("-", |id| id.0.as_str());
        format!("{project} [{}] {}", finding.subject, finding.message)
    };
    let found = findings(fixture);
    let got: Vec<String> = found.iter().filter(|finding| finding.rule == rule).map(shown).collect();
    assert_eq!(got, expected);
}

/// A cargo workspace of crates, each `name: dependencies` on others by path, in TOML.
fn crates(crates: &[(&str, &str)]) -> String {
    let mut tree = "//- Cargo.toml\n[workspace]\nmembers = [\"*\"]\n".to_owned();
    for (name, rest) in crates {
        tree +=
            &format!("//- {name}/Cargo.toml\n[package]\nname = \"{name}\"\nversion = \"1.2.0\"\n{rest}\n");
    }
    tree
}

#[test]
fn every_rule_has_its_name() {
    for (rule, name) in Rule::ALL {
        assert_eq!((rule.name(), Rule::named(name)), (name, Some(rule)));
        assert!(!rule.summary().is_empty());
    }
    assert_eq!(Rule::named("dependency"), None);
}

#[test]
fn cargo_forbids_circles_of_all_but_dev_dependencies() {
    let rule = Rule::DependencyCycle;
    let circle = crates(&[
        ("a", "[dependencies]\nb = { path = \"../b\" }"),
        ("b", "[build-dependencies]\nc = { path = \"../c\" }"),
        ("c", "[dependencies]\na = { path = \"../a\", optional = true }\nd = { path = \"../d\" }"),
        ("d", ""),
    ]);
    check(
        rule,
        &circle,
        &[
            "cargo:a [a b c] depends on itself: a → b → c → a; remove one of these dependencies",
            "cargo:b [a b c] depends on itself: b → c → a → b; remove one of these dependencies",
            "cargo:c [a b c] depends on itself: c → a → b → c; remove one of these dependencies",
        ],
    );
    let legal = crates(&[
        ("a", "[dependencies]\nb = { path = \"../b\" }"),
        ("b", "[dev-dependencies]\na = { path = \"../a\" }"),
    ]);
    check(rule, &legal, &[]);
}

#[test]
fn npm_and_go_resolve_circles() {
    let npm = r#"
//- package.json
{ "workspaces": ["*"] }
//- a/package.json
{ "name": "a", "version": "1.0.0", "dependencies": { "b": "^1.0.0" } }
//- b/package.json
{ "name": "b", "version": "1.0.0", "dependencies": { "a": "^1.0.0" } }
"#;
    check(Rule::DependencyCycle, npm, &[]);
    let go = "
//- go.work
use ( ./a
 ./b )
//- a/go.mod
module example.org/a
require example.org/b v1.0.0
//- b/go.mod
module example.org/b
require example.org/a v1.0.0
";
    check(Rule::DependencyCycle, go, &[]);
}

#[test]
fn maven_forbids_circles_within_a_reactor_whatever_the_scope() {
    let pom = |name: &str, dependency: &str| {
        format!(
            "//- {name}/pom.xml\n<project><groupId>g</groupId><artifactId>{name}</artifactId><version>1</version>
             <dependencies><dependency><groupId>g</groupId><artifactId>{dependency}</artifactId><version>1</version>
             <scope>test</scope></dependency></dependencies></project>\n"
        )
    };
    let root = "//- pom.xml\n<project><groupId>g</groupId><artifactId>root</artifactId><version>1</version>
                <modules><module>a</module><module>b</module></modules></project>\n";
    let reactor = format!("{root}{}{}", pom("a", "b"), pom("b", "a"));
    check(
        Rule::DependencyCycle,
        &reactor,
        &[
            "maven:a [g:a g:b] depends on itself: g:a → g:b → g:a; remove one of these dependencies",
            "maven:b [g:a g:b] depends on itself: g:b → g:a → g:b; remove one of these dependencies",
        ],
    );
}

#[test]
fn a_large_circle_is_told_without_looking_for_the_way_from_everywhere() {
    let count = 80;
    let rest: Vec<(String, String)> = (0..count)
        .map(|at| {
            let next = (at + 1) % count;
            (format!("c{at:02}"), format!("[dependencies]\nc{next:02} = {{ path = \"../c{next:02}\" }}"))
        })
        .collect();
    let rest: Vec<(&str, &str)> = rest.iter().map(|(name, rest)| (name.as_str(), rest.as_str())).collect();
    let found = findings(&crates(&rest));
    assert_eq!(found.len(), count);
    let message = "is one of 80 projects that depend on each other in circles: c00, c01 and 78 others";
    assert!(found.iter().all(|finding| finding.message == message));
}

#[test]
fn members_of_one_workspace_cannot_share_a_name() {
    let tree = r#"
//- pnpm-workspace.yaml
packages: ["a", "b"]
//- package.json
{ "name": "root" }
//- a/package.json
{ "name": "x" }
//- b/package.json
{ "name": "x" }
//- alone/package.json
{ "name": "x" }
"#;
    check(
        Rule::DuplicateName,
        tree,
        &[
            "npm:a [x] has the same name as npm:b: `x`; rename one of them",
            "npm:b [x] has the same name as npm:a: `x`; rename one of them",
        ],
    );
}

#[test]
fn the_root_of_an_npm_workspace_is_no_member() {
    let tree = r#"
//- package.json
{ "name": "x", "workspaces": ["*"] }
//- package-lock.json
{ "lockfileVersion": 3 }
//- a/package.json
{ "name": "x" }
"#;
    check(Rule::DuplicateName, tree, &[]);
}

#[test]
fn a_member_that_uv_passes_over_for_its_name_is_told_once() {
    let tree = "
//- pyproject.toml
[tool.uv.workspace]
members = [\"*\"]
//- a/pyproject.toml
[project]
name = \"My.Lib\"
//- b/pyproject.toml
[project]
name = \"my_lib\"
";
    check(
        Rule::DuplicateName,
        tree,
        &["python:b [my-lib] is named `my-lib` like the member `a`; rename one"],
    );
}

#[test]
fn maven_tells_versions_apart_and_names_outside_a_workspace_are_free() {
    let pom = |name: &str, version: &str| {
        format!(
            "//- {name}/pom.xml\n<project><groupId>g</groupId><artifactId>x</artifactId><version>{version}</version></project>\n"
        )
    };
    let root = "//- pom.xml\n<project><groupId>g</groupId><artifactId>root</artifactId><version>1</version>
                <modules><module>a</module><module>b</module></modules></project>\n";
    check(Rule::DuplicateName, &format!("{root}{}{}", pom("a", "1"), pom("b", "2")), &[]);
    check(Rule::DuplicateName, &format!("{}{}", pom("a", "1"), pom("b", "1")), &[]);
}

#[test]
fn members_that_are_not_there_are_told_and_patterns_are_not() {
    let tree = r#"
//- pnpm-workspace.yaml
packages: ["a", "gone", "none/*"]
//- package.json
{ "name": "root" }
//- a/package.json
{ "name": "a" }
"#;
    check(
        Rule::MissingMember,
        tree,
        &["npm:. [pnpm-workspace.yaml member `gone` has no package.json; restore it or remove the entry] \
         member `gone` has no package.json; restore it or remove the entry"],
    );
}

#[test]
fn manifests_that_do_not_parse_are_told_and_computed_values_are_not() {
    let tree = "
//- package.json
{ \"name\": \"root\", \"workspaces\": [\"*\"] }
//- a/package.json
{ \"name\": oops }
//- b/mix.exs
defmodule B.MixProject do
  use Mix.Project
  def project, do: [app: name(), version: version()]
end
//- c/deno.json

";
    check(
        Rule::InvalidManifest,
        tree,
        &["npm:. [a/package.json manifest.syntax] is not valid JSON: expected value at line 1 column 11"],
    );
}

#[test]
fn coordinates_that_the_build_may_be_given_are_not_wrong() {
    let pom = |group: &str| {
        format!("//- pom.xml\n<project>{group}<artifactId>a</artifactId><version>1</version></project>\n")
    };
    check(Rule::InvalidManifest, &pom("<groupId>${group}</groupId>"), &[]);
    check(
        Rule::InvalidManifest,
        &pom(""),
        &[
            "maven:. [pom.xml manifest.no_name] groupId or artifactId is missing; state it or name a parent that does",
        ],
    );
}

/// Packages of one pnpm workspace, each with its dependencies in JSON.
fn packages(packages: &[(&str, &str)]) -> String {
    let mut tree =
        "//- pnpm-workspace.yaml\npackages: ['*']\n//- package.json\n{ \"name\": \"root\" }\n".to_owned();
    for (name, fields) in packages {
        tree += &format!(
            "//- {name}/package.json\n{{ \"name\": \"{name}\", \"version\": \"1.2.0\", {fields} }}\n"
        );
    }
    tree
}

#[test]
fn the_minority_is_named() {
    let tree = packages(&[
        ("a", r#""dependencies": { "react": "^17.0.0" }"#),
        ("b", r#""dependencies": { "react": "^18" }"#),
        ("c", r#""dependencies": { "react": "18.x" }"#),
        ("d", r#""optionalDependencies": { "react": "^18.0.0" }"#),
    ]);
    check(
        Rule::VersionMismatch,
        &tree,
        &["npm:a [react] requires `react` at `^17.0.0`, while npm:b, npm:c and npm:d require it at `18.x`, \
         and no version satisfies both; align them"],
    );
}

#[test]
fn of_equally_many_the_newer_is_right() {
    let tree = packages(&[
        ("a", r#""dependencies": { "lodash": "^4.17.20" }"#),
        ("b", r#""dependencies": { "lodash": "^4.17.21" }"#),
    ]);
    check(
        Rule::VersionMismatch,
        &tree,
        &[
            "npm:a [lodash] requires `lodash` at `^4.17.20`, while npm:b requires it at `^4.17.21`; align them",
        ],
    );
}

#[test]
fn what_names_no_version_or_is_for_something_else_is_not_compared() {
    let tree = packages(&[
        ("a", r#""dependencies": { "x": "^1.0.0", "p": "^1" }, "peerDependencies": { "y": "^1" }"#),
        ("b", r#""dependencies": { "x": "catalog:", "p": "npm:q@^2" }, "peerDependencies": { "y": "^2" }"#),
        ("c", r#""dependencies": { "x": "github:a/x", "p": "latest" }"#),
        ("d", r#""dependencies": { "x": "file:../../x", "p": ">=2" }"#),
        ("e", r#""devDependencies": { "x": "^2.0.0", "p": "*" }"#),
    ]);
    check(Rule::VersionMismatch, &tree, &[]);
}

#[test]
fn two_spellings_of_one_requirement_are_one() {
    let tree = crates(&[
        ("a", "[dependencies]\nserde = \"1.2\"\nrand = \"0.8\""),
        ("b", "[dependencies]\nserde = \"^1.2.0\"\nrand = { version = \"0.9\" }"),
        ("c", "[dependencies]\nserde = { version = \">=1.2, <2\" }\nrand = \"=0.9.1\""),
        // Several versions in one project are there on purpose.
        ("d", "[dependencies]\nrand = \"0.7\"\nrand_old = { package = \"rand\", version = \"0.6\" }"),
    ]);
    check(
        Rule::VersionMismatch,
        &tree,
        &[
            "cargo:a [rand] requires `rand` at `0.8`, while cargo:b requires it at `0.9`, and no version \
         satisfies both; align them",
            "cargo:c [rand] requires `rand` at `=0.9.1`, while cargo:b requires it at `0.9`; align them",
        ],
    );
}

#[test]
fn only_what_is_installed_together_is_compared() {
    let member = r#"
//- package.json
{ "workspaces": ["a"] }
//- a/package.json
{ "name": "a", "dependencies": { "react": "^18" } }
"#;
    let alone = r#"
//- examples/x/package.json
{ "name": "x", "dependencies": { "react": "^16" } }
//- examples/y/package.json
{ "name": "y", "dependencies": { "react": "^17" } }
"#;
    check(Rule::VersionMismatch, &format!("{member}{alone}"), &[]);
    check(
        Rule::VersionMismatch,
        alone,
        &["npm:examples/x [react] requires `react` at `^16`, while npm:examples/y requires it at `^17`, \
         and no version satisfies both; align them"],
    );
}

#[test]
fn a_version_of_maven_is_compared_with_its_properties_resolved() {
    let pom = |name: &str, version: &str| {
        format!(
            "//- {name}/pom.xml\n<project><parent><groupId>g</groupId><artifactId>root</artifactId><version>1</version></parent>
             <artifactId>{name}</artifactId><dependencies><dependency><groupId>o</groupId><artifactId>lib</artifactId>
             <version>{version}</version></dependency></dependencies></project>\n"
        )
    };
    let root = "//- pom.xml\n<project><groupId>g</groupId><artifactId>root</artifactId><version>1</version>
                <properties><lib>2.1</lib></properties>
                <modules><module>a</module><module>b</module><module>c</module><module>d</module></modules></project>\n";
    let tree =
        [root, &pom("a", "${lib}"), &pom("b", "2.1"), &pom("c", "2.0"), &pom("d", "${unknown}")].concat();
    check(
        Rule::VersionMismatch,
        &tree,
        &[
            "maven:c [o:lib] requires `o:lib` at `2.0`, while maven:a and maven:b require it at `2.1`; align them",
        ],
    );
}

#[test]
fn a_version_of_dotnet_that_depends_on_the_build_is_not_compared() {
    let project = |name: &str, item: &str| {
        format!("//- {name}/{name}.csproj\n<Project><ItemGroup>{item}</ItemGroup></Project>\n")
    };
    let plain = |version: &str| format!("<PackageReference Include=\"Lib\" Version=\"{version}\" />");
    let odd =
        "<PackageReference Include=\"Lib\" Version=\"8.0\" Condition=\"'$(TargetFramework)' == 'net8.0'\" />";
    check(Rule::VersionMismatch, &format!("{}{}", project("a", &plain("10.0")), project("b", odd)), &[]);
    let two = format!("{}{}", project("a", &plain("10.0")), project("b", &plain("9.0")));
    check(
        Rule::VersionMismatch,
        &two,
        &[
            "dotnet:b/b.csproj [Lib] requires `Lib` at `9.0`, while dotnet:a/a.csproj requires it at `10.0`; align them",
        ],
    );
}

#[test]
fn a_range_that_the_own_version_does_not_satisfy_is_told() {
    let cargo = crates(&[
        (
            "a",
            "[dependencies]\nb = { path = \"../b\", version = \"1.3\" }\nc = { path = \"../c\", version = \"1\" }",
        ),
        ("b", ""),
        ("c", ""),
    ]);
    check(
        Rule::UnsatisfiedRange,
        &cargo,
        &["cargo:a [b] takes `b` at `1.3`, but cargo:b has the version `1.2.0`; correct one of them"],
    );
    let npm = r#"
//- package.json
{ "name": "root", "workspaces": ["*"] }
//- package-lock.json
{ "lockfileVersion": 3 }
//- a/package.json
{ "name": "a", "version": "2.0.0" }
//- b/package.json
{ "name": "b", "version": "1.0.0", "dependencies": { "a": "^1.0.0", "c": "*" }, "peerDependencies": { "a": "^1 || ^2" } }
//- c/package.json
{ "name": "c", "dependencies": { "a": "npm:a@^1", "b": "latest" } }
"#;
    check(
        Rule::UnsatisfiedRange,
        npm,
        &[
            "npm:b [a] takes `a` at `^1.0.0`, but npm:a has the version `2.0.0`; correct one of them",
            "npm:c [a] takes `a` at `^1`, but npm:a has the version `2.0.0`; correct one of them",
        ],
    );
    let python = "
//- pyproject.toml
[tool.uv.workspace]
members = [\"*\"]
[tool.uv.sources]
lib = { workspace = true }
//- lib/pyproject.toml
[project]
name = \"lib\"
version = \"0.9\"
//- app/pyproject.toml
[project]
name = \"app\"
dependencies = [\"lib>=1.0\"]
";
    check(
        Rule::UnsatisfiedRange,
        python,
        &[
            "python:app [lib] takes `lib` at `>=1.0`, but python:lib has the version `0.9`; correct one of them",
        ],
    );
}

#[test]
fn pnpm_links_by_protocol_and_takes_the_rest_from_the_registry() {
    let tree = packages(&[
        ("a", r#""dependencies": { "b": "workspace:^2.0.0", "c": "^2.0.0", "d": "workspace:*" }"#),
        ("b", ""),
        ("c", ""),
        ("d", ""),
    ])
    .replace("\"1.2.0\",  }", "\"1.2.0\" }");
    check(
        Rule::UnsatisfiedRange,
        &tree,
        &["npm:a [b] takes `b` at `^2.0.0`, but npm:b has the version `1.2.0`; correct one of them"],
    );
}

#[test]
fn what_lies_below_a_workspace_and_is_no_member_is_told() {
    let tree = r#"
//- Cargo.toml
[workspace]
members = ["a"]
exclude = ["left"]
//- a/Cargo.toml
[package]
name = "a"
//- a/fuzz/Cargo.toml
[package]
name = "a-fuzz"
[workspace]
//- left/Cargo.toml
[package]
name = "left"
//- tools/x/Cargo.toml
[package]
name = "x"
"#;
    check(
        Rule::OutsideWorkspace,
        tree,
        &[
            "cargo:tools/x [cargo:.] is no member of the cargo workspace at `.` above it; list it there or, if it is \
         to stand alone, exclude it",
        ],
    );
    let without = "//- a/Cargo.toml\n[package]\nname = \"a\"\n";
    check(Rule::OutsideWorkspace, without, &[]);
}

#[test]
fn packages_of_npm_are_told_only_where_something_is_left_uninstalled() {
    let tree = r#"
//- pnpm-workspace.yaml
packages: ["packages/*", "!left/**"]
//- package.json
{ "name": "root" }
//- packages/a/package.json
{ "name": "a" }
//- packages/a/server/package.json
{ "name": "a/server", "dependencies": { "x": "1" } }
//- left/b/package.json
{ "name": "b", "dependencies": { "x": "1" } }
//- examples/bare/package.json
{ "type": "module" }
//- examples/real/package.json
{ "name": "real", "dependencies": { "x": "1" } }
"#;
    check(
        Rule::OutsideWorkspace,
        tree,
        &[
            "npm:examples/real [npm:.] is no member of the pnpm workspace at `.` above it; list it there or, if it \
         is to stand alone, exclude it",
        ],
    );
}

#[test]
fn what_a_workspace_ignores_or_nowhere_lists_is_not_left_out_of_it() {
    let melos = "
//- melos.yaml
packages: [packages/**]
ignore: [packages/old/**]
//- packages/a/pubspec.yaml
name: a
//- packages/old/b/pubspec.yaml
name: b
//- apps/c/pubspec.yaml
name: c
";
    check(
        Rule::OutsideWorkspace,
        melos,
        &[
            "dart:apps/c [dart:.] is no member of the melos workspace at `.` above it; list it there or, if it is \
         to stand alone, exclude it",
        ],
    );
    let nx = r#"
//- nx.json
{}
//- package.json
{ "name": "root" }
//- libs/a/project.json
{ "name": "a" }
//- libs/a/package.json
{ "name": "@x/a", "peerDependencies": { "y": "1" } }
"#;
    check(Rule::OutsideWorkspace, nx, &[]);
}

#[test]
fn a_finding_stays_the_same_when_lines_move() {
    let tree = crates(&[("a", "[dependencies]\nb = { path = \"../b\", version = \"9\" }"), ("b", "")]);
    let key = |text: &str| {
        let found = findings(text);
        (found[0].rule, found[0].project.clone(), found[0].subject.clone())
    };
    assert_eq!(key(&tree), key(&tree.replace("[dependencies]", "\n\n[dependencies]")));
}
