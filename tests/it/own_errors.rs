//! Every error that the command line says by itself, before or beside a library: message, code, exit and hint.
//!
//! `docs/errors.md` has those of the libraries. Here each place in `crates/drift-cli/src` that makes a
//! `CommandError` has a row, counted by file, so that a new one is not forgotten.

use std::collections::BTreeMap;
use std::path::Path;

use crate::contract::exit_codes;
use crate::env::TestEnv;

/// How to meet an error, and the file that says it.
struct Case {
    file: &'static str,
    prepare: fn(&mut TestEnv),
    args: &'static [&'static str],
    code: &'static str,
    message: &'static str,
    hint: &'static str,
}

/// What no run can bring about at will, and why or where it is tested instead.
const ELSEWHERE: &[(&str, &str)] = &[
    ("env.rs", "the current directory is gone: `what_a_shell_brings_about`"),
    ("error.rs", "the constructor of the others"),
    ("error.rs", "the one for errors that are wrapped"),
    ("ops/check/record.rs", "a project comes between two looks at the tree"),
    ("ops/config.rs", "there is no home directory: std finds one in the user database"),
    ("ops/export.rs", "internal: a stream or a file was chosen before"),
    ("ops/gc.rs", "an action fails half way: `cargo xtask crash gc`"),
    ("ops/import.rs", "another drift sweeps between two locks"),
    ("ops/known.rs", "no workspace is meant: a name is resolved, or the workspace around is one"),
    ("ops/known.rs", "there is no home directory: std finds one in the user database"),
    ("ops/migrate.rs", "a disk without the room that a migration asks for"),
    ("ops/migrate.rs", "the parser asks for --database first: tests/it/migrate.rs"),
    ("ops/recovery.rs", "a second drift that is killed again and again: docs/errors.md"),
    ("panics.rs", "io: a system that starts no thread, in `unanswered.rs`"),
    ("panics.rs", "a bug: crates/drift-cli/src/panics/tests.rs makes one"),
    ("shell.rs", "the standard input is a directory: `what_a_shell_brings_about`"),
    ("ui/confirm.rs", "somebody says no: tests/it/terminal.rs"),
    ("ui/confirm.rs", "a terminal that goes away while it is asked"),
    ("ui/mod.rs", "stdout is full: tests/it/streams.rs"),
    ("ui/report.rs", "internal: a document that serde cannot write"),
];

fn nothing(_: &mut TestEnv) {}

fn init(env: &mut TestEnv) {
    env.run(["workspace", "init"]).success();
}

