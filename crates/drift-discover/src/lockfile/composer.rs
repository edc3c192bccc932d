//! `composer.lock`: the lock of one project, the one it lies beside, which uses all of it.

use serde_json::Value;

use super::{Lock, Scope};

pub(super) fn parse(text: &str, scope: &Scope) -> Result<Lock, String> {
    let doc: Value = serde_json::from_str(text).map_err(|why| why.to_string())?;
    let mut lock = Lock::default();
    let mut all = Vec::new();
    for entry in ["packages", "packages-dev"].iter().filter_map(|key| doc[*key].as_array()).flatten() {
        let (name, version) = (&entry["name"], &entry["version"]);
        // What Composer fetches and loads, not what it merely shows (authors, funding, the time of a release).
        let content: Vec<String> = ["source", "dist", "require", "autoload", "bin"]
            .iter()
            .map(|key| entry[*key].to_string())
            .collect();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        all.push(lock.add(text(name), text(version), content.join("\n")));
    }
    lock.start(scope.at(""), &all);
    Ok(lock)
}
