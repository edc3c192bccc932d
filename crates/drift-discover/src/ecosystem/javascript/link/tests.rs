use crate::ecosystem::tests::check;

/// Checks which of the dependencies of the package `a` link, in a workspace of two members with the root files
/// `root`. `b` is given by its fields. Each row is `name specifier` and, if it links, the path it links.
#[track_caller]
fn links(root: &str, b: &str, rows: &[(&str, &str, Option<&str>)]) {
    for (name, specifier, to) in rows {
        let fixture = format!(
            "{root}//- a/package.json\n{{\"name\": \"a\", \"version\": \"1.0.0\", \"dependencies\": {}}}\n\
             //- b/package.json\n{{{b}}}\n",
            serde_json::json!({ *name: *specifier })
        );
        let source = crate::MemorySource::fixture(&fixture);
        let discovery = crate::discover(&source, &crate::DiscoverOptions::default());
        let of_a = discovery.graph.edges.iter().filter(|edge| edge.from.0 == "npm:a");
        let got: Vec<&str> = of_a.map(|edge| edge.to.0.strip_prefix("npm:").unwrap()).collect();
        assert_eq!(got, Vec::from_iter(*to), "{name}: {specifier}");
        let a = discovery.graph.projects.iter().find(|project| project.id.0 == "npm:a").unwrap();
        assert_eq!(a.external.is_empty(), to.is_some(), "a dependency is a link or external: {specifier}");
    }
}

const B: &str = r#""name": "b", "version": "1.2.3""#;
const PRERELEASE: &str = r#""name": "b", "version": "2.0.0-beta.1""#;
const NO_VERSION: &str = r#""name": "b""#;
const PNPM: &str = "//- pnpm-workspace.yaml\npackages: [a, b]\n";
const PNPM_LINKING: &str = "//- pnpm-workspace.yaml\npackages: [a, b]\nlinkWorkspacePackages: true\n";
const NPM: &str =
    "//- package.json\n{\"name\": \"root\", \"version\": \"1.0.0\", \"workspaces\": [\"a\", \"b\"]}\n";
const YARN_1: &str = "//- package.json\n{\"private\": true, \"workspaces\": [\"a\", \"b\"], \"packageManager\": \"yarn@1.22.22\"}\n";
const YARN: &str = "//- package.json\n{\"name\": \"root\", \"version\": \"1.0.0\", \"workspaces\": [\"a\", \"b\"], \"packageManager\": \"yarn@4.5.0\"}\n";

#[test]
fn the_workspace_protocol_in_all_its_forms() {
    let always = [
        ("b", "workspace:*", Some("b")),
        ("b", "workspace:^", Some("b")),
        ("b", "workspace:~", Some("b")),
        ("b", "workspace:", Some("b")),
        ("b", "workspace:^1.0.0", Some("b")),
        ("b", "workspace:1.2.3", Some("b")),
        ("x", "workspace:b@*", Some("b")),
        ("x", "workspace:../b", Some("b")),
        ("x", "workspace:*", None),
    ];
    for root in [PNPM, NPM, YARN_1, YARN] {
        links(root, B, &always);
    }
    links(
        PNPM,
        r#""name": "@s/b""#,
        &[("@s/b", "workspace:*", Some("b")), ("x", "workspace:@s/b@^", Some("b"))],
    );
    links(YARN, B, &[("b", "workspace:b", Some("b"))]);
}

#[test]
fn a_workspace_range_that_nothing_satisfies() {
    links(PNPM, B, &[("b", "workspace:^2.0.0", Some("b"))]);
    links(YARN, B, &[("b", "workspace:^2.0.0", None)]);
    check(
        &format!("{YARN}//- a/package.json\n{{\"name\": \"a\",\n\"dependencies\": {{\"b\": \"workspace:^2.0.0\"}}}}\n//- b/package.json\n{{{B}}}"),
        "workspace npm:. yarn
         npm:. root@1.0.0 in npm:.
         npm:a a in npm:.
         + b workspace:^2.0.0 normal
         npm:b b@1.2.3 in npm:.
         problem a/package.json:2 link.unresolved: no member is what `b` asks for with `workspace:^2.0.0`; correct one of them",
    );
}

