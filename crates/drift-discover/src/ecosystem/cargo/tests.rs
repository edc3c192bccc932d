use crate::ecosystem::tests::check;

#[test]
fn members_are_globs_the_root_package_and_path_dependencies_below_the_root() {
    check(
        r#"
//- Cargo.toml
[package]
name = "app"
version = "1.0.0"
[workspace]
members = ["crates/*", "tools/x[0-9]/"]
exclude = ["crates/left"]
[dependencies]
loose = { path = "loose" }
serde = "1"
//- crates/a/Cargo.toml
[package]
name = "a"
publish = false
//- crates/.hidden/Cargo.toml
[package]
name = "hidden"
//- crates/left/Cargo.toml
[package]
name = "left"
//- tools/x1/Cargo.toml
[package]
name = "x1"
//- tools/xx/Cargo.toml
[package]
name = "xx"
//- loose/Cargo.toml
[package]
name = "loose"
[dev-dependencies]
deeper = { path = "../loose/deeper" }
outside = { path = "../crates/left" }
//- loose/deeper/Cargo.toml
[package]
name = "deeper"
"#,
        "
        workspace cargo:. cargo
        cargo:. app@1.0.0 in cargo:.
        + serde 1 normal
        cargo:crates/.hidden hidden in cargo:. private
        cargo:crates/a a in cargo:. private
        cargo:crates/left left private
        cargo:loose loose in cargo:. private
        cargo:loose/deeper deeper in cargo:. private
        cargo:tools/x1 x1 in cargo:. private
        cargo:tools/xx xx private
        cargo:. -> cargo:loose normal
        cargo:loose -> cargo:crates/left dev
        cargo:loose -> cargo:loose/deeper dev
        ",
    );
}

#[test]
fn a_member_listed_by_its_path_wins_over_exclude_and_a_pattern_does_not() {
    check(
        r#"
//- Cargo.toml
[workspace]
members = ["libs/*", "libs/a"]
exclude = ["libs"]
//- libs/a/Cargo.toml
[package]
name = "a"
//- libs/b/Cargo.toml
[package]
name = "b"
"#,
        "
        workspace cargo:. cargo
        cargo:libs/a a in cargo:. private
        cargo:libs/b b private
        ",
    );
}

#[test]
fn dependencies_of_every_table_are_inherited_and_renamed() {
    check(
        r#"
//- Cargo.toml
[workspace]
members = ["*"]
[workspace.package]
version = "0.3.1"
publish = false
[workspace.dependencies]
core = { path = "core" }
short = { path = "core", package = "core" }
log = "0.4"
//- core/Cargo.toml
[package]
name = "core"
version = { workspace = true }
publish.workspace = true
//- app/Cargo.toml
[package]
name = "app"
[dependencies]
core = { workspace = true, optional = true }
[build-dependencies]
short.workspace = true
[dev-dependencies]
own = { path = "../core", package = "core" }
[target.'cfg(unix)'.dependencies]
core.workspace = true
log.workspace = true
libc = { version = "0.2", features = [] }
gone.workspace = true
"#,
        "
        workspace cargo:. cargo
        cargo:app app in cargo:. private
        + libc 0.2 normal
        + log 0.4 normal
        cargo:core core@0.3.1 in cargo:. private
        cargo:app -> cargo:core normal
        cargo:app -> cargo:core dev
        cargo:app -> cargo:core build
        cargo:app -> cargo:core optional
        problem app/Cargo.toml:13 dependency.unresolved: `gone` is in no [workspace.dependencies]; add it there
        ",
    );
}

#[test]
fn nested_and_sibling_workspaces_are_separate_with_edges_across() {
    check(
        r#"
//- one/Cargo.toml
[workspace]
members = ["a"]
exclude = ["nested"]
//- one/a/Cargo.toml
[package]
name = "a"
[dependencies]
b = { path = "../../two/b" }
n = { path = "../nested" }
//- one/nested/Cargo.toml
[package]
name = "n"
[workspace]
//- two/Cargo.toml
[workspace]
members = ["b"]
//- two/b/Cargo.toml
[package]
name = "b"
"#,
        "
        workspace cargo:one cargo
        workspace cargo:one/nested cargo
        workspace cargo:two cargo
        cargo:one/a a in cargo:one private
        cargo:one/nested n in cargo:one/nested private
        cargo:two/b b in cargo:two private
        cargo:one/a -> cargo:one/nested normal
        cargo:one/a -> cargo:two/b normal
        ",
    );
}

#[test]
fn package_workspace_points_to_a_root_elsewhere() {
    check(
        r#"
//- root/Cargo.toml
[workspace]
members = ["../listed", "../lost", "in"]
[workspace.package]
version = "2.0.0"
//- root/in/Cargo.toml
[package]
name = "in"
[dependencies]
pointing = { path = "../../pointing" }
plain = { path = "../../plain" }
//- listed/Cargo.toml
[package]
name = "listed"
version.workspace = true
workspace = "../root"
//- lost/Cargo.toml
[package]
name = "lost"
//- pointing/Cargo.toml
[package]
name = "pointing"
workspace = "../root"
//- plain/Cargo.toml
[package]
name = "plain"
"#,
        "
        workspace cargo:root cargo
        cargo:listed listed@2.0.0 in cargo:root
        cargo:lost lost in cargo:root private
        cargo:plain plain private
        cargo:pointing pointing in cargo:root private
        cargo:root/in in in cargo:root private
        cargo:root/in -> cargo:plain normal
        cargo:root/in -> cargo:pointing normal
        problem lost/Cargo.toml member.no_root: is a member of the workspace at `root` but does not find it; set `package.workspace`
        ",
    );
}

