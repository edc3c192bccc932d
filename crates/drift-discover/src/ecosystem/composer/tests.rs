use crate::ecosystem::tests::check;

#[test]
fn packages_link_by_name_and_a_root_that_replaces_them_is_their_workspace() {
    check(
        r#"
//- composer.json
{
  "name": "acme/framework", "version": "1.2.0",
  "require": {"php": "^8.2", "psr/log": "^3"},
  "require-dev": {"acme/tools": "*"},
  "replace": {"acme/Log": "self.version", "acme/elsewhere": "self.version"}
}
//- src/Log/composer.json
{"name": "acme/log", "require": {"acme/contracts": "^1"}, "require-dev": {"Acme/Framework": "*", "acme/log": "*"}}
//- src/Contracts/composer.json
{"name": "acme/contracts", "require": {"acme/elsewhere": "^1"}}
//- tools/composer.json
{"name": "acme/tools"}
//- tests/fixtures/app/composer.json
{"name": "fixture/app"}
//- vendor/psr/log/composer.json
{"name": "psr/log"}
"#,
        "
        workspace composer:. composer
        composer:. acme/framework@1.2.0 in composer:.
        + php ^8.2 normal
        + psr/log ^3 normal
        composer:src/Contracts acme/contracts
        + acme/elsewhere ^1 normal
        composer:src/Log acme/log in composer:.
        composer:tools acme/tools
        composer:. -> composer:tools dev
        composer:src/Log -> composer:. dev
        composer:src/Log -> composer:src/Contracts normal
        ",
    );
}

#[test]
fn path_repositories_are_patterns_and_list_members_anywhere() {
    check(
        r#"
//- app/composer.json
{
  "repositories": [
    {"type": "path", "url": "../{packages,more}/*"},
    {"type": "path", "url": "../tests/fixtures/kit/"},
    {"type": "path", "url": "../gone"},
    {"type": "path", "url": "~/elsewhere"},
    {"type": "path", "url": "../../outside"},
    {"type": "vcs", "url": "https://example.org/x.git"},
    {"packagist.org": false}
  ],
  "require": {"acme/a": "@dev", "acme/provided": "*", "acme/same": "*"}
}
//- packages/a/composer.json
{"name": "acme/a", "replace": {"acme/provided": "*"}}
//- packages/empty/README.md
//- more/same/composer.json
{"name": "acme/same"}
//- other/same/composer.json
{"name": "acme/same"}
//- other/user/composer.json
{"name": "acme/user", "require": {"acme/same": "*"}}
//- tests/fixtures/kit/composer.json
{"name": "acme/kit", "repositories": {"own": {"type": "path", "url": "part"}}}
//- tests/fixtures/kit/part/composer.json
{"name": "acme/part"}
"#,
        "
        workspace composer:app composer
        composer:app (no name) in composer:app
        composer:more/same acme/same in composer:app
        composer:other/same acme/same
        composer:other/user acme/user
        composer:packages/a acme/a in composer:app
        composer:tests/fixtures/kit acme/kit in composer:app
        composer:app -> composer:more/same normal
        composer:app -> composer:packages/a normal
        problem app/composer.json:5 repository.missing: the path repository `../gone` is no directory; correct or remove it
        problem app/composer.json:6 repository.computed: the path repository `~/elsewhere` depends on the environment; it is not read
        problem other/user/composer.json dependency.ambiguous: `acme/same` is the name of `more/same` and of `other/same`; add a path repository that names one
        ",
    );
}

#[test]
fn broken_manifests_are_problems() {
    check(
        r#"
//- a/composer.json
{"name": "a/a",
//- b/composer.json
[1]
//- c/composer.json
{"name": 7, "require": [], "repositories": "x", "replace": null}
"#,
        "
        composer:c (no name)
        problem a/composer.json:2 manifest.syntax: is not valid JSON: EOF while parsing a value at line 2 column 0
        problem b/composer.json:1 manifest.syntax: is not a JSON object; make it one
        ",
    );
}
