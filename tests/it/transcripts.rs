//! What the documentation shows is what happens: the consoles of the README and of `docs/` run as tests.
//!
//! In a block marked `console`, each line after `$ ` is a command for a shell, with lines after `> ` as its
//! continuation, and what follows is what it prints. All blocks of a file run one after the other in one
//! repository. With `DRIFT_BLESS=1` a test writes down what it saw. Needs a POSIX shell, and says so where there
//! is none.

use std::path::{Path, PathBuf};

use crate::env::TestEnv;
use crate::outcome::Redactor;

/// One command of a document, and what the document says it prints.
struct Step {
    /// Where the expected output stands in the text.
    output: std::ops::Range<usize>,
    command: String,
}

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// The commands of all consoles of `text`, in order.
fn steps(text: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let (mut inside, mut at) = (false, 0);
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        if line.starts_with("```") {
            inside = line.trim_end() == "```console";
        } else if !inside {
        } else if let Some(command) = line.strip_prefix("$ ") {
            steps.push(Step { output: at..at, command: command.trim_end().to_owned() });
        } else if let Some(step) = steps.last_mut().filter(|step| step.output.end == start) {
            match line.strip_prefix("> ").filter(|_| step.output.is_empty()) {
                Some(more) => {
                    step.command = format!("{}\n{}", step.command, more.trim_end());
                    step.output = at..at;
                }
                None => step.output.end = at,
            }
        }
    }
    steps
}

/// Runs the consoles of a document in `env`. `shown_root` is how the document calls the repository, and
/// `varies` is what else differs from run to run.
fn check(env: &TestEnv, document: &str, shown_root: &str, varies: &[&str]) {
    let path = project(document);
    let text = std::fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
    let redactor = Redactor::new(Path::new(shown_root), env.home());
    let plain = |text: &str| {
        let text = redactor.redact(text.trim_end());
        varies.iter().fold(text, |text, pattern| {
            regex::Regex::new(pattern).unwrap().replace_all(&text, "[VARIES]").into_owned()
        })
    };
    let mut blessed = text.clone();
    let mut wrong = Vec::new();
    let steps = steps(&text);
    assert!(!steps.is_empty(), "{document} has no console");
    // A workspace is called as its directory is.
    let name = |root: &Path| format!("{} in {shown_root}", root.file_name().unwrap().to_str().unwrap());
    let (name, shown_name) = (name(&env.path("")), name(Path::new(shown_root)));
    for step in &steps {
        let printed = env
            .shell(&step.command)
            .replace(env.path("").to_str().unwrap().trim_end_matches('/'), shown_root)
            .replace(&name, &shown_name);
        // A blank line ends what a command printed, for the eye.
        let expected = &text[step.output.clone()];
        if plain(expected) != plain(&printed) {
            wrong.push(format!("$ {}\n--- as documented\n{expected}\n--- as it is\n{printed}", step.command));
            let shift = blessed.len() as isize - text.len() as isize;
            let place = |at: usize| (at as isize + shift) as usize;
            let blank = if expected.ends_with("\n\n") { "\n" } else { "" };
            let printed = format!("{}{blank}", if printed.is_empty() { "" } else { &printed });
            blessed.replace_range(place(step.output.start)..place(step.output.end), &printed);
        }
    }
    if std::env::var_os("DRIFT_BLESS").is_some() {
        std::fs::write(path, blessed).unwrap();
    }
    assert!(
        wrong.is_empty(),
        "{document} is not up to date (DRIFT_BLESS=1 rewrites it):\n{}",
        wrong.join("\n\n")
    );
}

#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn no_shell() -> bool {
    if cfg!(unix) {
        return false;
    }
    eprintln!("skipped: the consoles of the documentation need a POSIX shell");
    true
}

#[test]
fn the_tutorial_happens_as_it_is_told() {
    if no_shell() {
        return;
    }
    let env = TestEnv::new();
    // Versions of git differ in the name of the first branch.
    std::fs::write(env.home().join(".gitconfig"), "[init]\n\tdefaultBranch = main\n").unwrap();
    check(&env, "docs/tutorial.md", "/home/me/shop", &[]);
}

/// The README shows drift on its own sources.
#[test]
fn the_readme_happens_as_it_is_told() {
    if no_shell() {
        return;
    }
    let env = TestEnv::new();
    let tracked =
        std::process::Command::new("git").args(["ls-files", "-z"]).current_dir(project("")).output();
    let Some(tracked) = tracked.ok().filter(|output| output.status.success()) else {
        eprintln!("skipped: the sources are not a clone");
        return;
    };
    for file in tracked.stdout.split(|&byte| byte == 0).filter(|file| !file.is_empty()) {
        let file = std::str::from_utf8(file).unwrap();
        // A file that was removed and not committed yet is not there.
        if let Ok(contents) = std::fs::read(project(file)) {
            env.write(file, contents);
        }
    }
    env.git_init();
    env.commit("second");
    check(&env, "README.md", "/home/me/drift", &[r"\b\d+ files"]);
}

#[test]
fn consoles_are_found() {
    let text = "a\n```console\n$ one\n1\n\n$ two\n> 2\n```\n```sh\n$ no\n```\n";
    let found: Vec<_> =
        steps(text).iter().map(|step| (step.command.clone(), &text[step.output.clone()])).collect();
    assert_eq!(found, [("one".to_owned(), "1\n\n"), ("two\n2".to_owned(), "")]);
}
