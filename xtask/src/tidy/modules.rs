//! No forgotten file: every Rust file is declared by its parent, so a test that exists also runs.

use super::Violation;
use super::quiet::find_words;
use super::tree::Tree;

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

/// The name of the module in `path`, and the files that may declare it; `None` for the root of a target.
fn parents(path: &str) -> Option<(&str, Vec<String>)> {
    let (folder, file) = path.rsplit_once('/')?;
    let (folder, name) = match file {
        "mod.rs" => folder.rsplit_once('/')?,
        _ => (folder, file.strip_suffix(".rs")?),
    };
    let (_, folder_name) = folder.rsplit_once('/')?;
    let is_root = matches!(file, "main.rs" | "lib.rs" | "build.rs")
        || matches!(folder_name, "bin" | "examples" | "benches" | "fuzz_targets")
        || (folder_name == "tests" && !path.contains("/src/"));
    if is_root {
        return None;
    }
    let mut parents = vec![format!("{folder}.rs"), format!("{folder}/mod.rs")];
    if folder_name == "src" || path.starts_with("tests/") {
        parents.insert(0, format!("{folder}/main.rs"));
        parents.insert(0, format!("{folder}/lib.rs"));
    }
    Some((name, parents))
}
