//! No forgotten file: every Rust file is declared by its parent, so a test that exists also runs.

use super::Violation;
use super::quiet::find_words;
use super::tree::{Tree, parents};

pub(super) fn check(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (file, _) in tree.rust() {
        let Some((name, parents)) = parents(&file.path) else { continue };
        let mut found = parents.iter().filter_map(|path| tree.get(path)).peekable();
        let is_orphan = found.peek().is_none();
        let is_declared = found.any(|parent| {
            let layout = parent.rust.as_ref().map(|rust| rust.layout()).unwrap_or_default();
            let declaration = format!("mod {name};");
            find_words(&layout, &declaration).next().is_some() || layout.contains("#[path")
        });
        if is_orphan || !is_declared {
            violations.push(Violation::error(
                &file.path,
                0,
                "nothing declares this file, so it is never compiled".to_owned(),
                "a forgotten test passes for ever",
                format!("add `mod {name};` to {}, or remove the file", parents[0]),
            ));
        }
    }
    violations
}
