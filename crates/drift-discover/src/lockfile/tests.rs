use super::{FORMATS, LockText, Touched, is_lock_file, lock_change};
use crate::graph::{Ecosystem, EdgeKind, ExternalDependency, Project, ProjectGraph, ProjectId};
use crate::path::RepoPath;

/// `path name dep@range …` for each project.
fn graph(ecosystem: &'static str, projects: &[&str]) -> ProjectGraph {
    let project = |line: &&str| {
        let mut words = line.split(' ');
        let (path, name) = (words.next().unwrap(), words.next());
        let external = words.map(|dep| {
            let (name, requirement) = dep.rsplit_once('@').unwrap();
            ExternalDependency { name: name.into(), kind: EdgeKind::Normal, requirement: requirement.into() }
        });
        Project {
            id: ProjectId(format!("{ecosystem}:{path}")),
            name: name.map(str::to_owned),
            version: None,
            ecosystem: Ecosystem::of(ecosystem),
            path: RepoPath::new(path).unwrap(),
            manifest: RepoPath::new(path).unwrap(),
            workspace: None,
            private: false,
            languages: Vec::new(),
            frameworks: Vec::new(),
            external: external.collect(),
        }
    };
    ProjectGraph { projects: projects.iter().map(project).collect(), ..ProjectGraph::default() }
}

fn shown(file: &str, before: LockText, after: LockText, graph: &ProjectGraph) -> String {
    let change = lock_change(&RepoPath::new(file).unwrap(), before, after, graph, graph).unwrap();
    match change.touched {
        Touched::Users(users) => {
            let users = users.iter().map(|(id, packages)| {
                let packages = packages.iter().map(|change| {
                    format!("{} {}→{}", change.name, change.from.join("+"), change.to.join("+"))
                });
                format!("{id}: {}", packages.collect::<Vec<_>>().join(", "))
            });
            users.collect::<Vec<_>>().join("; ")
        }
        Touched::Everything { reason, projects } => format!("all {}: {reason}", projects.len()),
    }
}

