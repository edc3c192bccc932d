//! [`Setting`]: one key with its value as text and JSON and where it came from; what `config show` and
//! `config get` print.

use serde_json::Value;

use crate::{
    error::ConfigError,
    keys::{Found, KeyPath, table},
    layer::Origin,
    load::Loaded,
    model::Config,
};

#[derive(Clone, Debug)]
pub struct Setting {
    pub key: KeyPath,
    pub value: Value,
    pub origin: Origin,
}

impl Setting {
    /// The value as it is written in TOML.
    pub fn toml(&self) -> String {
        toml_text(&self.value)
    }
}

impl Loaded {
    /// Every setting in the order of `default.toml`, overrides for projects last in their section.
    pub fn settings(&self) -> Vec<Setting> {
        let mut keys: Vec<KeyPath> = Vec::new();
        let own = self.provenance.set_keys().filter(|key| !table().has_default(key));
        let mut own: Vec<KeyPath> = own.cloned().collect();
        for leaf in &table().leaves {
            // Before the section changes, what belongs below it.
            if let Some(last) = keys.last()
                && last.segments().first() != leaf.path.segments().first()
            {
                let section = KeyPath::from(&last.segments()[..1]);
                keys.extend(own.extract_if(.., |key| key.starts_with(&section)));
            }
            keys.push(leaf.path.clone());
        }
        keys.append(&mut own);
        let json = serde_json::to_value(&self.config).unwrap_or_default();
        let setting = |key: KeyPath| {
            Some(Setting { value: lookup(&json, &key)?.clone(), origin: self.provenance.origin(&key), key })
        };
        keys.into_iter().filter_map(setting).collect()
    }

    /// The setting of that key, or all settings of that section.
    pub fn get(&self, key: &str) -> Result<Vec<Setting>, ConfigError> {
        let path = KeyPath::parse(key)?;
        let found = table().find(&path);
        if let Found::Unknown = found {
            return Err(ConfigError::UnknownKey { key: key.to_owned(), suggestion: table().suggest(&path) });
        }
        let settings = self.settings();
        let mut wanted: Vec<Setting> =
            settings.iter().filter(|setting| setting.key.starts_with(&path)).cloned().collect();
        if let (Found::Leaf(leaf), true) = (found, wanted.is_empty()) {
            // What a project does not override is as in the section around.
            let inherited = settings.into_iter().find(|setting| setting.key == leaf.path);
            wanted.extend(inherited.map(|setting| Setting { key: path, ..setting }));
        }
        Ok(wanted)
    }
}

/// The value of one key as JSON.
pub(crate) fn value_at(config: &Config, key: &KeyPath) -> Option<Value> {
    lookup(&serde_json::to_value(config).ok()?, key).cloned()
}

fn lookup<'a>(json: &'a Value, key: &KeyPath) -> Option<&'a Value> {
    key.segments().iter().try_fold(json, |value, segment| value.get(segment))
}

fn toml_text(value: &Value) -> String {
    match value {
        Value::String(text) => toml_edit::Value::from(text.as_str()).to_string(),
        Value::Array(items) => {
            format!("[{}]", items.iter().map(toml_text).collect::<Vec<_>>().join(", "))
        }
        Value::Object(table) => {
            let entry = |(key, value): (&String, &Value)| {
                format!("{} = {}", KeyPath::from(std::slice::from_ref(key)), toml_text(value))
            };
            format!("{{ {} }}", table.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}