#[test]
fn paths_link_whatever_the_name() {
    for root in [PNPM, NPM, YARN_1, YARN, ""] {
        links(
            root,
            B,
            &[
                ("x", "link:../b", Some("b")),
                ("x", "file:../b", Some("b")),
                ("x", "file:../b/", Some("b")),
                ("x", "file:..\\b", Some("b")),
                ("x", "portal:../b", Some("b")),
                ("x", "../b", Some("b")),
                ("x", "./../b", Some("b")),
                ("b", "link:../nowhere", None),
                ("b", "link:../../../b", None),
                ("b", "file:../b.tgz", None),
                ("b", "file:/b", None),
                ("b", "link:~/b", None),
                ("b", "github:b/b", None),
                ("b", "b/b", None),
                ("b", "git+ssh://git@example.org/b.git#v1", None),
                ("b", "https://example.org/b.tgz", None),
            ],
        );
    }
}

#[test]
fn plain_ranges_of_npm_link_when_satisfied() {
    let npm = [
        ("b", "^1.0.0", Some("b")),
        ("b", "*", Some("b")),
        ("b", "", Some("b")),
        ("b", "1.x || 3.x", Some("b")),
        ("b", "1.0.0 - 1.3.0", Some("b")),
        ("b", ">=1.2.3 <2", Some("b")),
        ("b", "^2.0.0", None),
        ("b", "1.2.2", None),
        ("b", "latest", None),
        ("b", "npm:b@^1.0.0", Some("b")),
        ("x", "npm:b@^1.0.0", None),
        ("root", "^1.0.0", None),
    ];
    links(NPM, B, &npm);
    links(NPM, PRERELEASE, &[("b", "*", Some("b")), ("b", "^2.0.0", None), ("b", "^2.0.0-alpha", Some("b"))]);
    links(NPM, NO_VERSION, &[("b", "*", Some("b")), ("b", "^1.0.0", None)]);
    links(NPM, "", &[("b", "*", Some("b"))]);
}

#[test]
fn plain_ranges_of_bun() {
    let bun = NPM.to_owned() + "//- bun.lock\n{}\n";
    let plain = [
        ("b", "^1.0.0", Some("b")),
        ("b", "*", Some("b")),
        ("b", "1.x || 3.x", Some("b")),
        ("b", "^2.0.0", None),
        ("b", "", None),
        ("b", "latest", None),
        ("x", "npm:b@^1.0.0", Some("b")),
        ("root", "^1.0.0", None),
    ];
    links(&bun, B, &plain);
    for b in [PRERELEASE, NO_VERSION] {
        let any = ["*", "x", ">=0", "workspace:x"].map(|range| ("b", range, Some("b")));
        links(&bun, b, &any);
        links(&bun, b, &[("b", ">=1", None), ("b", "^1.0.0", None)]);
    }
    // What is private has no tags in the registry.
    let private = r#""name": "b", "version": "1.2.3", "private": true"#;
    links(&bun, private, &[("b", "latest", Some("b")), ("b", "", Some("b")), ("b", "^2.0.0", None)]);
    let strict = bun + "//- bunfig.toml\n[install]\nlinkWorkspacePackages = false\n";
    links(&strict, B, &[("b", "^1.0.0", None), ("b", "workspace:^", Some("b"))]);
}

#[test]
fn plain_ranges_of_yarn() {
    let both = [
        ("b", "^1.0.0", Some("b")),
        ("b", "", Some("b")),
        ("b", "*", Some("b")),
        ("b", "^2.0.0", None),
        ("b", "latest", None),
    ];
    links(YARN_1, B, &both);
    links(YARN, B, &both);
    for root in [YARN_1, YARN] {
        links(root, PRERELEASE, &[("b", "*", None)]);
    }
    links(YARN_1, B, &[("x", "npm:b@^1.0.0", None), ("b", "npm:b@^1.0.0", None)]);
    links(
        YARN,
        B,
        &[("x", "npm:b@^1.0.0", Some("b")), ("b", "npm:^1.0.0", Some("b")), ("root", "^1.0.0", Some("."))],
    );
    let opaque = YARN.to_owned() + "//- .yarnrc.yml\nenableTransparentWorkspaces: false\n";
    links(&opaque, B, &[("b", "^1.0.0", None), ("b", "workspace:^", Some("b"))]);
}