/// Replaces `from` by `to` in `text` and compares; the way back must touch the same projects.
#[track_caller]
fn check(file: &str, graph: &ProjectGraph, text: &str, from: &str, to: &str, expected: &str) {
    assert!(text.contains(from), "{from:?} is in the fixture");
    let changed = text.replace(from, to);
    let both = |one: &str, two: &str| shown(file, Ok(Some(one.into())), Ok(Some(two.into())), graph);
    assert_eq!(both(text, &changed), expected);
    assert_eq!(both(text, text), "");
    let touched = |text: String| {
        text.split("; ").map(|user| user.split(": ").next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(touched(both(&changed, text)), touched(expected.to_owned()));
}

const NPM: &str = r#"{
  "name": "root", "lockfileVersion": 3, "packages": {
    "": {"workspaces": ["a", "b"], "devDependencies": {"tool": "^1"}},
    "a": {"name": "a", "version": "1.0.0", "dependencies": {"left": "^1", "b": "*"}},
    "b": {"version": "1.0.0", "dependencies": {"right": "^1"}},
    "b/node_modules/deep": {"version": "2.0.0"},
    "node_modules/a": {"resolved": "a", "link": true},
    "node_modules/b": {"resolved": "b", "link": true},
    "node_modules/deep": {"version": "1.0.0", "integrity": "sha512-one"},
    "node_modules/left": {"version": "1.0.0", "dependencies": {"deep": "^1"}, "dev": true},
    "node_modules/right": {"version": "1.2.0", "peerDependencies": {"deep": "*"}},
    "node_modules/tool": {"version": "1.3.0"}
  }
}"#;

#[test]
fn npm_users() {
    let graph = graph("npm", &[". root", "a a", "b b"]);
    let check = |from, to, expected| check("package-lock.json", &graph, NPM, from, to, expected);
    check("1.3.0", "1.4.0", "npm:.: tool 1.3.0→1.4.0");
    check("sha512-one", "sha512-two", "npm:a: deep 1.0.0→1.0.0; npm:b: deep 1.0.0→1.0.0");
    check("2.0.0", "2.1.0", "");
    check(", \"dev\": true", "", "");
    check("{\"left\": \"^1\", ", "{", "npm:a: deep 1.0.0→, left 1.0.0→");
    check(
        "\"lockfileVersion\"",
        "lockfileVersion",
        "all 3: the lock file now cannot be read: key must be a string at line 2 column 19",
    );
}

#[test]
fn npm_version_1_belongs_to_its_one_project() {
    let graph = graph("npm", &["x x", "x/y y"]);
    let text = r#"{"lockfileVersion": 1, "dependencies": {"a": {"version": "1.0.0", "dependencies": {"b": {"version": "2.0.0"}}}}}"#;
    check("x/package-lock.json", &graph, text, "2.0.0", "2.0.1", "npm:x: b 2.0.0→2.0.1");
}

const PNPM: &str = "lockfileVersion: '9.0'
settings:
  autoInstallPeers: true
importers:
  .:
    devDependencies:
      tool: {specifier: ^1, version: 1.3.0}
  packages/a:
    dependencies:
      '@s/left':
        specifier: ^1
        version: 1.0.0(peer@3.0.0)
      b:
        specifier: workspace:*
        version: link:../b
  packages/b:
    optionalDependencies:
      alias: {specifier: 'npm:right@^1', version: right@1.2.0}
packages:
  '@s/left@1.0.0':
    resolution: {integrity: sha512-left}
    peerDependencies: {peer: '*'}
  deep@1.0.0: {resolution: {integrity: sha512-deep}}
  peer@3.0.0: {resolution: {integrity: sha512-peer}}
  right@1.2.0: {resolution: {integrity: sha512-right}}
  tool@1.3.0: {resolution: {integrity: sha512-tool}}
snapshots:
  '@s/left@1.0.0(peer@3.0.0)':
    dependencies: {deep: 1.0.0, peer: 3.0.0}
  deep@1.0.0: {}
  peer@3.0.0: {}
  right@1.2.0:
    optionalDependencies: {deep: 1.0.0}
  tool@1.3.0: {}
";

#[test]
fn pnpm_users() {
    let graph = graph("npm", &[". root", "packages/a a", "packages/b b"]);
    let check = |from, to, expected| check("pnpm-lock.yaml", &graph, PNPM, from, to, expected);
    check("1.3.0", "1.4.0", "npm:.: tool 1.3.0→1.4.0");
    check("sha512-peer", "sha512-pear", "npm:packages/a: peer 3.0.0→3.0.0");
    check("sha512-deep", "x", "npm:packages/a: deep 1.0.0→1.0.0; npm:packages/b: deep 1.0.0→1.0.0");
    check("sha512-right", "x", "npm:packages/b: right 1.2.0→1.2.0");
    check("Peers: true", "Peers: false", "all 3: `settings` changed, on which everything in it depends");
    check("'9.0'", "'9.1'", "all 3: `lockfileVersion` changed, on which everything in it depends");
}

#[test]
fn pnpm_spells_keys_in_each_version_its_way() {
    let graph = graph("npm", &["x x"]);
    let v5 = "lockfileVersion: 5.4\ndependencies: {a: 1.0.0_peer@2.0.0, '@s/c': 3.0.0}\npackages:\n  /@s/c/3.0.0: \
              {resolution: {integrity: c}}\n  /a/1.0.0_peer@2.0.0: {dependencies: {b: 1.1.0}}\n  /b/1.1.0: {resolution: {integrity: b}}\n";
    check("x/pnpm-lock.yaml", &graph, v5, "integrity: b", "integrity: d", "npm:x: b 1.1.0→1.1.0");
    check("x/pnpm-lock.yaml", &graph, v5, "3.0.0", "3.1.0", "npm:x: @s/c 3.0.0→3.1.0");
    let v6 = "lockfileVersion: '6.0'\nimporters:\n  .:\n    dependencies:\n      a: {specifier: '*', version: 1.0.0(p@2.0.0)}\n\
              packages:\n  /a@1.0.0(p@2.0.0): {dependencies: {z: /b@1.1.0}}\n  /b@1.1.0: {resolution: {integrity: b}}\n";
    check("x/pnpm-lock.yaml", &graph, v6, "1.1.0", "1.2.0", "npm:x: b 1.1.0→1.2.0");
}

const YARN_1: &str = r#"# yarn lockfile v1


"@s/left@^1.0.0", "@s/left@^1.1.0":
  version "1.1.0"
  resolved "https://registry.example/left"
  dependencies:
    deep "^1.0.0"

deep@^1.0.0:
  version "1.0.1"
  integrity sha512-deep

"right@>= 1":
  version "1.2.0"
"#;

#[test]
fn yarn_1_starts_at_what_manifests_declare() {
    let graph = graph("npm", &["a a @s/left@^1.1.0", "b b right@forced", "c c"]);
    let check = |from, to, expected| check("yarn.lock", &graph, YARN_1, from, to, expected);
    check("sha512-deep", "x", "npm:a: deep 1.0.1→1.0.1");
    check("1.2.0", "1.3.0", "npm:b: right 1.2.0→1.3.0");
    check("deep@^1.0.0:", "deep@^1.0.0", "all 3: the lock file now cannot be read: line 10 is no entry");
}

const YARN: &str = r#"__metadata:
  version: 8
  cacheKey: 10

"a@workspace:packages/a":
  version: 0.0.0-use.local
  resolution: "a@workspace:packages/a"
  dependencies:
    "@s/left": "npm:^1.0.0"
    b: "workspace:*"
    typescript: ^5
  languageName: unknown
  linkType: soft

"b@workspace:*, b@workspace:packages/b":
  version: 0.0.0-use.local
  resolution: "b@workspace:packages/b"
  dependencies:
    deep: "npm:^1"
  linkType: soft

"@s/left@npm:^1.0.0, @s/left@npm:^1.1.0":
  version: 1.1.0
  resolution: "@s/left@npm:1.1.0"
  dependencies:
    deep: ^1
  checksum: 10/left
  linkType: hard

"deep@npm:^1":
  version: 1.0.1
  resolution: "deep@npm:1.0.1"
  checksum: 10/deep
  linkType: hard

"typescript@npm:^5":
  version: 5.0.0
  resolution: "typescript@npm:5.0.0"
  checksum: 10/ts
  linkType: hard

"typescript@patch:typescript@npm%3A^5#optional!builtin<compat/typescript>":
  version: 5.0.0
  resolution: "typescript@patch:typescript@npm%3A5.0.0#optional!builtin<compat/typescript>::version=5.0.0&hash=b45daf"
  checksum: 10/patched
  linkType: hard
"#;

#[test]
fn yarn_users() {
    let graph = graph("npm", &["packages/a a", "packages/b b"]);
    let check = |from, to, expected| check("yarn.lock", &graph, YARN, from, to, expected);
    check("10/deep", "10/d", "npm:packages/a: deep 1.0.1→1.0.1; npm:packages/b: deep 1.0.1→1.0.1");
    check("10/left", "10/l", "npm:packages/a: @s/left 1.1.0→1.1.0");
    check("10/patched", "10/p", "npm:packages/a: typescript 5.0.0→5.0.0");
    check("cacheKey: 10", "cacheKey: 11", "all 2: `__metadata` changed, on which everything in it depends");
}

const CARGO: &str = r#"version = 4

[[package]]
name = "app"
version = "0.1.0"
dependencies = ["left", "lib", "twin 2.0.0"]

[[package]]
name = "left"
version = "1.0.0"
source = "registry+https://registry.example"
checksum = "aa"
dependencies = ["twin 1.0.0 (registry+https://registry.example)"]

[[package]]
name = "lib"
version = "0.1.0"
dependencies = ["right"]

[[package]]
name = "right"
version = "1.2.0"
source = "registry+https://registry.example"
checksum = "bb"

[[package]]
name = "twin"
version = "1.0.0"
source = "registry+https://registry.example"
checksum = "t1"

[[package]]
name = "twin"
version = "2.0.0"
source = "registry+https://registry.example"
checksum = "t2"
"#;

#[test]
fn cargo_users() {
    let graph = graph("cargo", &["app app", "lib lib", "other other"]);
    let check = |from, to, expected| check("Cargo.lock", &graph, CARGO, from, to, expected);
    check("\"bb\"", "\"cc\"", "cargo:lib: right 1.2.0→1.2.0");
    check("\"t1\"", "\"x\"", "cargo:app: twin 1.0.0→1.0.0");
    check("\"left\", ", "", "cargo:app: left 1.0.0→, twin 1.0.0→");
    check("version = 4", "version = 3", "");
    check("[[package]]", "[package", "all 3: the lock file now cannot be read: unclosed table, expected `]`");
}

#[test]
fn the_same_packages_on_other_ways_are_a_change() {
    let graph = graph("cargo", &["app app", "lib lib"]);
    let text = CARGO.replace("\"left\", \"lib\", \"twin 2.0.0\"", "\"left\", \"twin 1.0.0\", \"twin 2.0.0\"");
    let check = |from, to, expected| check("Cargo.lock", &graph, &text, from, to, expected);
    check("\"twin 1.0.0 (", "\"twin 2.0.0 (", "cargo:app: left 1.0.0→1.0.0");
    check("\"twin 1.0.0\", ", "", "cargo:app: twin 1.0.0→");
}

#[test]
fn go_sums_belong_to_the_module_they_lie_beside() {
    let graph = graph("go", &[". m", "sub m/sub"]);
    let text = "a.example/x v1.0.0 h1:x\na.example/x v1.0.0/go.mod h1:xm\n\nb.example/y v1.0.0/go.mod h1:y\n";
    check("go.sum", &graph, text, "h1:xm", "h1:z", "go:.: a.example/x v1.0.0→v1.0.0");
    check(
        "sub/go.sum",
        &graph,
        text,
        "b.example/y v1.0.0",
        "b.example/y v1.1.0",
        "go:sub: b.example/y v1.0.0→v1.1.0",
    );
    let both = "go:.: a.example/x v1.0.0→v1.0.0; go:sub: a.example/x v1.0.0→v1.0.0";
    check("go.work.sum", &graph, text, "h1:xm", "h1:z", both);
    check(
        "go.sum",
        &graph,
        text,
        " h1:y",
        "",
        "all 2: the lock file now cannot be read: line 4 is not a module, a version and a checksum",
    );
}

const UV: &str = r#"version = 1
revision = 2
requires-python = ">=3.9"

[[package]]
name = "app"
version = "0.1.0"
source = { virtual = "." }
dependencies = [{ name = "left" }, { name = "lib" }]

[package.optional-dependencies]
extra = [{ name = "twin", version = "2.0.0", source = { registry = "r" } }]

[[package]]
name = "left"
version = "1.0.0"
source = { registry = "r" }
dependencies = [{ name = "twin", version = "1.0.0", source = { registry = "r" }, marker = "x" }]
sdist = { url = "u", hash = "sha256:left" }

[[package]]
name = "lib"
source = { editable = "packages/lib" }

[package.dev-dependencies]
dev = [{ name = "right" }]

[[package]]
name = "right"
version = "1.2.0"
source = { registry = "r" }

[[package]]
name = "twin"
version = "1.0.0"
source = { registry = "r" }
wheels = [{ url = "u", hash = "sha256:one" }]

[[package]]
name = "twin"
version = "2.0.0"
source = { registry = "r" }
wheels = [{ url = "u", hash = "sha256:two" }]
"#;

#[test]
fn uv_users() {
    let graph = graph("python", &[". app", "packages/lib lib", "packages/other other"]);
    let check = |from, to, expected| check("uv.lock", &graph, UV, from, to, expected);
    check("sha256:one", "x", "python:.: twin 1.0.0→1.0.0");
    check("sha256:two", "x", "python:.: twin 2.0.0→2.0.0");
    check("1.2.0", "1.3.0", "python:packages/lib: right 1.2.0→1.3.0");
    check("revision = 2", "revision = 3", "");
    check(">=3.9", ">=3.10", "all 3: `requires-python` changed, on which everything in it depends");
}

#[test]
fn poetry_locks_belong_to_their_one_project() {
    let graph = graph("python", &[". app", "lib lib"]);
    let new = "[[package]]\nname = \"left\"\nversion = \"1.0.0\"\nfiles = [{file = \"f\", hash = \"h1\"}]\n\
               [metadata]\ncontent-hash = \"c\"\npython-versions = \"^3.9\"\n";
    check("lib/poetry.lock", &graph, new, "h1", "h2", "python:lib: left 1.0.0→1.0.0");
    check("lib/poetry.lock", &graph, new, "\"c\"", "\"d\"", "");
    check(
        "poetry.lock",
        &graph,
        new,
        "^3.9",
        "^3.10",
        "all 2: `python-versions` changed, on which everything in it depends",
    );
    let old = "[[package]]\nname = \"left\"\nversion = \"1.0.0\"\n[metadata.files]\nleft = [{file = \"f\", hash = \"h1\"}]\n";
    check("poetry.lock", &graph, old, "h1", "h2", "python:.: left 1.0.0→1.0.0");
}

#[test]
fn what_cannot_be_compared_touches_everything_it_governs() {
    let graph = graph("npm", &[". root", "a a"]);
    assert_eq!(shown("bun.lock", Ok(None), Ok(None), &graph), "all 2: drift does not read bun.lock");
    let huge: LockText = Err("too large".into());
    assert_eq!(
        shown("a/yarn.lock", huge, Ok(None), &graph),
        "all 1: the lock file at the base cannot be read: too large"
    );
    assert_eq!(
        shown("Cargo.lock", Err("x".into()), Ok(None), &graph),
        "all 0: the lock file at the base cannot be read: x"
    );
}

#[test]
fn a_new_lock_touches_those_who_use_something() {
    let graph = graph("npm", &["packages/a a", "packages/b b", "packages/c c"]);
    let users = "npm:packages/a: @s/left →1.1.0, deep →1.0.1, typescript →5.0.0; npm:packages/b: deep →1.0.1";
    assert_eq!(shown("yarn.lock", Ok(None), Ok(Some(YARN.into())), &graph), users);
}

#[test]
fn names_are_looked_up_whole() {
    assert!(FORMATS.is_sorted_by(|a, b| a.file < b.file));
    let is = |path: &str| is_lock_file(&RepoPath::new(path).unwrap());
    assert!(is("a/Cargo.lock") && is("go.sum"));
    assert!(!is("a/xCargo.lock") && !is("Cargo.lock/x"));
}

#[test]
fn odd_input_is_an_error_and_never_a_panic() {
    let graph = graph("npm", &[". x", "a a left@^1"]);
    let odd = [
        "",
        "{",
        "[]",
        "null",
        "\u{0}",
        "a:\n b: [",
        "{\"packages\": []}",
        "packages: 3",
        ":\n  x y",
        "@:",
        "\"",
        "__metadata: 1\n\"",
        "__metadata:\n  x: 1\n\"@\":\n  dependencies: {\"@\": \"@\"}",
        "importers: {a: {dependencies: {x: {version: 'é@'}}}}\npackages: {'@': {}, '/': {}, '(': {}, '/@s': {}}",
    ];
    for format in FORMATS {
        for text in odd {
            for (before, after) in [(text, ""), ("", text), (text, text)] {
                shown(format.file, Ok(Some(before.into())), Ok(Some(after.into())), &graph);
            }
        }
    }
    let deep = "[".repeat(100_000);
    for file in ["package-lock.json", "pnpm-lock.yaml", "Cargo.lock", "yarn.lock"] {
        let deep = if file == "Cargo.lock" { format!("a = {deep}") } else { deep.clone() };
        assert!(shown(file, Ok(None), Ok(Some(deep)), &graph).contains("all "), "{file}");
    }
}

#[test]
fn composer_gradle_nuget_and_swift_locks_belong_to_the_project_beside_them() {
    let composer = graph("composer", &[". root", "packages/a a"]);
    let text = r#"{"content-hash": "x", "packages": [{"name": "psr/log", "version": "3.0.0", "time": "t", "dist": {"reference": "r"}}],
      "packages-dev": [{"name": "phpunit/phpunit", "version": "11.0.0"}]}"#;
    check("composer.lock", &composer, text, "11.0.0", "11.1.0", "composer:.: phpunit/phpunit 11.0.0→11.1.0");
    check("composer.lock", &composer, text, "\"r\"", "\"s\"", "composer:.: psr/log 3.0.0→3.0.0");
    check("composer.lock", &composer, text, "\"t\"", "\"u\"", "");

    let gradle = graph("gradle", &[". :", "a :a"]);
    let text = "# comment\ng:n:1.0=compileClasspath,runtimeClasspath\nempty=annotationProcessor\n";
    check("a/gradle.lockfile", &gradle, text, "1.0", "1.1", "gradle:a: g:n 1.0→1.1");

    let dotnet = graph("dotnet", &["a a", "b b"]);
    let text = r#"{"version": 1, "dependencies": {"net8.0": {
      "X": {"type": "Direct", "resolved": "1.0.0", "contentHash": "h"}, "b": {"type": "Project", "dependencies": {"X": "1"}}}}}"#;
    check("a/packages.lock.json", &dotnet, text, "1.0.0", "2.0.0", "dotnet:a: X 1.0.0→2.0.0");
    check("a/packages.lock.json", &dotnet, text, "\"X\": \"1\"", "\"X\": \"2\"", "");

    let swift = graph("swift", &[". root"]);
    let text = r#"{"pins": [{"identity": "swift-log", "state": {"revision": "abc", "version": "1.5.0"}}], "version": 2}"#;
    check("Package.resolved", &swift, text, "1.5.0", "1.6.0", "swift:.: swift-log 1.5.0→1.6.0");
    check("Package.resolved", &swift, text, "abc", "abd", "swift:.: swift-log 1.5.0→1.5.0");
}

