//! [`Config`]: `deno.json` in Deno's words.

use serde_json::{Map, Value};

use crate::context::Context;
use crate::ecosystem::syntax;
use crate::path::RepoPath;

/// One configuration.
#[derive(Debug, Default)]
pub(super) struct Config {
    pub(super) path: RepoPath,
    pub(super) name: Option<String>,
    pub(super) version: Option<String>,
    pub(super) is_workspace: bool,
    pub(super) members: Vec<String>,
    pub(super) imports: Vec<Import>,
}

/// What an entry of `imports` stands for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Import {
    /// `jsr:` or `npm:`.
    Package { name: String, requirement: String },
    /// A path that leaves the directory.
    Path(String),
}

impl Config {
    /// Reads the configuration at `path`; `None` if it is absent or, with a problem reported, unusable.
    pub(super) fn read(context: &Context, path: &RepoPath) -> Option<Config> {
        let value = syntax::jsonc(context, path)?;
        let empty = serde_json::Map::new();
        // To Deno an empty file is an empty configuration.
        let root = value.as_object().or(value.is_null().then_some(&empty));
        let Some(root) = root else {
            context.problem(path, Some(1), "manifest.syntax", "is not a JSON object; make it one".into());
            return None;
        };
        let mut config = Config { path: path.clone(), ..Config::default() };
        let text = |key: &str| root.get(key).and_then(Value::as_str).map(str::to_owned);
        config.name = text("name");
        config.version = text("version");
        // A list, or an object that holds one.
        let members = match root.get("workspace") {
            Some(Value::Object(table)) => table.get("members"),
            other => other,
        };
        if let Some(members) = members.and_then(Value::as_array) {
            config.is_workspace = true;
            config.members = members.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect();
        }
        config.add_imports(root);
        // The map may lie in a file of its own.
        if let Some(file) = root.get("importMap").and_then(Value::as_str)
            && let Some(path) = path.parent().unwrap_or_default().join(file)
        {
            context.input(&path);
            if context.is_file(&path)
                && let Some(Value::Object(map)) = syntax::jsonc(context, &path)
            {
                config.add_imports(&map);
            }
        }
        Some(config)
    }

    fn add_imports(&mut self, root: &Map<String, Value>) {
        let imports = root.get("imports").and_then(Value::as_object).into_iter().flatten();
        self.imports.extend(imports.filter_map(|(_, value)| Import::of(value.as_str()?)));
    }
}

impl Import {
    fn of(specifier: &str) -> Option<Import> {
        if let Some(package) = specifier.strip_prefix("jsr:").or_else(|| specifier.strip_prefix("npm:")) {
            return Some(Import::package(package.trim_start_matches('/')));
        }
        specifier.starts_with("../").then(|| Import::Path(specifier.to_owned()))
    }

    /// `@scope/name@^1/sub/path`.
    fn package(text: &str) -> Import {
        let scope = if text.starts_with('@') { text.find('/').map_or(text.len(), |at| at + 1) } else { 0 };
        let end = text[scope..].find(['@', '/']).map_or(text.len(), |at| scope + at);
        let behind = text[end..].strip_prefix('@').unwrap_or_default();
        let requirement = behind.split('/').next().unwrap_or_default();
        Import::Package { name: text[..end].to_owned(), requirement: requirement.to_owned() }
    }
}
