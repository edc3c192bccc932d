//! `uv.lock`: packages whose source is a directory of the repository are the projects; what a package needs
//! is named, with version and source where the name alone is ambiguous.

use std::collections::HashMap;

use toml::{Table, Value};

use super::{Lock, Scope};

const SETTINGS: [&str; 3] = ["options", "requires-python", "version"];
/// Sources that are a path.
const LOCAL: [&str; 3] = ["editable", "virtual", "directory"];

pub(super) fn parse(text: &str, scope: &Scope) -> Result<Lock, String> {
    let doc: Table = toml::from_str(text).map_err(|why| why.message().to_owned())?;
    let mut lock = Lock::default();
    for name in SETTINGS {
        if let Some(value) = doc.get(name) {
            lock.settings.insert(name, value.to_string());
        }
    }
    let entries = || doc.get("package").and_then(Value::as_array).into_iter().flatten();
    let mut by_name: HashMap<&str, Vec<(&Value, usize)>> = HashMap::new();
    let mut places = Vec::new();
    for entry in entries() {
        let users = LOCAL.iter().find_map(|kind| entry.get("source")?.get(kind)?.as_str());
        let users = users.map(|path| scope.at(path)).unwrap_or_default();
        if !users.is_empty() {
            places.push(Err(users));
            continue;
        }
        let name = text_of(entry, "name");
        let place = lock.add(name, text_of(entry, "version"), entry.to_string());
        by_name.entry(name).or_default().push((entry, place));
        places.push(Ok(place));
    }
    for (entry, place) in entries().zip(places) {
        let groups = ["optional-dependencies", "dev-dependencies"];
        let groups = groups.iter().filter_map(|kind| entry.get(kind)?.as_table()).flat_map(Table::values);
        let needs = entry.get("dependencies").into_iter().chain(groups);
        let needs: Vec<usize> =
            needs.filter_map(Value::as_array).flatten().flat_map(|need| find(&by_name, need)).collect();
        match place {
            Ok(place) => lock.packages[place].needs = needs,
            Err(users) => lock.start(users, &needs),
        }
    }
    Ok(lock)
}

fn find(by_name: &HashMap<&str, Vec<(&Value, usize)>>, need: &Value) -> Vec<usize> {
    let fits = |entry: &Value| {
        ["version", "source"]
            .iter()
            .all(|key| need.get(key).is_none_or(|wanted| entry.get(key) == Some(wanted)))
    };
    let named = by_name.get(text_of(need, "name")).into_iter().flatten();
    named.filter(|(entry, _)| fits(entry)).map(|(_, place)| *place).collect()
}

fn text_of<'v>(entry: &'v Value, key: &str) -> &'v str {
    entry.get(key).and_then(Value::as_str).unwrap_or_default()
}
