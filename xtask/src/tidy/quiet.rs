//! Libraries and operations are silent: they neither print nor read the environment nor the clock.

use super::arrows::BINARIES;
use super::rust_text::RustText;
use super::tree::{File, Tree};
use super::{Violation, tree};

/// Words of code, and what to do instead. A word matches whole: `print!` is not in `eprint!`.
const PRINTING: &[&str] = &[
    "print!",
    "println!",
    "eprint!",
    "eprintln!",
    "dbg!",
    "io::stdin",
    "io::stdout",
    "io::stderr",
    "stdin()",
    "stdout()",
    "stderr()",
];
const ENVIRONMENT: &[&str] = &[
    "env::args",
    "env::args_os",
    "env::current_dir",
    "env::current_exe",
    "env::home_dir",
    "env::remove_var",
    "env::set_current_dir",
    "env::set_var",
    "env::temp_dir",
    "env::var",
    "env::var_os",
    "env::vars",
    "env::vars_os",
    "process::exit",
    "tempdir()",
    "tempfile()",
];
/// `Instant` is not here: waiting for a lock needs it, and it tells nobody what time it is.
const CLOCK: &[&str] = &["SystemTime::now", "Timestamp::now", "Zoned::now", "Utc::now", "Local::now"];
const TERMINAL: &[&str] = &["clap", "indicatif", "dialoguer", "anstream", "console", "IsTerminal"];

struct Ban {
    words: &'static [&'static str],
    fix: &'static str,
}

const LIBRARY_BANS: &[Ban] = &[
    Ban { words: PRINTING, fix: "return data, or report through the event callback" },
    Ban { words: ENVIRONMENT, fix: "take it as an argument; drift-cli reads it once" },
    Ban { words: CLOCK, fix: "take `now` as an argument; drift-cli reads the clock once" },
    Ban { words: TERMINAL, fix: "leave the terminal to drift-cli/src/commands" },
];
const OPERATION_BANS: &[Ban] = &[
    Ban { words: PRINTING, fix: "put it in the report or in an event; drift-cli/src/commands renders" },
    Ban { words: TERMINAL, fix: "take options and a callback; drift-cli/src/commands owns the terminal" },
];

const WHY: &str =
    "the same library serves tests, scripts and other programs, so what it depends on is in its arguments";

pub(super) fn check(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (file, rust) in tree.rust().filter(|(file, _)| !file.is_test()) {
        if let Some(bans) = bans_for(file) {
            report(file, rust, bans, &mut violations);
        }
    }
    violations
}

fn bans_for(file: &File) -> Option<&'static [Ban]> {
    if file.path.starts_with("crates/drift-cli/src/ops/") || file.path == "crates/drift-cli/src/ops.rs" {
        Some(OPERATION_BANS)
    } else if file.path.starts_with("crates/") && !BINARIES.contains(&file.member()) {
        Some(LIBRARY_BANS)
    } else {
        None
    }
}

fn report(file: &tree::File, rust: &RustText, bans: &[Ban], violations: &mut Vec<Violation>) {
    let code = rust.code();
    for ban in bans {
        for word in ban.words {
            for offset in find_words(&code, word) {
                let what = format!("`{word}` in {}", file.member());
                violations.push(Violation::error(&file.path, file.line_at(offset), what, WHY, ban.fix));
            }
        }
    }
}

/// Offsets of `word` in `code` where it is neither the start, the end nor the middle of a longer word.
pub(super) fn find_words<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let is_word = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    code.match_indices(word).map(|(offset, _)| offset).filter(move |offset| {
        let bytes = code.as_bytes();
        let before = offset.checked_sub(1).and_then(|at| bytes.get(at));
        // A word that ends in a sign, such as `print!`, ends there whatever follows.
        let after = bytes.get(offset + word.len()).filter(|_| is_word(word.as_bytes().last()));
        !is_word(before) && !is_word(after)
    })
}
