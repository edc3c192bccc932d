//! Manifests of any format as one kind of value, and the keys that lead into it.
//!
//! Bounds on size and nesting are those of the readers that are shared by all ecosystems.

use roxmltree::Node;
use serde_json::{Map, Number, Value};
use toml::de::{DeTable, DeValue};

use super::Format;
use crate::context::Context;
use crate::ecosystem::syntax;
use crate::ecosystem::toml_file::TomlFile;
use crate::ecosystem::xml_file::XmlFile;
use crate::path::RepoPath;

/// The content of `path`; `None` if it is absent or, with a problem reported, unusable.
pub(super) fn read(context: &Context, path: &RepoPath, format: Format) -> Option<Value> {
    let value = match format {
        Format::Json => syntax::json(context, path)?,
        Format::Jsonc => syntax::jsonc(context, path)?,
        Format::Yaml => syntax::yaml(context, path)?,
        Format::Toml => table(TomlFile::parse(context, path, &context.text(path)?)?.root()),
        Format::Xml => {
            let text = context.text(path)?;
            let file = XmlFile::parse(context, path, &text)?;
            let root = file.root();
            Value::Object(Map::from_iter([(root.tag_name().name().to_owned(), element(root))]))
        }
    };
    if value.is_object() {
        return Some(value);
    }
    context.problem(path, Some(1), "manifest.syntax", "is not a table of keys; make it one".into());
    None
}

/// The values that `keys` lead to: several where a list is on the way, since a key of a list is that key of
/// each of its entries.
pub(super) fn at<'v>(value: &'v Value, keys: &[String]) -> Vec<&'v Value> {
    let mut found = vec![value];
    for key in keys {
        let mut next = Vec::new();
        for value in found {
            step(value, key, &mut next);
        }
        found = next;
    }
    found
}

fn step<'v>(value: &'v Value, key: &str, next: &mut Vec<&'v Value>) {
    match value {
        Value::Object(table) if key == "*" => next.extend(table.values()),
        Value::Object(table) => next.extend(table.get(key)),
        Value::Array(list) if key == "*" => next.extend(list),
        Value::Array(list) => next.extend(list.iter().filter_map(|entry| entry.as_object()?.get(key))),
        _ => {}
    }
}

/// A text, or a number as text.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        // The text of an element that has attributes.
        Value::Object(table) => table.get("#text")?.as_str().map(str::to_owned),
        _ => None,
    }
}

fn table(table: &DeTable) -> Value {
    table.iter().map(|(key, value)| (key.get_ref().to_string(), toml_value(value.get_ref()))).collect()
}

fn toml_value(value: &DeValue) -> Value {
    match value {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => Value::from(number),
            Err(_) => Value::String(number.to_string()),
        },
        DeValue::Float(number) => {
            let parsed = number.as_str().parse::<f64>().ok().and_then(Number::from_f64);
            parsed.map_or_else(|| Value::String(number.as_str().to_owned()), Value::Number)
        }
        DeValue::Boolean(value) => Value::Bool(*value),
        DeValue::Datetime(time) => Value::String(time.to_string()),
        DeValue::Array(items) => items.iter().map(|item| toml_value(item.get_ref())).collect(),
        DeValue::Table(inner) => table(inner),
    }
}

/// An element with neither attributes nor elements is its text.
fn element(node: Node) -> Value {
    let text: String = node.children().filter_map(|child| child.is_text().then(|| child.text())?).collect();
    let text = text.trim();
    let mut map = Map::new();
    for attribute in node.attributes() {
        map.insert(format!("@{}", attribute.name()), Value::String(attribute.value().to_owned()));
    }
    for child in node.children().filter(Node::is_element) {
        let value = element(child);
        match map.entry(child.tag_name().name()) {
            serde_json::map::Entry::Vacant(slot) => {
                slot.insert(Value::Array(vec![value]));
            }
            serde_json::map::Entry::Occupied(mut slot) => {
                slot.get_mut().as_array_mut().into_iter().for_each(|list| list.push(value.clone()));
            }
        }
    }
    if map.is_empty() {
        return Value::String(text.to_owned());
    }
    if !text.is_empty() {
        map.insert("#text".to_owned(), Value::String(text.to_owned()));
    }
    Value::Object(map)
}
