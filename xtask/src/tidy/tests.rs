//! Each rule is shown a tree that breaks it, and one that comes near.

use super::*;

/// Runs `rule` on the files of `fixture`, each opened by a line `//- path`, and compares `path:line: what` of all
/// errors, and of warnings with `warning: ` before them.
#[track_caller]
fn check(rule: Rule, fixture: &str, expected: &[&str]) {
    let found: Vec<String> = rule(&tree(fixture))
        .into_iter()
        .map(|violation| {
            let label = if violation.severity == Severity::Warning { "warning: " } else { "" };
            format!("{label}{}:{}: {}", violation.path, violation.line, violation.what)
        })
        .collect();
    assert_eq!(found, expected);
}

fn tree(fixture: &str) -> Tree {
    let mut files: Vec<(String, String)> = Vec::new();
    for line in fixture.split_inclusive('\n') {
        if let Some(path) = line.strip_prefix("//- ") {
            files.push((path.trim_end().to_owned(), String::new()));
        } else if let Some((_, text)) = files.last_mut() {
            text.push_str(line);
        }
    }
    Tree::new(files)
}

#[test]
fn the_project_is_tidy() {
    super::check().expect("cargo xtask tidy says what to do");
}

#[test]
fn a_violation_prints_place_reason_and_remedy() {
    let violation = Violation::error("a.rs", 3, "what".to_owned(), "why", "how");
    assert_eq!(violation.to_string(), "a.rs:3: what; why: why; fix: how");
}

#[test]
fn arrows() {
    check(
        arrows::check,
        "\
//- crates/drift-backup/Cargo.toml
[dependencies]
drift-db.workspace = true
drift-config.workspace = true
[dev-dependencies]
drift-discover.workspace = true
//- crates/drift-gc/Cargo.toml
[dependencies]
drift-db.workspace = true
drift-backup = { workspace = true }
//- crates/drift-new/Cargo.toml
",
        &[
            "crates/drift-backup/Cargo.toml:3: drift-backup imports drift-config",
            "crates/drift-backup/Cargo.toml:5: drift-backup imports drift-discover",
            "crates/drift-new/Cargo.toml:0: the member drift-new has no place in the map",
        ],
    );
}

#[test]
fn libraries_have_owners() {
    check(
        libraries::check,
        "\
//- Cargo.lock
[[package]]
name = \"serde_yaml\"
name = \"serde_yaml_like\"
//- crates/drift-db/Cargo.toml
[dependencies]
rusqlite.workspace = true
[target.'cfg(unix)'.dependencies]
clap.workspace = true
//- crates/drift-backup/Cargo.toml
[dependencies]
rusqlite.workspace = true
[dev-dependencies]
ignore.workspace = true
",
        &[
            "crates/drift-backup/Cargo.toml:2: drift-backup uses rusqlite, which belongs to drift-db",
            "crates/drift-db/Cargo.toml:4: drift-db uses clap, which belongs to drift-cli",
            "Cargo.lock:2: serde_yaml is in the build",
        ],
    );
}

