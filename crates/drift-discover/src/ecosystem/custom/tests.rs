use super::{CustomEcosystem, DependencyKeys, Format};
use crate::ecosystem::tests::check_with;
use crate::graph::EdgeKind;
use crate::options::DiscoverOptions;

fn keys(path: &str) -> Vec<String> {
    path.split('.').filter(|key| !key.is_empty()).map(str::to_owned).collect()
}

fn dependencies(at: &str, kind: EdgeKind) -> DependencyKeys {
    DependencyKeys {
        at: keys(at),
        kind,
        name: keys("name"),
        path: keys("path"),
        requirement: keys("version"),
    }
}

fn acme(files: &[&str], format: Format) -> CustomEcosystem {
    CustomEcosystem {
        name: "acme".into(),
        files: files.iter().map(|&file| file.to_owned()).collect(),
        format,
        manager: "acme-build".into(),
        project_name: keys("name"),
        project_version: keys("version"),
        members: keys("workspace.members"),
        dependencies: vec![dependencies("needs", EdgeKind::Normal), dependencies("dev.needs", EdgeKind::Dev)],
    }
}

#[track_caller]
fn check(ecosystem: CustomEcosystem, fixture: &str, expected: &str) {
    let options = DiscoverOptions { ecosystems: vec![ecosystem], ..DiscoverOptions::default() };
    check_with(&options, fixture, expected);
}

#[test]
fn members_and_dependencies_by_name_and_by_path() {
    check(
        acme(&["acme.json"], Format::Json),
        r#"
//- acme.json
{ "workspace": { "members": ["libs/*", "!libs/old", ".hidden/tool", "apps/one/acme.json"] } }
//- libs/core/acme.json
{ "name": "core", "version": 2, "needs": { "log": "^1", "elsewhere": { "version": ">=3" } } }
//- libs/log/acme.json
{ "name": "log", "version": "1.0.0" }
//- libs/old/acme.json
{ "name": "old", "needs": ["core"] }
//- libs/empty/readme.md
//- .hidden/tool/acme.json
{ "name": "tool", "needs": ["../../libs/core", { "path": "../../libs/log", "name": "x" }] }
//- apps/one/acme.json
{ "needs": { "core": "./../../libs/core", "gone": "../gone" }, "dev": { "needs": ["tool", "one"] } }
//- fixtures/sample/acme.json
{ "name": "sample" }
//- package.json
{ "name": "beside" }
"#,
        "
        workspace acme:. acme-build
        acme:.hidden/tool tool in acme:.
        acme:apps/one (no name) in acme:.
        + one  dev
        acme:libs/core core@2 in acme:.
        + elsewhere >=3 normal
        acme:libs/log log@1.0.0 in acme:.
        acme:libs/old old
        npm:. beside
        acme:.hidden/tool -> acme:libs/core normal
        acme:.hidden/tool -> acme:libs/log normal
        acme:apps/one -> acme:.hidden/tool dev
        acme:apps/one -> acme:libs/core normal
        acme:libs/core -> acme:libs/log normal
        acme:libs/old -> acme:libs/core normal
        problem apps/one/acme.json dependency.missing: the dependency `../gone` is no project; correct or remove it
        ",
    );
}

#[test]
fn every_format_says_the_same() {
    let expected = "
        workspace acme:. acme-build
        acme:. top@1.5 in acme:.
        acme:a a in acme:.
        + far ~2 normal
        acme:. -> acme:a dev
        ";
    let tree = |name: &str, top: &str, a: &str| format!("//- {name}\n{top}\n//- a/{name}\n{a}\n");
    check(
        acme(&["m.jsonc"], Format::Jsonc),
        &tree(
            "m.jsonc",
            r#"{ "name": "top", "version": "1.5", /* all */ "workspace": { "members": ["a"] }, "dev": { "needs": ["a"] }, }"#,
            r#"{ "name": "a", "needs": [{ "name": "far", "version": "~2" }] }"#,
        ),
        expected,
    );
    check(
        acme(&["m.toml"], Format::Toml),
        &tree(
            "m.toml",
            "name = 'top'\nversion = 1.5\n[workspace]\nmembers = ['a']\n[dev]\nneeds = ['a']",
            "name = 'a'\n[needs]\nfar = '~2'",
        ),
        expected,
    );
    check(
        acme(&["m.y*ml"], Format::Yaml),
        &tree(
            "m.yaml",
            "name: top\nversion: 1.5\nworkspace:\n  members: [a]\ndev:\n  needs:\n    - a",
            "name: a\nneeds:\n  - name: far\n    version: ~2",
        ),
        &expected.replace("~2", "~2"),
    );
    let xml = CustomEcosystem {
        project_name: keys("module.@name"),
        project_version: keys("module.version"),
        members: keys("module.modules.module"),
        dependencies: vec![
            DependencyKeys {
                name: keys("@ref"),
                requirement: keys("@range"),
                ..dependencies("module.needs.need", EdgeKind::Normal)
            },
            dependencies("module.test.need", EdgeKind::Dev),
        ],
        ..acme(&["module.xml"], Format::Xml)
    };
    check(
        xml,
        &tree(
            "module.xml",
            "<module name='top'><version> 1.5 </version><modules><module>a</module></modules><test><need>a</need></test></module>",
            "<module name='a'><needs><need ref='far' range='~2'/></needs></module>",
        ),
        expected,
    );
}

