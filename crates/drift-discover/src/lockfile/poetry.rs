//! `poetry.lock`: the lock of one project, the one it lies beside, which uses all of it.

use toml::{Table, Value};

use super::{Lock, Scope};

pub(super) fn parse(text: &str, scope: &Scope) -> Result<Lock, String> {
    let doc: Table = toml::from_str(text).map_err(|why| why.message().to_owned())?;
    let metadata = doc.get("metadata");
    let mut lock = Lock::default();
    if let Some(python) = metadata.and_then(|metadata| metadata.get("python-versions")) {
        lock.settings.insert("python-versions", python.to_string());
    }
    let mut all = Vec::new();
    for entry in doc.get("package").and_then(Value::as_array).into_iter().flatten() {
        let text_of = |key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default();
        // Old files list the checksums of all packages at the end.
        let files = metadata.and_then(|metadata| metadata.get("files")?.get(text_of("name")));
        let content = format!("{entry}\n{}", files.map(Value::to_string).unwrap_or_default());
        all.push(lock.add(text_of("name"), text_of("version"), content));
    }
    lock.start(scope.at(""), &all);
    Ok(lock)
}
