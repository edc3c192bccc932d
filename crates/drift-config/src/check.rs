//! Checks one layer against the table of keys and the types of [`Config`], and reports everything that is
//! wrong with it. figment stops at the first error and knows no lines, so each value is tried on its own.

use figment::{
    Figment,
    error::{Actual, Kind},
    value::{Dict, Value},
};
use std::collections::BTreeMap;

use crate::{
    keys::{KeyPath, Node, table},
    layer::LayerData,
    model::Config,
    problem::{MAX_PROBLEMS, Problem, code},
    suggest::nearest,
};

/// Unknown keys are warnings, values of a wrong type errors.
pub(crate) fn check(layer: &LayerData) -> Vec<Problem> {
    if layer.dict.is_empty() {
        return Vec::new();
    }
    let mut check = Check { layer, problems: Vec::new() };
    check.section(&layer.dict, &table().root, &KeyPath::default());
    check.problems.sort_by_key(Problem::position);
    check.problems
}

struct Check<'a> {
    layer: &'a LayerData,
    problems: Vec<Problem>,
}

impl Check<'_> {
    fn section(&mut self, dict: &Dict, known: &BTreeMap<String, Node>, path: &KeyPath) {
        for (name, value) in dict {
            if self.problems.len() >= MAX_PROBLEMS {
                return;
            }
            let path = path.child(name);
            match (known.get(name), value) {
                (Some(Node::Leaf(_)), value) => self.leaf(&path, value),
                (Some(Node::Section(inner)), Value::Dict(_, dict)) => self.section(dict, inner, &path),
                (Some(Node::Entries(inner)), Value::Dict(_, dict)) => self.entries(dict, inner, &path),
                (Some(Node::Section(_) | Node::Entries(_)), value) => self.not_a_table(&path, value),
                (None, _) => self.unknown(&path),
            }
        }
    }

    fn entries(&mut self, dict: &Dict, known: &BTreeMap<String, Node>, path: &KeyPath) {
        for (name, value) in dict {
            let path = path.child(name);
            match value {
                Value::Dict(_, dict) => self.section(dict, known, &path),
                value => self.not_a_table(&path, value),
            }
        }
    }

    fn leaf(&mut self, path: &KeyPath, value: &Value) {
        let mut one = LayerData::new(self.layer.layer);
        let Some(place) = self.layer.places.get(path) else { return };
        one.insert(path, value.clone(), place.clone());
        let tried = Figment::from(&table().defaults).merge(&one).extract::<Config>();
        if let Err(error) = tried {
            // The path of the error leads to the element of a list.
            let place = self.layer.place(&error.path).unwrap_or(place);
            let problem = Problem::error(code::INVALID_VALUE, explain(&error.kind)).key(path);
            self.problems.push(problem.at_value(place));
        }
    }

    fn not_a_table(&mut self, path: &KeyPath, value: &Value) {
        let message = format!("expected a table, found {}", found(&value.to_actual()));
        let problem = Problem::error(code::INVALID_VALUE, message).key(path);
        self.problems.push(match self.layer.places.get(path) {
            Some(place) => problem.at_value(place),
            None => problem,
        });
    }

    fn unknown(&mut self, path: &KeyPath) {
        let hint = table().suggest(path).map(|meant| format!("did you mean `{meant}`?"));
        let problem = Problem::warning(code::UNKNOWN_KEY, "unknown key").key(path).hint(hint);
        self.problems.push(match self.layer.places.get(path) {
            Some(place) => problem.at_key(place),
            None => problem,
        });
    }
}

/// figment's error in the words of TOML.
fn explain(kind: &Kind) -> String {
    match kind {
        Kind::Message(message) => message.clone(),
        Kind::InvalidType(actual, expected) | Kind::InvalidValue(actual, expected) => {
            format!("expected {}, found {}", wanted(expected), found(actual))
        }
        Kind::UnknownField(found, known) => match nearest(found, known.iter().copied()) {
            Some(meant) => format!("unknown key `{found}`; did you mean `{meant}`?"),
            None => format!("unknown key `{found}`; there are {}", known.join(", ")),
        },
        Kind::MissingField(name) => format!("the key `{name}` is missing"),
        other => other.to_string(),
    }
}

fn wanted(expected: &str) -> &str {
    match expected {
        "u32" => "a whole number",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        other if other.starts_with("struct ") => "a table",
        other => other,
    }
}

fn found(actual: &Actual) -> String {
    match actual {
        Actual::Bool(value) => value.to_string(),
        Actual::Unsigned(number) => format!("the number {number}"),
        Actual::Signed(number) => format!("the number {number}"),
        Actual::Float(number) => format!("the number {number}"),
        Actual::Str(text) => format!("the string {text:?}"),
        Actual::Seq => "a list".to_owned(),
        Actual::Map => "a table".to_owned(),
        other => other.to_string(),
    }
}
