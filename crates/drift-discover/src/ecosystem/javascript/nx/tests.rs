use super::has_word;
use crate::ecosystem::tests::check;

#[test]
fn a_project_json_makes_or_augments_a_project() {
    check(
        r#"
//- nx.json
{}
//- package.json
{"name": "root", "workspaces": ["packages/*"]}
//- packages/core/package.json
{"name": "@s/core", "nx": {"implicitDependencies": ["tools"]}}
//- packages/cli/package.json
{"name": "@s/cli", "dependencies": {"@s/core": "*"}}
//- packages/cli/project.json
{"name": "cli", "implicitDependencies": ["@s/core", "tools"]}
//- Tools/project.json
{
  // The name is that of the directory.
  "implicitDependencies": [],
}
//- e2e/project.json
{"name": "e2e", "tags": ["t"], "implicitDependencies": ["cli", "core"]}
//- outer/fixtures/app/project.json
{"name": "app"}
"#,
        "workspace npm:. npm
         npm:. root in npm:.
         npm:packages/cli @s/cli in npm:.
         npm:packages/core @s/core in npm:.
         nx:Tools tools in npm:.
         nx:e2e e2e in npm:.
         nx:outer/fixtures/app app in npm:.
         npm:packages/cli -> npm:packages/core normal
         npm:packages/cli -> npm:packages/core implicit
         npm:packages/cli -> nx:Tools implicit
         npm:packages/core -> nx:Tools implicit
         nx:e2e -> npm:packages/cli implicit
         nx:e2e -> npm:packages/core implicit",
    );
}

#[test]
fn implicit_dependencies_by_glob_tag_directory_and_negation() {
    let tree = |implicit: &str| {
        format!(
            r#"
//- nx.json
{{}}
//- apps/a/project.json
{{"name": "a", "tags": ["app"]}}
//- apps/b/project.json
{{"name": "b", "tags": ["app"]}}
//- libs/lib-c/project.json
{{"name": "lib-c"}}
//- e2e/project.json
{{"name": "e2e", "implicitDependencies": [{implicit}]}}
"#
        )
    };
    let projects = "workspace npm:. nx
         nx:apps/a a in npm:.
         nx:apps/b b in npm:.
         nx:e2e e2e in npm:.
         nx:libs/lib-c lib-c in npm:.\n";
    for (implicit, edges) in [
        (r#""*", "!b""#, "nx:e2e -> nx:apps/a implicit\nnx:e2e -> nx:libs/lib-c implicit"),
        (r#""lib-*""#, "nx:e2e -> nx:libs/lib-c implicit"),
        (r#""tag:app""#, "nx:e2e -> nx:apps/a implicit\nnx:e2e -> nx:apps/b implicit"),
        (r#""apps/*", "!tag:none""#, "nx:e2e -> nx:apps/a implicit\nnx:e2e -> nx:apps/b implicit"),
        (r#""directory:libs/**""#, "nx:e2e -> nx:libs/lib-c implicit"),
        (r#""!a""#, ""),
        (
            r#""gone""#,
            "problem e2e/project.json:1 link.unresolved: implicit dependency `gone` names no project; correct or remove it",
        ),
    ] {
        check(&tree(implicit), &format!("{projects}{edges}"));
    }
}

#[test]
fn nxignore_hides_projects_and_without_nx_json_there_are_none() {
    check("//- nx.json\n{}\n//- .nxignore\n# samples\nsamples/\n//- samples/a/project.json\n{}\n", "");
    check("//- a/project.json\n{\"name\": \"a\"}\n", "");
}

#[test]
fn words_stand_alone() {
    assert!(has_word("@s/core", "core"));
    assert!(has_word("CORE_x", "core"));
    assert!(!has_word("core-e2e", "core"));
    assert!(!has_word("@core/x", "core"));
    assert!(!has_word("x", ""));
}
