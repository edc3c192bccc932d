//! [`Specifier`]: what the right side of a dependency says, in the words all package managers share.

/// A parsed specifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Specifier<'a> {
    /// `workspace:` by name: the name it gives instead of the dependency's own, and the rest (`*`, `^`, a range).
    Workspace { name: Option<&'a str>, rest: &'a str },
    /// A directory, by `link:`, `file:`, `portal:`, `workspace:` or bare; `/`-separated.
    Path(String),
    /// `npm:name@range` or a bare range, version or tag; `*` where an alias names no version.
    Registry { name: Option<&'a str>, range: &'a str },
    /// `catalog:`; the name of the catalog, `default` where none is given.
    Catalog(&'a str),
    /// A tarball, a git address, a protocol of a plugin: never a project of the repository.
    Elsewhere,
}

impl<'a> Specifier<'a> {
    pub(super) fn parse(text: &'a str) -> Specifier<'a> {
        let text = text.trim();
        if let Some(rest) = text.strip_prefix("workspace:") {
            return workspace(rest);
        }
        if let Some(name) = text.strip_prefix("catalog:") {
            let name = name.trim();
            return Specifier::Catalog(if name.is_empty() { "default" } else { name });
        }
        for protocol in ["link:", "file:", "portal:"] {
            if let Some(path) = text.strip_prefix(protocol) {
                return directory(path);
            }
        }
        if let Some(alias) = text.strip_prefix("npm:") {
            return alias_of(alias);
        }
        if is_path(text) {
            return directory(text);
        }
        // pnpm's `-` takes a dependency away.
        if text == "-" || text.contains([':', '/']) {
            return Specifier::Elsewhere;
        }
        Specifier::Registry { name: None, range: text }
    }
}

fn workspace(rest: &str) -> Specifier<'_> {
    if is_path(rest) {
        return directory(rest);
    }
    match split_name(rest) {
        Some((name, rest)) => Specifier::Workspace { name: Some(name), rest },
        None => Specifier::Workspace { name: None, rest },
    }
}

fn alias_of(alias: &str) -> Specifier<'_> {
    if super::version::is_range(alias) {
        return Specifier::Registry { name: None, range: alias };
    }
    let (name, range) = split_name(alias).unwrap_or((alias, "latest"));
    Specifier::Registry { name: Some(name), range }
}

/// `name@rest`, where the name may start with the `@` of its scope.
pub(super) fn split_name(text: &str) -> Option<(&str, &str)> {
    let (at, _) = text.char_indices().skip(1).find(|&(_, c)| c == '@')?;
    Some((&text[..at], &text[at + 1..]))
}

/// Whether a bare specifier is a path rather than a range or an address.
fn is_path(text: &str) -> bool {
    matches!(text, "." | "..")
        || ["./", "../", ".\\", "..\\", "/", "~/"].iter().any(|start| text.starts_with(start))
}

fn directory(path: &str) -> Specifier<'static> {
    let path = path.replace('\\', "/");
    // `file:///../a` is relative too.
    let trimmed = path.trim_start_matches('/');
    let path = if trimmed.starts_with('.') { trimmed } else { &path };
    let is_archive = [".tgz", ".tar.gz", ".tar"].iter().any(|end| path.ends_with(end));
    if is_archive || path.starts_with(['/', '~']) || path.as_bytes().get(1) == Some(&b':') {
        return Specifier::Elsewhere;
    }
    Specifier::Path(path.to_owned())
}

#[cfg(test)]
mod tests;
