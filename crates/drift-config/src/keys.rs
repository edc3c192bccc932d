//! Every key there is, read from `default.toml`: its kind, prose and built-in value. Unknown keys, names of
//! variables, conversions of text, documentation and the schema all go by this one table.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    fmt,
    sync::{Arc, LazyLock},
};

use figment::value::{Dict, Value};

use crate::{
    env::PREFIX,
    error::ConfigError,
    file::{ConfigFile, parse_toml},
    layer::{Layer, LayerData},
    suggest::nearest,
};

/// The built-in configuration with a comment for every key; also `drift.toml.example`.
pub const DEFAULT_TOML: &str = include_str!("default.toml");

/// The sections whose keys are names of projects; each entry holds what the section around it holds.
pub(crate) const OF_PROJECTS: [[&str; 2]; 2] = [["rules", "projects"], ["gates", "projects"]];

/// The key whose value is a list of tables.
const TABLES: [&str; 2] = ["discover", "ecosystem"];

/// The path of a key, one segment per table. Shown dotted, with quotes where TOML needs them.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyPath(Vec<String>);

impl KeyPath {
    /// Reads a dotted key as TOML does: `gates.projects."npm:web".max_errors`.
    pub fn parse(text: &str) -> Result<KeyPath, ConfigError> {
        match toml_edit::Key::parse(text) {
            Ok(keys) => Ok(KeyPath(keys.iter().map(|key| key.get().to_owned()).collect())),
            Err(_) => Err(ConfigError::UnknownKey { key: text.to_owned(), suggestion: None }),
        }
    }

    pub fn segments(&self) -> &[String] {
        &self.0
    }

    pub fn starts_with(&self, prefix: &KeyPath) -> bool {
        self.0.starts_with(&prefix.0)
    }

    pub(crate) fn child(&self, segment: &str) -> KeyPath {
        let mut segments = self.0.clone();
        segments.push(segment.to_owned());
        KeyPath(segments)
    }
}

impl From<&[String]> for KeyPath {
    fn from(segments: &[String]) -> KeyPath {
        KeyPath(segments.to_vec())
    }
}

impl fmt::Display for KeyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, segment) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(".")?;
            }
            let bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
            if !segment.is_empty() && segment.chars().all(bare) {
                f.write_str(segment)?;
            } else {
                f.write_str(&toml_edit::Value::from(segment.as_str()).to_string())?;
            }
        }
        Ok(())
    }
}

/// How text from a variable or a flag becomes a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Bool,
    Integer,
    Text,
    List,
    /// A list of tables, which only a file can have.
    Tables,
}

/// One key that can be set.
#[derive(Clone, Debug)]
pub struct KeyInfo {
    pub path: KeyPath,
    pub kind: Kind,
    /// The comment above the key in `default.toml`, on one line.
    pub doc: String,
    /// The built-in value as TOML.
    pub default: String,
}

impl KeyInfo {
    /// `DRIFT_BACKUP__RETENTION__DAILY`.
    pub fn variable(&self) -> String {
        format!("{PREFIX}{}", self.path.segments().join("__").to_uppercase())
    }
}

/// A node of the tree of keys.
#[derive(Debug)]
pub(crate) enum Node {
    Section(BTreeMap<String, Node>),
    /// A table whose keys are free; each entry is a section like this one.
    Entries(BTreeMap<String, Node>),
    Leaf(Arc<KeyInfo>),
}

#[derive(Debug)]
pub(crate) struct KeyTable {
    pub(crate) root: BTreeMap<String, Node>,
    /// In the order of `default.toml`.
    pub(crate) leaves: Vec<Arc<KeyInfo>>,
    pub(crate) defaults: LayerData,
}

/// What a path leads to.
pub(crate) enum Found<'a> {
    Section,
    Leaf(&'a Arc<KeyInfo>),
    Unknown,
}

/// Every key that can be set, in the order of `default.toml`.
pub fn keys() -> impl Iterator<Item = &'static KeyInfo> {
    table().leaves.iter().map(Arc::as_ref)
}

pub(crate) fn table() -> &'static KeyTable {
    static TABLE: LazyLock<KeyTable> = LazyLock::new(KeyTable::built_in);
    &TABLE
}

impl KeyTable {
    fn built_in() -> KeyTable {
        let file =
            ConfigFile { layer: Layer::Default, path: "default.toml".into(), text: DEFAULT_TOML.to_owned() };
        let (defaults, problems) = parse_toml(&file);
        assert!(problems.is_empty(), "BUG: default.toml does not parse: {problems:?}");
        let mut leaves = Vec::new();
        let mut root = sections(&defaults, &defaults.dict, &KeyPath::default(), &mut leaves);
        OF_PROJECTS.iter().for_each(|path| open_projects(&mut root, *path));
        leaves.sort_by_key(|(start, _)| *start);
        KeyTable { root, leaves: leaves.into_iter().map(|(_, leaf)| leaf).collect(), defaults }
    }

