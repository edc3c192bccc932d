//! `packages.lock.json`: the lock of the project beside it, by target framework, with its project references
//! spread out.

use serde_json::Value;

use super::{Lock, Scope};

pub(super) fn parse(text: &str, scope: &Scope) -> Result<Lock, String> {
    let doc: Value = serde_json::from_str(text).map_err(|why| why.to_string())?;
    let mut lock = Lock::default();
    let mut all = Vec::new();
    for (framework, packages) in doc["dependencies"].as_object().into_iter().flatten() {
        for (name, entry) in packages.as_object().into_iter().flatten() {
            // Projects change with their files, which are seen as such.
            if entry["type"] == "Project" {
                continue;
            }
            let version = entry["resolved"].as_str().unwrap_or_default();
            all.push(lock.add(name, version, format!("{framework}\n{}", entry["contentHash"])));
        }
    }
    lock.start(scope.at(""), &all);
    Ok(lock)
}
