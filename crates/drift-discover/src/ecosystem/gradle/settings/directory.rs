//! The directories and files, relative to the root, that the values of a settings file name.

use crate::ecosystem::script::{Kind, Script, Value};

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