    pub(crate) fn find(&self, path: &KeyPath) -> Found<'_> {
        let mut level = &self.root;
        let mut segments = path.segments().iter().peekable();
        while let Some(segment) = segments.next() {
            match level.get(segment) {
                Some(Node::Leaf(leaf)) if segments.peek().is_none() => return Found::Leaf(leaf),
                Some(Node::Section(inner)) => level = inner,
                // The entry's own name is free.
                Some(Node::Entries(inner)) => {
                    segments.next();
                    level = inner;
                }
                Some(Node::Leaf(_)) | None => return Found::Unknown,
            }
        }
        Found::Section
    }

    pub(crate) fn is_leaf(&self, path: &KeyPath) -> bool {
        matches!(self.find(path), Found::Leaf(_))
    }

    /// Whether the key stands in `default.toml`; overrides for projects do not.
    pub(crate) fn has_default(&self, path: &KeyPath) -> bool {
        self.defaults.places.contains_key(path)
    }

    /// The first key of a section, as an example.
    pub(crate) fn leaf_below(&self, section: &KeyPath) -> Option<&KeyPath> {
        self.leaves.iter().map(|leaf| &leaf.path).find(|path| path.starts_with(section))
    }

    /// The known key that `path` was most likely meant to be: a sibling spelled nearly so, or the one key of
    /// that name in another section.
    pub(crate) fn suggest(&self, path: &KeyPath) -> Option<String> {
        let (last, parents) = path.segments().split_last()?;
        let mut known = &self.root;
        let mut parent = KeyPath::default();
        for segment in parents {
            match known.get(segment) {
                Some(Node::Section(inner) | Node::Entries(inner)) => known = inner,
                Some(Node::Leaf(_)) => return Some(parent.child(segment).to_string()),
                // Below a free name, or below a section that is itself unknown.
                None if OF_PROJECTS.iter().any(|path| parent.segments() == path) => {}
                None => return self.suggest_whole(path),
            }
            parent = parent.child(segment);
        }
        if let Some(name) = nearest(last, known.keys().map(String::as_str)) {
            return Some(parent.child(name).to_string());
        }
        self.suggest_whole(path)
    }

    fn suggest_whole(&self, path: &KeyPath) -> Option<String> {
        let last = path.segments().last()?;
        let mut same_name = self.leaves.iter().filter(|leaf| leaf.path.segments().last() == Some(last));
        if let (Some(only), None) = (same_name.next(), same_name.next()) {
            return Some(only.path.to_string());
        }
        let names: Vec<String> = self.leaves.iter().map(|leaf| leaf.path.to_string()).collect();
        nearest(&path.to_string(), names.iter().map(String::as_str)).map(str::to_owned)
    }
}

/// The keys of one table of `default.toml`; leaves are collected with their position in the text.
fn sections(
    layer: &LayerData,
    dict: &Dict,
    path: &KeyPath,
    leaves: &mut Vec<(usize, Arc<KeyInfo>)>,
) -> BTreeMap<String, Node> {
    let mut nodes = BTreeMap::new();
    for (name, value) in dict {
        let path = path.child(name);
        let node = match value {
            Value::Dict(_, inner) => Node::Section(sections(layer, inner, &path, leaves)),
            value => {
                let place = &layer.places[&path];
                let leaf = Arc::new(KeyInfo {
                    kind: kind_of(&path, value),
                    doc: comment_above(place.key.start),
                    default: one_line(&DEFAULT_TOML[place.value.clone()]).into_owned(),
                    path,
                });
                leaves.push((place.key.start, leaf.clone()));
                Node::Leaf(leaf)
            }
        };
        nodes.insert(name.clone(), node);
    }
    nodes
}

fn open_projects(root: &mut BTreeMap<String, Node>, [section, projects]: [&str; 2]) {
    let Some(Node::Section(section)) = root.get_mut(section) else { return };
    let own = section.iter().filter_map(|(name, node)| match node {
        Node::Leaf(leaf) => Some((name.clone(), Node::Leaf(leaf.clone()))),
        _ => None,
    });
    let own = own.collect();
    section.insert(projects.to_owned(), Node::Entries(own));
}

fn kind_of(path: &KeyPath, value: &Value) -> Kind {
    match value {
        Value::Bool(..) => Kind::Bool,
        Value::Num(..) => Kind::Integer,
        Value::Array(..) if path.segments() == TABLES => Kind::Tables,
        Value::Array(..) => Kind::List,
        _ => Kind::Text,
    }
}

/// The comment lines directly above the line of `at`, joined.
fn comment_above(at: usize) -> String {
    let before = DEFAULT_TOML[..at].lines().rev();
    let mut lines: Vec<&str> = before.map_while(|line| line.strip_prefix('#')).map(str::trim).collect();
    lines.reverse();
    lines.join(" ")
}

/// A list over several lines, on one.
fn one_line(value: &str) -> Cow<'_, str> {
    if !value.contains('\n') {
        return value.into();
    }
    let items: Vec<&str> = value.lines().map(str::trim).collect();
    items.join(" ").replace("[ ", "[").replace(", ]", "]").into()
}
