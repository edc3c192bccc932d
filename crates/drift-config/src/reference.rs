//! [`reference()`]: the list of every setting and variable as Markdown, for `docs/configuration.md`.

use std::fmt::Write as _;

use crate::{env::RESERVED, keys::keys};

/// One table per section, then the variables that are not settings.
pub fn reference() -> String {
    let mut out = String::new();
    let mut section = None;
    for key in keys() {
        let segments = key.path.segments();
        let (name, parents) = (&segments[segments.len() - 1], &segments[..segments.len() - 1]);
        if section != Some(parents) {
            // A write to a String cannot fail.
            let gap = if section.is_none() { "" } else { "\n" };
            let _ = write!(
                out,
                "{gap}### `[{}]`\n\n| key | built-in value | meaning |\n|---|---|---|\n",
                parents.join(".")
            );
            section = Some(parents);
        }
        let _ = writeln!(out, "| `{name}` | `{}` | {} |", cell(&key.default), prose(&key.doc));
    }
    out.push_str("\n### Variables that are not settings\n\n| variable | meaning |\n|---|---|\n");
    for variable in RESERVED {
        let _ = writeln!(out, "| `{}` | {} |", variable.name, prose(variable.doc));
    }
    out
}

/// Prose in which nothing is emphasis.
fn prose(text: &str) -> String {
    cell(text).replace('*', "\\*")
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