#[test]
fn plain_ranges_of_pnpm_link_only_where_switched_on() {
    let ranges = |to| [("b", "^1.0.0", to), ("b", "*", to), ("b", "1.2.3", to), ("x", "npm:b@^1.0.0", to)];
    let npmrc = |line: &str| format!("{PNPM}//- .npmrc\n# links\n{line}\n");
    links(PNPM, B, &ranges(None));
    links(PNPM_LINKING, B, &ranges(Some("b")));
    links(&PNPM_LINKING.replace("true", "deep"), B, &ranges(Some("b")));
    links(&npmrc("link-workspace-packages=true"), B, &ranges(Some("b")));
    links(&npmrc("link-workspace-packages = \"deep\""), B, &ranges(Some("b")));
    // pnpm-workspace.yaml overrules .npmrc.
    let both = format!("{}//- .npmrc\nlink-workspace-packages=true\n", PNPM_LINKING.replace("true", "false"));
    links(&both, B, &ranges(None));
    links(PNPM_LINKING, B, &[("b", "^2.0.0", None), ("b", "latest", None)]);
    links(PNPM_LINKING, PRERELEASE, &[("b", "*", Some("b")), ("b", "^2.0.0", None)]);
    let prefer = PNPM_LINKING.to_owned() + "preferWorkspacePackages: true\n";
    links(&prefer, B, &[("b", "latest", Some("b")), ("b", "^2.0.0", None)]);
}

