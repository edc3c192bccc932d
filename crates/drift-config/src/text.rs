//! Settings given as text: environment variables and `--config key=value`, with the same conversions.
//! Only variables that name a known key are settings; any other `DRIFT_` variable is left alone, with a
//! warning where it looks like a misspelled one. An empty value means unset. figment's own environment
//! provider guesses types from the text and reads the process, so it is not used.

use std::{
    cell::LazyCell,
    collections::{BTreeMap, HashMap},
    ffi::OsString,
    sync::Arc,
};

use figment::value::Value;

use crate::{
    env::{self, is_reserved},
    keys::{Found, KeyInfo, KeyPath, Kind, table},
    layer::{Layer, LayerData, Place, Source, SourceOrigin},
    problem::{Problem, code},
    suggest::nearest,
};

/// The layer of the environment, with problems of both levels.
pub(crate) fn env_layer(vars: &BTreeMap<OsString, OsString>) -> (LayerData, Vec<Problem>) {
    // Made once a variable asks for it: mostly there is none.
    let known: LazyCell<HashMap<String, &Arc<KeyInfo>>> =
        LazyCell::new(|| table().leaves.iter().map(|leaf| (leaf.variable(), leaf)).collect());
    let mut data = LayerData::new(Layer::Env);
    let mut problems = Vec::new();
    for (name, value) in vars {
        let Some(name) = name.to_str().filter(|name| name.starts_with(env::PREFIX)) else { continue };
        if value.is_empty() || is_reserved(name) {
            continue;
        }
        let shown = value.to_string_lossy();
        let origin = SourceOrigin::Env { name: name.to_owned() };
        let place = assignment(origin, "", name, &shown);
        // Windows keeps the case of a name and ignores it.
        let setting = if cfg!(windows) { name.to_ascii_uppercase() } else { name.to_owned() };
        match (known.get(&setting), value.to_str()) {
            (Some(leaf), Some(text)) => data.insert(&leaf.path, convert(leaf.kind, text), place),
            (Some(leaf), None) => problems.push(
                Problem::error(code::INVALID_VALUE, "the value is not valid UTF-8")
                    .key(&leaf.path)
                    .at_value(&place),
            ),
            (None, _) => {
                let meant = near_miss(name, known.keys().map(String::as_str));
                problems.extend(meant.map(|meant| {
                    Problem::warning(code::UNKNOWN_VARIABLE, format!("{name} is not a variable of drift"))
                        .hint(Some(format!("did you mean {meant}?")))
                        .at_key(&place)
                }));
            }
        }
    }
    (data, problems)
}

/// The layer of `--config`; a later flag wins over an earlier one. An unknown key is always an error here:
/// it was typed for this very run.
pub(crate) fn flag_layer(flags: &[(String, String)]) -> (LayerData, Vec<Problem>) {
    let mut data = LayerData::new(Layer::Flag);
    let mut problems = Vec::new();
    for (key, text) in flags {
        let place = assignment(SourceOrigin::Flag { key: key.clone() }, "--config ", key, text);
        let unknown = |hint: Option<String>| {
            Problem::error(code::UNKNOWN_KEY, "there is no such setting").key(key).hint(hint).at_key(&place)
        };
        let Ok(path) = KeyPath::parse(key) else {
            problems.push(unknown(None));
            continue;
        };
        match table().find(&path) {
            Found::Leaf(_) if text.is_empty() => {}
            Found::Leaf(leaf) => data.insert(&path, convert(leaf.kind, text), place),
            Found::Section => problems.push(
                Problem::error(code::UNKNOWN_KEY, "this is a section, not a setting")
                    .key(key)
                    .hint(table().leaf_below(&path).map(|leaf| format!("for example `{leaf}`")))
                    .at_key(&place),
            ),
            Found::Unknown => {
                let hint = table().suggest(&path).map(|meant| format!("did you mean `{meant}`?"));
                problems.push(unknown(hint));
            }
        }
    }
    (data, problems)
}

/// Text as a value of the kind that the key has. What does not convert stays text, so that the type check
/// reports it with its place.
pub(crate) fn convert(kind: Kind, text: &str) -> Value {
    let as_text = || Value::from(text);
    match kind {
        Kind::Text => as_text(),
        Kind::Bool => match text.trim().to_ascii_lowercase().as_str() {
            "1" | "true" | "yes" => Value::from(true),
            "0" | "false" | "no" => Value::from(false),
            _ => as_text(),
        },
        Kind::Integer => text.trim().parse::<i64>().map_or_else(|_| as_text(), Value::from),
        Kind::List => Value::from(split_list(text)),
        Kind::Tables if text.trim() == "[]" => Value::from(Vec::<Value>::new()),
        Kind::Tables => as_text(),
    }
}

/// `a, b` or the TOML list `["a", "b,c"]`, which also has a way to say "none": `[]`.
pub(crate) fn split_list(text: &str) -> Vec<String> {
    let trimmed = text.trim();
    if trimmed.starts_with('[')
        && let Ok(toml_edit::Value::Array(items)) = trimmed.parse()
        && items.iter().all(toml_edit::Value::is_str)
    {
        return items.iter().filter_map(toml_edit::Value::as_str).map(str::to_owned).collect();
    }
    trimmed.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
}

/// The place of a value that is given as `name=value`, shown after `prefix`.
pub(crate) fn assignment(origin: SourceOrigin, prefix: &str, name: &str, value: &str) -> Place {
    let text = format!("{prefix}{name}={value}");
    let name_end = prefix.len() + name.len();
    let (key, value) = (prefix.len()..name_end, name_end + 1..text.len());
    Place { source: Arc::new(Source { origin, text }), key, value }
}

/// The variable that `name` was meant to be, if it looks like one: `DRIFT_SECTION__KEY` spelled nearly so,
/// or a known name but for its underscores, its case or a letter.
fn near_miss<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let folded = |name: &str| name.replace('_', "").to_ascii_uppercase();
    let names: Vec<&str> = known.chain(env::RESERVED.iter().map(|variable| variable.name)).collect();
    let wanted = folded(name);
    let close = |candidate: &&&str| {
        let candidate = folded(candidate);
        candidate == wanted || (candidate.len() > 12 && strsim::osa_distance(&candidate, &wanted) <= 1)
    };
    if name.len() > 100 {
        return None;
    }
    if let Some(candidate) = names.iter().find(close) {
        return Some(candidate);
    }
    let (section_and_key, is_setting) = (name.trim_start_matches(env::PREFIX), name.contains("__"));
    if !is_setting {
        return None;
    }
    // Compared without the prefix that all share, which would make everything alike.
    let stripped = names.iter().filter_map(|name| name.strip_prefix(env::PREFIX));
    let meant = nearest(section_and_key, stripped)?;
    names.into_iter().find(|name| name.strip_prefix(env::PREFIX) == Some(meant))
}
