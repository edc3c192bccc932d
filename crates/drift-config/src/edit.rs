//! [`set`] and [`init`]: new texts for a configuration file. Nothing is written here; the caller writes the
//! text it gets, durably. Comments and layout of what is there are kept.

use toml_edit::{Array, DocumentMut, Item, Table, TableLike};

use crate::{
    check::check,
    error::ConfigError,
    file::ConfigFile,
    keys::{DEFAULT_TOML, Found, KeyPath, Kind, table},
    layer::{Layer, LayerData, SourceOrigin},
    load::{load_layers, validate},
    problem::{Problem, ProblemLevel, code},
    settings::value_at,
    text::{assignment, convert, split_list},
};

/// The text of `file` with one setting changed. The value is given as on the command line. Refused if the
/// value does not fit, or if the file would be wrong in a way in which it is not wrong already.
pub fn set(file: &ConfigFile, key: &str, value: &str) -> Result<String, ConfigError> {
    let path = KeyPath::parse(key)?;
    let kind = match table().find(&path) {
        Found::Leaf(leaf) => leaf.kind,
        Found::Section => return Err(ConfigError::Section { key: key.to_owned() }),
        Found::Unknown => {
            return Err(ConfigError::UnknownKey { key: key.to_owned(), suggestion: table().suggest(&path) });
        }
    };
    let new_value = toml_value(&path, kind, value)?;
    let before = validate(file);
    if before.iter().any(|problem| problem.code == code::SYNTAX) {
        return Err(ConfigError::Invalid { problems: errors(before) });
    }
    let mut document: DocumentMut = match file.text.parse() {
        Ok(document) => document,
        // `toml` accepted it above; the two share a parser.
        Err(error) => {
            let problem = Problem::error(code::SYNTAX, error.to_string());
            return Err(ConfigError::Invalid { problems: vec![problem] });
        }
    };
    insert(document.as_table_mut(), path.segments(), new_value)
        .map_err(|()| ConfigError::Invalid { problems: errors(before.clone()) })?;
    let changed = ConfigFile { text: document.to_string(), ..file.clone() };
    let known: Vec<_> = before.iter().map(|problem| (&problem.key, &problem.message)).collect();
    let mut new_problems = errors(validate(&changed));
    new_problems.retain(|problem| !known.contains(&(&problem.key, &problem.message)));
    if new_problems.is_empty() {
        Ok(changed.text)
    } else {
        Err(ConfigError::Invalid { problems: new_problems })
    }
}

/// A new configuration file: every key with its comment, commented out, so that built-in values that change in
/// a later drift reach the user. `schema` is where editors find the JSON Schema.
pub fn init(schema: &str) -> String {
    let mut out = format!("#:schema {schema}\n\n");
    let mut in_value = false;
    for line in DEFAULT_TOML.lines() {
        let is_value = in_value || !(line.is_empty() || line.starts_with(['#', '[']));
        if is_value {
            out.push('#');
            // A list over several lines ends with a bracket at the margin.
            in_value = if in_value { line != "]" } else { line.ends_with('[') };
        }
        out.push_str(line);
        out.push('\n');
    }
    out
}

/// The value in the form in which a person would write it: numbers bare even where text would do.
fn toml_value(path: &KeyPath, kind: Kind, text: &str) -> Result<toml_edit::Value, ConfigError> {
    let mut layer = LayerData::new(Layer::Flag);
    let name = path.to_string();
    let place = assignment(SourceOrigin::Flag { key: name.clone() }, "", &name, text);
    layer.insert(path, convert(kind, text), place);
    let problems = check(&layer);
    if !problems.is_empty() {
        return Err(ConfigError::Invalid { problems });
    }
    // Only the value itself: a contradiction with other settings is found in the whole file.
    let config = load_layers(&[layer]);
    let resolved = config.as_ref().and_then(|config| value_at(config, path));
    Ok(match resolved {
        Some(serde_json::Value::Bool(flag)) => flag.into(),
        Some(serde_json::Value::Number(number)) if number.is_i64() => {
            number.as_i64().unwrap_or_default().into()
        }
        _ if kind == Kind::List => split_list(text).into_iter().collect::<Array>().into(),
        _ => text.into(),
    })
}

/// Fails where a value stands in place of a table.
fn insert(table: &mut dyn TableLike, path: &[String], mut value: toml_edit::Value) -> Result<(), ()> {
    let Some((first, rest)) = path.split_first() else { return Err(()) };
    if !rest.is_empty() {
        let mut section = Table::new();
        // `[backup.retention]` needs no `[backup]` above it.
        section.set_implicit(true);
        let inner = table.entry(first).or_insert(Item::Table(section));
        return insert(inner.as_table_like_mut().ok_or(())?, rest, value);
    }
    match table.get_mut(first) {
        Some(Item::Value(old)) => {
            *value.decor_mut() = old.decor().clone();
            *old = value;
        }
        _ => {
            table.insert(first, Item::Value(value));
        }
    }
    Ok(())
}

fn errors(problems: Vec<Problem>) -> Vec<Problem> {
    problems.into_iter().filter(|problem| problem.level == ProblemLevel::Error).collect()
}