#[test]
fn pnpm_before_9_links_plain_ranges_by_default() {
    let versioned = |field: &str| format!("{PNPM}//- package.json\n{{{field}}}\n");
    let linked = |to| [("b", "^1.0.0", to)];
    links(&versioned(r#""packageManager": "pnpm@8.15.0+sha256.abc""#), B, &linked(Some("b")));
    links(&versioned(r#""packageManager": "pnpm@9.0.0""#), B, &linked(None));
    links(
        &versioned(r#""devEngines": {"packageManager": {"name": "pnpm", "version": "^8.1.0"}}"#),
        B,
        &linked(Some("b")),
    );
    links(&format!("{PNPM}//- pnpm-lock.yaml\nlockfileVersion: '6.0'\n"), B, &linked(Some("b")));
    links(&format!("{PNPM}//- pnpm-lock.yaml\nlockfileVersion: 5.4\n"), B, &linked(Some("b")));
    links(&format!("{PNPM}//- pnpm-lock.yaml\nlockfileVersion: '9.0'\n"), B, &linked(None));
    let engines = |range: &str| versioned(&format!(r#""engines": {{"pnpm": "{range}"}}"#));
    links(&engines("^8.6.0"), B, &linked(Some("b")));
    links(&engines(">=7"), B, &linked(None));
    let off = versioned(r#""packageManager": "pnpm@8.15.0""#) + "//- .npmrc\nlink-workspace-packages=false\n";
    links(&off, B, &linked(None));
}

#[test]
fn catalogs_are_looked_up_and_never_link_by_themselves() {
    let catalogs = |lines: &str| format!("{PNPM_LINKING}{lines}\n");
    links(
        &catalogs("catalog: {b: ^1.0.0}"),
        B,
        &[("b", "catalog:", Some("b")), ("b", "catalog:default", Some("b"))],
    );
    links(&catalogs("catalogs: {old: {b: ^0.1.0}}"), B, &[("b", "catalog:old", None)]);
    links(&catalogs("catalog: {b: 'workspace:*'}"), B, &[("b", "catalog:", None)]);
    links(&format!("{PNPM}catalog: {{b: ^1.0.0}}\n"), B, &[("b", "catalog:", None)]);
    let yarn = YARN.to_owned() + "//- .yarnrc.yml\ncatalog:\n  b: ^1.0.0\n";
    links(&yarn, B, &[("b", "catalog:", Some("b"))]);
    let bun = "//- package.json\n{\"workspaces\": {\"packages\": [\"a\", \"b\"], \"catalog\": {\"b\": \"^1.0.0\"}}}\n//- bun.lock\n{}\n";
    links(bun, B, &[("b", "catalog:", Some("b"))]);
    let bun = bun.replace("^1.0.0", "workspace:*");
    links(&bun, B, &[("b", "catalog:", Some("b"))]);
    check(
        &format!(
            "{PNPM}//- a/package.json\n{{\"devDependencies\": {{\"x\": \"catalog:ui\"}}}}\n//- b/package.json\n{{}}\n"
        ),
        "workspace npm:. pnpm
         npm:a (no name) in npm:.
         + x catalog:ui dev
         npm:b (no name) in npm:.
         problem a/package.json:1 catalog.missing: catalog `ui` has no `x`; add it there",
    );
}

#[test]
fn of_several_versions_the_newest_that_satisfies() {
    check(
        r#"
//- pnpm-workspace.yaml
packages: [a, b1, b2]
linkWorkspacePackages: true
//- a/package.json
{"name": "a", "dependencies": {"b": "^1.0.0"}, "devDependencies": {"b": "workspace:*"}}
//- b1/package.json
{"name": "b", "version": "1.0.0"}
//- b2/package.json
{"name": "b", "version": "2.0.0"}
"#,
        "workspace npm:. pnpm
         npm:a a in npm:.
         npm:b1 b@1.0.0 in npm:.
         npm:b2 b@2.0.0 in npm:.
         npm:a -> npm:b1 normal
         npm:a -> npm:b2 dev",
    );
}

#[test]
fn kinds_and_peers() {
    check(
        r#"
//- package.json
{"name": "root", "workspaces": ["*"]}
//- a/package.json
{
  "name": "a",
  "dependencies": {"b": "*", "c": "*", "a": "*", "left-pad": "^1.0.0"},
  "devDependencies": {"d": "*", "b": "*"},
  "optionalDependencies": {"c": "*"},
  "peerDependencies": {"d": "*", "e": "*", "react": ">=18"}
}
//- b/package.json
{"name": "b", "version": "1.0.0"}
//- c/package.json
{"name": "c", "version": "1.0.0"}
//- d/package.json
{"name": "d", "version": "1.0.0"}
//- e/package.json
{"name": "e", "version": "1.0.0"}
"#,
        "workspace npm:. npm
         npm:. root in npm:.
         npm:a a in npm:.
         + left-pad ^1.0.0 normal
         + react >=18 peer
         npm:b b@1.0.0 in npm:.
         npm:c c@1.0.0 in npm:.
         npm:d d@1.0.0 in npm:.
         npm:e e@1.0.0 in npm:.
         npm:a -> npm:b normal
         npm:a -> npm:b dev
         npm:a -> npm:c optional
         npm:a -> npm:d dev
         npm:a -> npm:e peer",
    );
}

#[test]
fn the_root_overrides_what_members_ask_for() {
    let pnpm = |line: &str| format!("{PNPM}overrides:\n  {line}\n");
    let linked = [("b", "^9.0.0", Some("b"))];
    let not_linked = [("b", "^9.0.0", None)];
    links(&pnpm("b: 'workspace:*'"), B, &linked);
    links(&pnpm("b: 'link:b'"), B, &linked);
    links(&pnpm("'a>b': 'workspace:*'"), B, &linked);
    links(&pnpm("'z>b': 'workspace:*'"), B, &not_linked);
    links(&pnpm("'b@^9': 'workspace:*'"), B, &linked);
    links(&pnpm("'b@^8': 'workspace:*'"), B, &not_linked);
    links(&pnpm("b: '-'"), B, &[("b", "workspace:*", None)]);
    links(&pnpm("b: ^1.0.0"), B, &[("b", "workspace:*", None)]);
    let field = |field: &str| {
        format!("{PNPM}//- package.json\n{{{field}, \"dependencies\": {{\"b\": \"workspace:*\"}}}}\n")
    };
    links(&field(r#""pnpm": {"overrides": {"b": "$b"}}"#), B, &linked);
    links(&field(r#""resolutions": {"b": "workspace:*"}"#), B, &linked);
    let yarn = |rule: &str| YARN.replace("\"name\": \"root\"", &format!("\"resolutions\": {{{rule}}}"));
    links(&yarn(r#""b": "workspace:*""#), B, &linked);
    links(&yarn(r#""b": "portal:./b""#), B, &linked);
    links(&yarn(r#""a/b": "workspace:*""#), B, &linked);
    links(&yarn(r#""z/b": "workspace:*""#), B, &not_linked);
    links(&yarn(r#""b@npm:^9.0.0": "workspace:*""#), B, &linked);
    links(&yarn(r#""b@^8.0.0": "workspace:*""#), B, &not_linked);
    let npm = |rule: &str| NPM.replace("\"name\": \"root\"", &format!("\"overrides\": {{{rule}}}"));
    links(&npm(r#""a": {"b": "1.2.3"}"#), B, &linked);
    links(&npm(r#""z": {"b": "1.2.3"}"#), B, &not_linked);
    links(&npm(r#""b": {".": "1.2.3"}"#), B, &linked);
}