#[test]
fn what_is_malformed_is_a_problem_and_the_rest_counts() {
    check(
        acme(&["*.acme"], Format::Json),
        r#"
//- a/x.acme
{ "name": ["no", "text"], "version": {}, "needs": [7, "b", []], "dev": { "needs": { "b": ["x"] } } }
//- b/one.acme
{ "name": "b" }
//- b/two.acme
{ "name": "left out" }
//- c/x.acme
{ "name": "c",
//- d/x.acme
[1]
//- e/x.acme
{ "workspace": { "members": ["none", "../../../out", {}] }, "needs": "twin" }
//- f/x.acme
{ "name": "twin" }
//- g/x.acme
{ "name": "twin" }
"#,
        "
        workspace acme:e acme-build
        acme:a (no name)
        acme:b b
        acme:f twin
        acme:g twin
        acme:a -> acme:b normal
        problem a/x.acme manifest.value: `dev.needs` is not a table of requirements; it is left out
        problem a/x.acme manifest.value: `name` is not a text; it is left out
        problem a/x.acme manifest.value: `needs` is not a list of names, of paths or of tables that have one; it is left out
        problem a/x.acme manifest.value: `version` is not a text; it is left out
        problem b/two.acme manifest.ambiguous: is left out, since `b/one.acme` is the manifest of this directory
        problem c/x.acme:2 manifest.syntax: is not valid JSON: EOF while parsing a value at line 2 column 0
        problem d/x.acme:1 manifest.syntax: is not a table of keys; make it one
        problem e/x.acme manifest.value: `workspace.members` is not a list of texts; it is left out
        problem e/x.acme:1 member.missing: the member `none` matches no project; correct or remove it
        problem e/x.acme:1 member.pattern: pattern `../../../out` leaves the repository
        ",
    );
}

#[test]
fn a_name_that_several_have_is_the_one_of_the_same_workspace_or_none() {
    check(
        acme(&["acme.json"], Format::Json),
        r#"
//- one/acme.json
{ "workspace": { "members": ["*"] } }
//- one/a/acme.json
{ "name": "a", "needs": ["twin"] }
//- one/t/acme.json
{ "name": "twin" }
//- two/acme.json
{ "name": "two", "needs": ["twin"] }
//- three/acme.json
{ "name": "twin" }
"#,
        "
        workspace acme:one acme-build
        acme:one/a a in acme:one
        acme:one/t twin in acme:one
        acme:three twin
        acme:two two
        acme:one/a -> acme:one/t normal
        problem two/acme.json dependency.ambiguous: `twin` is the name of `one/t` and of `three`; name the one that is meant by its path
        ",
    );
}

#[test]
fn manifests_of_a_built_in_ecosystem_count_for_both() {
    let plugins = CustomEcosystem {
        dependencies: vec![dependencies("plugins", EdgeKind::Plugin)],
        members: Vec::new(),
        ..acme(&["package.json"], Format::Json)
    };
    check(
        plugins,
        r#"
//- a/package.json
{ "name": "a", "plugins": ["b"] }
//- b/package.json
{ "name": "b" }
"#,
        "
        acme:a a
        acme:b b
        npm:a a
        npm:b b
        acme:a -> acme:b plugin
        ",
    );
}
