//! What the values in a settings file say: names of projects, directories, accessors.

use crate::ecosystem::script::{Kind, Script, Value};

/// The strings of an `include`: literals and lists of them.
pub(super) fn names(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Call(name, args) if matches!(name.as_str(), "listOf" | "arrayOf" | "setOf") => {
            let lists = args.positional.iter().map(names).collect::<Option<Vec<_>>>()?;
            Some(lists.into_iter().flatten().collect())
        }
        other => Some(other.texts()?.into_iter().map(str::to_owned).collect()),
    }
}

/// The directory, relative to the root, that a value names.
pub(super) fn directory(script: &Script, at: usize, value: &Value) -> Option<String> {
    let is_root = |word: &str| {
        matches!(
            word,
            "rootDir"
                | "settingsDir"
                | "rootProject.projectDir"
                | "settings.rootProject.projectDir"
                | "settings.rootDir"
                | "settings.settingsDir"
        )
    };
    let relative = |text: &str| (!text.starts_with('/')).then(|| text.to_owned());
    match value {
        Value::Text(text) => relative(text),
        Value::Call(name, args) => match (name.as_str(), &args.positional[..]) {
            ("file" | "File" | "java.io.File", [Value::Text(text)]) => relative(text),
            ("File" | "java.io.File", [Value::Word(base), Value::Text(text)]) if is_root(base) => {
                relative(text)
            }
            (name, [Value::Text(text)]) if name.strip_suffix(".resolve").is_some_and(is_root) => {
                relative(text)
            }
            ("file" | "File", [Value::Computed]) => from_root(script, at),
            _ => None,
        },
        // Groovy's `"$rootDir/x" as File`.
        Value::Computed if script.word(at + 1) == Some("as") => from_root(script, at),
        _ => None,
    }
}

/// `file("$rootDir/x")`, where the interpolation is the first thing.
pub(super) fn from_root(script: &Script, at: usize) -> Option<String> {
    let text = (at..at + 3).find_map(|at| match script.kind(at) {
        Some(Kind::Computed(text)) => Some(text),
        _ => None,
    })?;
    let marks =
        ["$rootDir/", "${rootDir}/", "$settingsDir/", "${settingsDir}/", "${rootProject.projectDir}/"];
    let rest = marks.iter().find_map(|mark| text.strip_prefix(mark))?;
    (!rest.contains('$')).then(|| rest.to_owned())
}

/// `foo-bar_baz` as `fooBarBaz`.
pub(super) fn camel(name: &str) -> String {
    let mut out = String::new();
    for (at, part) in name.split(['-', '_', '.']).filter(|part| !part.is_empty()).enumerate() {
        let mut chars = part.chars();
        match chars.next() {
            Some(first) if at > 0 => out.extend(first.to_uppercase()),
            Some(first) => out.push(first),
            None => {}
        }
        out.extend(chars);
    }
    out
}
