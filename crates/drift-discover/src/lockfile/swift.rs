//! `Package.resolved`: the pins of one package, the one it lies beside, which uses all of them.

use serde_json::Value;

use super::{Lock, Scope};

pub(super) fn parse(text: &str, scope: &Scope) -> Result<Lock, String> {
    let doc: Value = serde_json::from_str(text).map_err(|why| why.to_string())?;
    // Version 1 keeps its pins one level deeper.
    let pins = doc["pins"].as_array().or_else(|| doc["object"]["pins"].as_array());
    let mut lock = Lock::default();
    let mut all = Vec::new();
    for pin in pins.into_iter().flatten() {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let name = text(&pin["identity"]).or_else(|| text(&pin["package"])).unwrap_or_default();
        let version = text(&pin["state"]["version"]).or_else(|| text(&pin["state"]["revision"]));
        all.push(lock.add(name, version.unwrap_or_default(), pin.to_string()));
    }
    lock.start(scope.at(""), &all);
    Ok(lock)
}
