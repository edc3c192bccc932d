//! `pubspec.lock`: one list for all members of a workspace, which does not tell who uses what.

use super::{Lock, Scope, yaml};

pub(super) fn parse(text: &str, scope: &Scope) -> Result<Lock, String> {
    let doc = yaml(text)?;
    let mut lock = Lock::default();
    if let Some(sdks) = doc.get("sdks") {
        lock.settings.insert("sdks", sdks.to_string());
    }
    let mut all = Vec::new();
    for (name, entry) in doc.get("packages").and_then(|packages| packages.as_object()).into_iter().flatten() {
        let version = entry["version"].as_str().unwrap_or_default();
        all.push(lock.add(name, version, entry["description"].to_string()));
    }
    lock.start(scope.sharing(), &all);
    Ok(lock)
}
