//! [`schema`]: the JSON Schema of a configuration file, for editors. The shape comes from the types of
//! [`Config`], prose and built-in values from `default.toml`.

use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use crate::{
    keys::{KeyPath, Node, OF_PROJECTS, table},
    model::Config,
};

/// The schema as a JSON document. In a file every key is optional and unknown keys are mistakes.
pub fn schema() -> Value {
    // Editors' TOML support knows draft 7 best.
    let settings = SchemaSettings::draft07().with(|settings| settings.inline_subschemas = true);
    let mut schema = settings.into_generator().into_root_schema_for::<Config>().to_value();
    loosen(&mut schema);
    for leaf in &table().leaves {
        if let Some(property) = property(&mut schema, &leaf.path) {
            property["description"] = json!(leaf.doc);
            if let Some(default) = built_in(&leaf.path) {
                property["default"] = default;
            }
        }
    }
    describe_entries(&mut schema);
    schema["title"] = json!("drift.toml");
    schema["description"] = json!("Configuration of drift.");
    schema
}

/// No key is required, and objects with named properties have no others.
fn loosen(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            map.remove("required");
            if map.contains_key("properties") {
                map.insert("additionalProperties".to_owned(), json!(false));
            }
            map.values_mut().for_each(loosen);
        }
        Value::Array(items) => items.iter_mut().for_each(loosen),
        _ => {}
    }
}

fn property<'a>(schema: &'a mut Value, path: &KeyPath) -> Option<&'a mut Value> {
    path.segments().iter().try_fold(schema, |schema, segment| schema.get_mut("properties")?.get_mut(segment))
}

/// The prose of a section holds for what one project overrides as well.
fn describe_entries(schema: &mut Value) {
    for [section, projects] in OF_PROJECTS {
        let Some(Node::Section(nodes)) = table().root.get(section) else { continue };
        let entry = &mut schema["properties"][section]["properties"][projects]["additionalProperties"];
        for (name, node) in nodes {
            if let (Node::Leaf(leaf), Some(own)) = (node, entry["properties"].get_mut(name)) {
                own["description"] = json!(leaf.doc);
            }
        }
    }
}

fn built_in(path: &KeyPath) -> Option<Value> {
    let mut json = serde_json::to_value(&table().defaults.dict).ok()?;
    path.segments().iter().try_fold(&mut json, |value, segment| value.get_mut(segment)).map(Value::take)
}