#[test]
fn dependencies_come_from_the_workspace_table() {
    check(
        dependencies::check,
        "\
//- Cargo.toml
[workspace.dependencies]
serde = \"1\"
unused = \"1\"
//- crates/drift-db/Cargo.toml
[dependencies]
serde.workspace = true
toml = \"1\"
[build-dependencies]
cc = { version = \"1\" }
[lints]
workspace = true
//- crates/drift-gc/Cargo.toml
[dependencies]
",
        &[
            "crates/drift-db/Cargo.toml:3: toml does not come from the workspace table",
            "crates/drift-db/Cargo.toml:5: cc does not come from the workspace table",
            "crates/drift-gc/Cargo.toml:0: the member does not take the lints of the workspace",
            "warning: Cargo.toml:3: no member uses unused",
        ],
    );
}

#[test]
fn libraries_are_quiet() {
    check(
        quiet::check,
        r##"
//- crates/drift-db/src/open.rs
//! Never calls println! nor SystemTime::now.
fn open() {
    let text = "eprintln!(env::var)";
    let raw = r#"dbg!("x")"#;
    println!("{text}");
    let now = std::time::SystemTime::now();
    let waited = std::time::Instant::now();
    let home = std::env::var_os("HOME");
    my_print!();
    'a: loop { let quote = '"'; print!("x"); break 'a }
}
#[cfg(test)]
mod inline {
    fn test() { println!("}") }
}
fn after() { clap::parse() }
//- crates/drift-db/src/open/tests.rs
fn test() { println!() }
//- crates/drift-db/src/lib.rs
#[cfg(test)]
mod fixture;
mod shown;
//- crates/drift-db/src/fixture.rs
mod inner;
fn test() { println!() }
//- crates/drift-db/src/fixture/inner.rs
fn test() { println!() }
//- crates/drift-db/src/shown.rs
fn shown() { println!() }
//- crates/drift-cli/src/commands/scan.rs
fn run() { println!() }
//- crates/drift-cli/src/ops/scan.rs
fn scan() { let now = SystemTime::now(); eprintln!() }
use clap::Args;
"##,
        &[
            "crates/drift-cli/src/ops/scan.rs:1: `eprintln!` in drift-cli",
            "crates/drift-cli/src/ops/scan.rs:2: `clap` in drift-cli",
            "crates/drift-db/src/open.rs:10: `print!` in drift-db",
            "crates/drift-db/src/open.rs:5: `println!` in drift-db",
            "crates/drift-db/src/open.rs:8: `env::var_os` in drift-db",
            "crates/drift-db/src/open.rs:6: `SystemTime::now` in drift-db",
            "crates/drift-db/src/open.rs:16: `clap` in drift-db",
            "crates/drift-db/src/shown.rs:1: `println!` in drift-db",
        ],
    );
}

#[test]
fn io_errors_keep_their_path() {
    check(
        errors::check,
        "\
//- crates/drift-db/src/error.rs
enum DbError { Io(#[from] std::io::Error) }
//- crates/drift-cli/src/error.rs
enum CommandError { Io(#[from] std::io::Error) }
",
        &["crates/drift-db/src/error.rs:1: an I/O error is taken over without its path"],
    );
}

#[test]
fn public_functions_take_no_bool() {
    check(
        signatures::check,
        "\
//- crates/drift-db/src/open.rs
pub fn open(path: &Path, create: bool) -> bool {}
pub fn wait(
    locked: bool,
) {}
pub fn each(keep: impl Fn(&str) -> bool) -> bool { let kept: bool = keep(); }
fn private(flag: bool) {}
pub struct Options { pub flag: bool }
//- crates/drift-cli/src/shell.rs
pub fn shell(flag: bool) {}
",
        &[
            "crates/drift-db/src/open.rs:1: a public function takes a `bool`",
            "crates/drift-db/src/open.rs:2: a public function takes a `bool`",
        ],
    );
}

#[test]
fn files_open_with_a_header() {
    check(
        headers::check,
        "\
//- crates/drift-db/src/lib.rs
//! Owns the databases.
//- crates/drift-db/src/open.rs
// Opens.
//- crates/drift-db/src/open/tests.rs
use super::*;
//- crates/drift-db/src/utils.rs
//!
",
        &[
            "crates/drift-db/src/open.rs:1: the file has no `//!` header",
            "crates/drift-db/src/utils.rs:1: the file has no `//!` header",
            "crates/drift-db/src/utils.rs:0: utils.rs says nothing about its content",
        ],
    );
}

#[test]
fn files_stay_short() {
    let long = |path: &str, lines: usize| format!("//- {path}\n{}", "fn f() {}\n".repeat(lines));
    let tests = format!("#[cfg(test)]\nmod inline {{\n{}}}\n", "fn f() {}\n".repeat(300));
    let fixture = [
        long("crates/a/src/ok.rs", 400),
        long("crates/a/src/soft.rs", 401),
        long("crates/a/src/hard.rs", 601),
        long("crates/a/src/hard/tests.rs", 2000),
        long("crates/a/src/inline.rs", 399),
        tests,
        format!("//- docs/architecture.md\n{}", "line\n".repeat(301)),
    ];
    check(
        size::check,
        &fixture.concat(),
        &[
            "crates/a/src/hard.rs:0: 601 lines without tests, the limit is 600",
            "warning: crates/a/src/soft.rs:0: 401 lines without tests, above 400",
            "docs/architecture.md:0: 301 lines, the limit is 300",
        ],
    );
}

#[test]
fn files_are_declared() {
    check(
        modules::check,
        "\
//- crates/a/src/lib.rs
mod open;
mod folder;
// mod comment;
//- crates/a/src/open.rs
#[cfg(test)]
mod tests;
//- crates/a/src/open/tests.rs
//- crates/a/src/folder/mod.rs
pub(crate) mod inner;
//- crates/a/src/folder/inner.rs
//- crates/a/src/forgotten.rs
//- crates/a/src/lost/child.rs
//- crates/a/build.rs
//- tests/it/main.rs
mod scan;
mod support;
//- tests/it/scan.rs
//- tests/it/support/mod.rs
//- tests/it/init.rs
",
        &[
            "crates/a/src/forgotten.rs:0: nothing declares this file, so it is never compiled",
            "crates/a/src/lost/child.rs:0: nothing declares this file, so it is never compiled",
            "tests/it/init.rs:0: nothing declares this file, so it is never compiled",
        ],
    );
}

#[test]
fn lints_are_expected_with_a_reason() {
    check(
        attributes::check,
        "\
//- crates/a/src/lib.rs
// Never write #[allow(dead_code)].
#![allow(missing_docs)]
#[cfg_attr(windows, allow(unused))]
#[expect(dead_code)]
#[expect(dead_code, reason = \"not yet\")]
#[expect(
    dead_code,
    reason = \"not yet\"
)]
fn f() { allow(1).expect(\"BUG: never\"); expect(2) }
",
        &[
            "crates/a/src/lib.rs:2: a lint is silenced with `allow`",
            "crates/a/src/lib.rs:3: a lint is silenced with `allow`",
            "crates/a/src/lib.rs:4: an `expect` gives no reason",
        ],
    );
}

#[test]
fn markers_have_owners() {
    let marker = concat!("TO", "DO");
    check(
        markers::check,
        &format!(
            "\
//- crates/a/src/lib.rs
// {marker}: later
// {marker}(ada): later
const NAME: &str = \"{marker}\";
//- migrations/drift/0001_a.up.sql
-- {marker}
"
        ),
        &[
            &format!("crates/a/src/lib.rs:1: {marker} without an owner"),
            &format!("migrations/drift/0001_a.up.sql:1: {marker} without an owner"),
        ],
    );
}

#[test]
fn whitespace_is_clean_outside_literals() {
    check(
        whitespace::check,
        "\
//- crates/a/src/lib.rs
fn f() {}\u{20}
\tfn g() {}
const MANIFEST: &str = \"
\tindented \n\";
//- crates/a/Cargo.toml
[package]\t
name = \"a\"",
        &[
            "crates/a/Cargo.toml:1: trailing whitespace",
            "crates/a/Cargo.toml:2: no newline at the end of the file",
            "crates/a/src/lib.rs:1: trailing whitespace",
            "crates/a/src/lib.rs:2: a tab outside a literal",
        ],
    );
}

const MIGRATIONS: &str = "\
//- migrations/drift/0001_base.up.sql
-- COMMIT; in a comment
CREATE TABLE file (path TEXT NOT NULL, note TEXT DEFAULT '; PRAGMA x;') STRICT;
CREATE TRIGGER keep AFTER INSERT ON file BEGIN
  SELECT CASE WHEN 1 THEN 2 END;
  DELETE FROM file WHERE 0;
END;
/* VACUUM; */ CREATE INDEX \"BEGIN;\" ON file(path);
//- migrations/drift/0001_base.down.sql
DROP TABLE file;
";

#[test]
fn migrations_stay_inside_their_transaction() {
    let unreleased = |number| {
        format!(
            "warning: migrations/checksums.lock:0: {number} files are not recorded as released, and may still change"
        )
    };
    check(migrations::check, MIGRATIONS, &[&unreleased(2)]);

    let fixture = "\
//- migrations/drift/0002_more.up.sql
CREATE TABLE a (b);
PRAGMA foreign_keys = OFF;
commit
; BEGIN;
CREATE TEMP TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END; END;
//- migrations/drift/0002_more.down.sql
-- nothing
//- migrations/drift/3_name.up.sql
CREATE TABLE c (d);
";
    let (up, down) = ("migrations/drift/0002_more.up.sql", "migrations/drift/0002_more.down.sql");
    check(
        migrations::check,
        fixture,
        &[
            &format!("{up}:2: PRAGMA in a migration"),
            &format!("{up}:3: COMMIT in a migration"),
            &format!("{up}:4: BEGIN in a migration"),
            &format!("{up}:5: END in a migration"),
            &format!("{down}:0: missing, or without a statement"),
            "migrations/drift/3_name.up.sql:0: not named migrations/DATABASE/NNNN_name.up.sql or .down.sql",
            "migrations/drift:0: migration 1 is missing",
            &unreleased(3),
        ],
    );
}

#[test]
fn released_migrations_never_change() {
    let lock = migrations::blessed(&tree(MIGRATIONS));
    let released = format!("{MIGRATIONS}//- migrations/checksums.lock\n{lock}");
    check(migrations::check, &released, &[]);
    assert_eq!(migrations::blessed(&tree(&released)), lock, "blessing twice adds nothing");

    let changed = released.replace("DROP TABLE file;", "DROP TABLE IF EXISTS file;");
    check(
        migrations::check,
        &changed,
        &[
            "migrations/checksums.lock:2: the released migration migrations/drift/0001_base.down.sql was changed",
        ],
    );
    assert_eq!(migrations::blessed(&tree(&changed)), lock, "a changed file keeps its line");

    let renamed =
        released.replace("//- migrations/drift/0001_base.down.sql", "//- migrations/drift/0001_new.down.sql");
    check(
        migrations::check,
        &renamed,
        &[
            "migrations/drift/0001_base.down.sql:0: missing, or without a statement",
            "migrations/checksums.lock:2: the released migration migrations/drift/0001_base.down.sql was removed",
            "migrations/drift/0001_new.down.sql:0: a new migration before released ones",
            "warning: migrations/checksums.lock:0: 1 files are not recorded as released, and may still change",
        ],
    );
}

#[test]
fn documents_keep_their_promises() {
    check(
        docs::check,
        "\
//- README.md
Run the tests with cargo test.
//- .ci/run
cargo test --workspace
//- crates/drift-db/Cargo.toml
//- crates/drift-db/src/lib.rs
//! Not about `clap`.
use clap::Parser;
//- crates/drift-gc/Cargo.toml
//- crates/drift-new/Cargo.toml
//- docs/architecture.md
### drift-db
Owns the files.
Knows nothing about the command line (`clap`) or manifests (`package_json`).
### drift-gc
Owns retention.
",
        &[
            "README.md:0: no line `cargo test --workspace`",
            "docs/architecture.md:4: the section of drift-gc names nothing that it must not know",
            "docs/architecture.md:0: no section `### drift-new`",
            "crates/drift-db/src/lib.rs:2: drift-db knows about `clap`",
        ],
    );
}