#[test]
fn a_patch_links_what_its_version_satisfies() {
    check(
        r#"
//- Cargo.toml
[workspace]
members = ["a", "b"]
[patch.crates-io]
b = { path = "b" }
renamed = { path = "c", package = "c" }
[patch."https://github.com/Some/Lib.git"]
lib = { path = "lib" }
//- .cargo/config.toml
[patch.crates-io]
configured = { path = "configured" }
//- configured/Cargo.toml
[package]
name = "configured"
version = "3.0.0"
//- a/Cargo.toml
[package]
name = "a"
[dependencies]
configured = "3"
b = "1.2"
old = { version = "0.9", package = "b" }
c = "*"
lib = { git = "https://github.com/some/lib/" }
other = { git = "https://github.com/some/other", package = "b" }
//- b/Cargo.toml
[package]
name = "b"
version = "1.3.0"
//- c/Cargo.toml
[package]
name = "c"
version = "0.1.0"
//- lib/Cargo.toml
[package]
name = "lib"
version = "0.1.0"
"#,
        "
        workspace cargo:. cargo
        cargo:a a in cargo:. private
        + b  normal
        + b 0.9 normal
        cargo:b b@1.3.0 in cargo:.
        cargo:c c@0.1.0
        cargo:configured configured@3.0.0
        cargo:lib lib@0.1.0
        cargo:a -> cargo:b normal
        cargo:a -> cargo:c normal
        cargo:a -> cargo:configured normal
        cargo:a -> cargo:lib normal
        ",
    );
}

#[test]
fn fixtures_are_read_only_where_something_lists_them() {
    check(
        r#"
//- Cargo.toml
[workspace]
members = ["tests/fixtures/listed"]
//- tests/fixtures/listed/Cargo.toml
[package]
name = "listed"
//- tests/fixtures/broken/Cargo.toml
[package
//- tests/fixtures/nested/Cargo.toml
[workspace]
members = ["x"]
"#,
        "
        workspace cargo:. cargo
        cargo:tests/fixtures/listed listed in cargo:. private
        ",
    );
}

#[test]
fn what_cargo_would_refuse_is_a_problem_and_the_rest_is_read() {
    check(
        r#"
//- Cargo.toml
[workspace]
members = [
  "gone",
  "none/*",
  "crates/*",
  "a**",
]
//- none.txt
//- crates/ok/Cargo.toml
[package]
name = "ok"
[dependencies]
away = { path = "../away" }
far = { path = "../../../far", version = "1" }
odd = 1
//- crates/empty/README.md
//- crates/broken/Cargo.toml
[package]
name = "broken
//- crates/neither/Cargo.toml
[dependencies]
//- crates/rooted/Cargo.toml
[package]
name = "rooted"
[workspace]
"#,
        "
        workspace cargo:. cargo
        workspace cargo:crates/rooted cargo
        cargo:crates/ok ok in cargo:. private
        + far 1 normal
        cargo:crates/rooted rooted in cargo:crates/rooted private
        problem Cargo.toml:3 member.missing: the member `gone` matches no directory; correct or remove it
        problem Cargo.toml:4 member.missing: the member `none/*` matches no directory; correct or remove it
        problem Cargo.toml:5 member.missing: the member `crates/empty` (from `crates/*`) has no Cargo.toml; add one or exclude it
        problem Cargo.toml:6 member.pattern: pattern `a**` uses `**` beside other characters, which drift does not read
        problem crates/broken/Cargo.toml:2 manifest.syntax: is not valid TOML: invalid basic string, expected `\"`
        problem crates/neither/Cargo.toml manifest.no_package: has neither [package] nor [workspace]; add one of them
        problem crates/ok/Cargo.toml:4 dependency.missing: `away` is to be at `crates/away`, where there is no Cargo.toml
        problem crates/ok/Cargo.toml:6 dependency.unresolved: `odd` is neither a version requirement nor a table; correct it
        problem crates/rooted/Cargo.toml member.other_workspace: is wanted by the workspace at `.` but belongs to the one at `crates/rooted`; exclude it from one
        ",
    );
}

#[test]
fn a_manifest_cannot_have_any_number_of_patterns() {
    let patterns = "\"x*\",\n".repeat(1000);
    check(
        &format!(
            "
//- Cargo.toml
[workspace]
members = [
{patterns}\"y*\",
\"plain\",
]
//- x1/Cargo.toml
[package]
name = 'x1'
//- y1/Cargo.toml
[package]
name = 'y1'
"
        ),
        "
        workspace cargo:. cargo
        cargo:x1 x1 in cargo:. private
        cargo:y1 y1 private
        problem Cargo.toml:1003 member.pattern: has more than 1000 patterns; this one and the members behind it are not read
        ",
    );
}