fn case(file: &'static str, args: &'static [&'static str]) -> Case {
    Case { file, prepare: nothing, args, code: "usage", message: "", hint: "" }
}

impl Case {
    fn after(self, prepare: fn(&mut TestEnv)) -> Case {
        Case { prepare, ..self }
    }

    fn says(self, code: &'static str, message: &'static str, hint: &'static str) -> Case {
        Case { code, message, hint, ..self }
    }
}

#[rustfmt::skip]
fn cases() -> Vec<Case> {
    let home = "start it in a repository, or name one with --root";
    vec![
        case("commands/man.rs", &["man", "workspce"])
            .says("usage", "has no command `workspce`", "did you mean `workspace`?"),
        case("commands/workspace/backup.rs", &["workspace", "backup", "--pin", "list"])
            .says("usage", "the flags of a new backup", "write them after `create`"),
        case("commands/workspace/context.rs", &["workspace", "context", "--section", "projcts"]).after(init)
            .says("not_found", "no section is called `projcts`", "did you mean `projects`?"),
        case("commands/workspace/export.rs", &["workspace", "export", "-o", "-", "--json"])
            .says("usage", "writes the bundle to the standard output", "name a file"),
        case("commands/workspace/export.rs", &["workspace", "export", "--ci", "--database", "cortex"])
            .says("usage", "a bundle for CI never holds cortex.db", "leave out `--ci`"),
        case("commands/workspace/history.rs", &["workspace", "history", "--since", "yesterday"]).after(init)
            .says("usage", "`yesterday` is neither a time nor an age", "12h or 7d"),
        case("env.rs", &["workspace", "status"]).after(|env| env.set("DRIFT_TEST_NOW", "soon"))
            .says("usage", "DRIFT_TEST_NOW is not an RFC 3339 time", "for example"),
        case("error/config.rs", &["workspace", "status", "--config", "gc.auto=7"])
            .says("config", "the configuration is invalid", "then run `drift config validate`"),
        case("ops/affected.rs", &["workspace", "affected", "--head", "topic"])
            .after(|env| { init(env); env.git(["checkout", "--quiet", "-b", "topic"]); })
            .says("usage", "nothing says what `topic` is to be compared with", "name a revision with --base"),
        case("ops/affected.rs", &["workspace", "affected", "--uncommitted"])
            .after(|env| { init(env); env.git(["checkout", "--quiet", "--orphan", "fresh"]); })
            .says("usage", "nothing is committed yet", "--since-scan"),
        case("ops/affected.rs", &["workspace", "affected", "--since-scan"])
            .after(|env| { init(env); env.run(["workspace", "reset", "--yes"]).success(); })
            .says("usage", "nothing was scanned yet", "`drift workspace scan`"),
        case("ops/backup/catalog.rs", &["workspace", "backup", "delete", "latest", "--yes"])
            .after(|env| { init(env); env.run(["workspace", "backup", "--pin"]).success(); })
            .says("usage", "is pinned", "unpin it first"),
        case("ops/cache_key.rs", &["-C", "../home", "workspace", "cache-key"])
            .says("usage", "is the home directory", home),
        case("ops/check.rs", &["workspace", "check", "--baseline"])
            .after(|env| { init(env); env.git(["checkout", "--quiet", "--detach"]); })
            .says("usage", "no branch is checked out", "check out a branch first"),
        case("ops/check/explain.rs", &["workspace", "check", "--explain", "duplicate_nam"])
            .says("not_found", "no rule is called `duplicate_nam`", "did you mean `duplicate_name`?"),
        case("ops/config.rs", &["-C", "../home", "config", "set", "gc.auto", "false"])
            .says("usage", "the home directory is no workspace", "use `--user`"),
        case("ops/config.rs", &["config", "init"])
            .after(|env| { env.run(["config", "init"]).success(); })
            .says("usage", "exists already", "`drift config set KEY VALUE`"),
        case("ops/export.rs", &["workspace", "export", "-o", ".drift/out"]).after(init)
            .says("usage", "is where drift keeps its own files", "name a file elsewhere"),
        case("ops/export.rs", &["workspace", "export", "-o", "packages"]).after(init)
            .says("usage", "is not a regular file", "`-o -`"),
        case("ops/init.rs", &["workspace", "init", "--recreate", "drift"]).after(init)
            .says("usage", "--recreate only makes one anew that was lost", "`drift workspace restore`"),
        case("ops/init.rs", &["-C", "../home", "workspace", "init"])
            .says("usage", "is the home directory", home),
        case("ops/known.rs", &["project", "add", "--name", " "]).after(init)
            .says("usage", "a name has a visible character", "--name shop"),
        case("ops/known.rs", &["project", "switch", "repo"])
            .after(|env| { init(env); std::fs::remove_dir_all(env.path(".drift")).unwrap(); })
            .says("not_found", "the workspace `repo` is not in", "`drift project cleanup`"),
        case("ops/known/resolve.rs", &["project", "info", "rpo"]).after(init)
            .says("not_found", "no known workspace is called `rpo`", "did you mean `repo`?"),
        case("ops/known/resolve.rs", &["project", "info"])
            .says("not_found", "is in no known workspace", "`drift project add`"),
        case("ops/known/resolve.rs", &["project", "info", "a"])
            .after(|env| for name in ["alpha", "beta"] {
                env.write(format!("{name}/.git/HEAD"), "");
                env.run_in(name, ["workspace", "init"]).success();
            })
            .says("not_found", "`a` means 2 workspaces: alpha", "by its path"),
        case("ops/project.rs", &["workspace", "graph", "--from", "twice"]).after(init)
            .says("not_found", "`twice` means 2 projects", "by its id"),
        case("ops/project.rs", &["workspace", "graph", "--from", "twicee"]).after(init)
            .says("not_found", "no project is called `twicee`", "did you mean `twice`?"),
        case("ops/workspace.rs", &["--root", "nowhere", "workspace", "init"])
            .says("usage", "there is no directory", "make the directory first"),
        case("ops/workspace.rs", &["workspace", "status"])
            .says("no_workspace", "no workspace in", "`drift workspace init`"),
        case("ops/workspace.rs", &["workspace", "status"])
            .after(|env| std::fs::create_dir(env.path(".drift")).unwrap())
            .says("no_workspace", "was never finished", "`drift workspace init`"),
        case("shell.rs", &["-C", "nowhere", "workspace", "status"])
            .says("usage", "as the current directory", "name a directory"),
        case("ui/confirm.rs", &["workspace", "reset"]).after(init)
            .says("confirmation_required", "not confirmed: empty", "give `--yes`"),
        case("ui/mod.rs", &["workspace", "status", "--format", "dot"])
            .says("usage", "this command does not print `--format dot`", "it knows text, json"),
        case("usage.rs", &[])
            .says("usage", "no command given", "see `drift --help`"),
        case("usage.rs", &["status"])
            .says("usage", "unrecognized subcommand 'status'", "did you mean `drift workspace status`"),
    ]
}

#[test]
fn each_is_shown_with_message_code_and_hint() {
    for case in cases() {
        let mut env = TestEnv::with_tree(
            "//- package.json\n{ \"private\": true, \"workspaces\": [\"packages/*\"] }\n\
             //- packages/a/package.json\n{ \"name\": \"twice\" }\n\
             //- packages/b/package.json\n{ \"name\": \"twice\" }\n",
        );
        env.git_init();
        (case.prepare)(&mut env);
        let exit = exit_codes()[case.code];
        let has = |flag: &str| case.args.contains(&flag);
        if !has("--json") {
            let text = env.run(case.args).assert_code(exit);
            let told = |start: &str, what: &str| {
                text.stderr.lines().any(|line| line.starts_with(start) && line.contains(what))
            };
            assert!(told("error: ", case.message) && told("hint: ", case.hint), "{:?}: {text}", case.args);
        }
        if !has("--format") {
            let more: &[&str] = if has("--json") { &[] } else { &["--json"] };
            let json = env.run([case.args, more].concat()).assert_code(exit).json();
            let field = |name: &str| json["error"][name].as_str().unwrap_or_default().to_owned();
            assert_eq!(field("code"), case.code, "{json}");
            assert!(field("message").contains(case.message) && field("hint").contains(case.hint), "{json}");
        }
    }
}

/// Directories that go away, and streams that are none.
#[cfg(unix)]
#[test]
fn what_a_shell_brings_about() {
    let env = TestEnv::with_tree("//- package.json\n{}\n");
    env.run(["workspace", "init"]).success();
    assert_eq!(
        env.shell("mkdir gone; cd gone; rmdir ../gone; drift workspace status; echo $?"),
        "error: the current directory no longer exists or cannot be read\n\
         hint: change to another directory, or name one with `-C DIR`\n1\n"
    );
    let told = env.shell("drift workspace affected --files - < .; echo $?");
    assert!(told.starts_with("error: cannot read the standard input\ncaused by: "), "{told}");
    assert!(told.ends_with("\n1\n"), "{told}");
}

#[test]
fn every_place_that_makes_one_has_a_row() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut made = BTreeMap::new();
    count(&src, &src, &mut made);
    let mut rows: BTreeMap<String, usize> = BTreeMap::new();
    let files = cases().into_iter().map(|case| case.file).chain(ELSEWHERE.iter().map(|(file, _)| *file));
    files.for_each(|file| *rows.entry(file.to_owned()).or_default() += 1);
    assert_eq!(made, rows, "the places in the sources, and the rows of this file");
}

fn count(src: &Path, dir: &Path, into: &mut BTreeMap<String, usize>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let name = path.strip_prefix(src).unwrap().to_str().unwrap().replace('\\', "/");
        if path.is_dir() {
            count(src, &path, into);
        } else if name.ends_with(".rs") && !name.ends_with("tests.rs") && name != "error/listing.rs" {
            let text = std::fs::read_to_string(&path).unwrap();
            let found = ["CommandError::new(", "CommandError::usage("].map(|call| text.matches(call).count());
            if found != [0, 0] {
                into.insert(name, found.iter().sum());
            }
        }
    }
}
