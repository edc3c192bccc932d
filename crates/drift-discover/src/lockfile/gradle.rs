//! `gradle.lockfile`: `group:name:version=configurations`, the lock of the project beside it.

use super::{Lock, Scope};

pub(super) fn parse(text: &str, scope: &Scope) -> Result<Lock, String> {
    let mut lock = Lock::default();
    let mut all = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (module, configurations) = line.split_once('=').ok_or_else(|| format!("{line:?} is no entry"))?;
        // `empty=…` lists the configurations without dependencies.
        let Some((name, version)) = module.rsplit_once(':') else { continue };
        all.push(lock.add(name, version, configurations));
    }
    lock.start(scope.at(""), &all);
    Ok(lock)
}