#[test]
fn gemfile_lock_tells_what_each_local_gem_needs() {
    let graph = graph("ruby", &[". shop", "core shop_core", "app (none)"]);
    let text = "PATH
  remote: .
  specs:
    shop (1.0)
      json
      shop_core (= 1.0)
    shop_core (1.0)
      rack (>= 2)

GEM
  remote: https://rubygems.org/
  specs:
    base64 (0.2.0)
    json (2.7.0)
    rack (3.0.0)
      base64 (>= 0.1)
    rake (13.0.0)

DEPENDENCIES
  rake (~> 13)
  shop!

CHECKSUMS
  rake (13.0.0) sha256=one

RUBY VERSION
   ruby 3.3.0p0

BUNDLED WITH
   2.5.0
";
    let check = |from, to, expected| check("Gemfile.lock", &graph, text, from, to, expected);
    check("0.2.0", "0.3.0", "ruby:core: base64 0.2.0→0.3.0");
    check("json (2.7.0)", "json (2.8.0)", "ruby:.: json 2.7.0→2.8.0");
    check("sha256=one", "sha256=two", "ruby:.: rake 13.0.0→13.0.0");
    check("shop (1.0)", "shop (1.1)", "");
    check("2.5.0", "2.6.0", "");
    check("3.3.0p0", "3.4.0p0", "all 3: `RUBY VERSION` changed, on which everything in it depends");
}

#[test]
fn mix_lock_and_pubspec_lock_are_shared_by_a_workspace() {
    let in_workspace = |mut graph: ProjectGraph, id: &str| {
        graph.projects[0].workspace = Some(id.to_owned());
        graph.projects[1].workspace = Some(id.to_owned());
        graph
    };
    let elixir = graph("elixir", &[". root", "apps/web web phoenix@1.7", "other o phoenix@1"]);
    let elixir = in_workspace(elixir, "elixir:.");
    let text = r#"%{
  "phoenix": {:hex, :phoenix, "1.7.0", "abc", [:mix], [{:plug, "~> 1.14", [hex: :plug, repo: "hexpm", optional: false]}], "hexpm", "d"},
  "plug": {:hex, :plug, "1.15.0", "e", [:mix], [], "hexpm", "f"},
  "mine": {:git, "https://example.org/mine.git", "0123", []},
}
"#;
    check("mix.lock", &elixir, text, "1.15.0", "1.15.1", "elixir:apps/web: plug 1.15.0→1.15.1");
    check("mix.lock", &elixir, text, "0123", "4567", "");

    let dart = in_workspace(graph("dart", &[". root", "packages/a a", "other o"]), "dart:.");
    let text = "packages:\n  args:\n    dependency: transitive\n    description: {name: args, sha256: x}\n    \
                source: hosted\n    version: \"2.4.0\"\nsdks:\n  dart: \">=3.0.0\"\n";
    check(
        "pubspec.lock",
        &dart,
        text,
        "2.4.0",
        "2.5.0",
        "dart:.: args 2.4.0→2.5.0; dart:packages/a: args 2.4.0→2.5.0",
    );
    check(
        "pubspec.lock",
        &dart,
        text,
        ">=3.0.0",
        ">=3.1.0",
        "all 3: `sdks` changed, on which everything in it depends",
    );
}
