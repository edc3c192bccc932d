//! [`Layer`]: where settings come from, in order of precedence; [`Origin`]: where one setting came from; and
//! [`LayerData`]: the values of one layer with the place of each, which is what figment merges.
//! figment knows neither lines nor the names of variables, so places are kept beside the values by key.

use std::{
    collections::BTreeMap,
    fmt,
    ops::Range,
    path::{Path, PathBuf},
    sync::Arc,
};

use figment::{
    Metadata, Profile, Provider,
    value::{Dict, Map, Value},
};
use serde::Serialize;

use crate::{keys::KeyPath, problem::line_column};

/// A source of settings. Ordered: a later layer wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// Built in.
    Default,
    /// `config.toml` in the drift home.
    User,
    /// `drift.toml` at the root of the workspace.
    Workspace,
    /// `DRIFT_SECTION__KEY` variables.
    Env,
    /// `--config key=value`.
    Flag,
}

impl Layer {
    pub fn as_str(self) -> &'static str {
        match self {
            Layer::Default => "default",
            Layer::User => "user",
            Layer::Workspace => "workspace",
            Layer::Env => "env",
            Layer::Flag => "flag",
        }
    }
}

/// Where a value was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    Default,
    /// Lines and columns count from 1; columns are characters.
    File {
        layer: Layer,
        path: PathBuf,
        line: usize,
        column: usize,
    },
    Env {
        name: String,
    },
    Flag {
        key: String,
    },
}

impl Origin {
    pub fn layer(&self) -> Layer {
        match self {
            Origin::Default => Layer::Default,
            Origin::File { layer, .. } => *layer,
            Origin::Env { .. } => Layer::Env,
            Origin::Flag { .. } => Layer::Flag,
        }
    }

    pub fn path(&self) -> Option<&Path> {
        match self {
            Origin::File { path, .. } => Some(path),
            _ => None,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Default => f.write_str("built-in default"),
            Origin::File { path, line, column, .. } => write!(f, "{}:{line}:{column}", path.display()),
            Origin::Env { name } => write!(f, "environment variable {name}"),
            Origin::Flag { .. } => f.write_str("command line"),
        }
    }
}

/// A text that settings are read from. For a variable or a flag it is `NAME=value`.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) origin: SourceOrigin,
    pub(crate) text: String,
}

#[derive(Debug)]
pub(crate) enum SourceOrigin {
    Default,
    File { layer: Layer, path: PathBuf },
    Env { name: String },
    Flag { key: String },
}

impl Source {
    /// The origin of the text at a byte. Counts lines, so it is for places that are shown, not for all.
    pub(crate) fn origin_at(&self, at: usize) -> Origin {
        match &self.origin {
            SourceOrigin::Default => Origin::Default,
            SourceOrigin::File { layer, path } => {
                let (line, column) = line_column(&self.text, at);
                Origin::File { layer: *layer, path: path.clone(), line, column }
            }
            SourceOrigin::Env { name } => Origin::Env { name: name.clone() },
            SourceOrigin::Flag { key } => Origin::Flag { key: key.clone() },
        }
    }
}

/// Where a key and its value stand in a source.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) source: Arc<Source>,
    pub(crate) key: Range<usize>,
    pub(crate) value: Range<usize>,
}

impl Place {
    pub(crate) fn origin(&self) -> Origin {
        self.source.origin_at(self.value.start)
    }
}

/// The values of one layer and the place of each key in them, sections and list elements included.
#[derive(Clone, Debug)]
pub(crate) struct LayerData {
    pub(crate) layer: Layer,
    pub(crate) dict: Dict,
    pub(crate) places: BTreeMap<KeyPath, Place>,
}

impl LayerData {
    pub(crate) fn new(layer: Layer) -> LayerData {
        LayerData { layer, dict: Dict::new(), places: BTreeMap::new() }
    }

    /// Sets one value, creating the sections above it; the last of several wins.
    pub(crate) fn insert(&mut self, key: &KeyPath, value: Value, place: Place) {
        insert_nested(&mut self.dict, key.segments(), value);
        self.places.insert(key.clone(), place);
    }

    /// The place of the longest known prefix of `path`: an element of a list, else its key.
    pub(crate) fn place(&self, path: &[String]) -> Option<&Place> {
        (1..=path.len()).rev().find_map(|end| self.places.get(&KeyPath::from(&path[..end])))
    }
}

impl Provider for LayerData {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.layer.as_str())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok(Map::from([(Profile::Default, self.dict.clone())]))
    }
}

fn insert_nested(dict: &mut Dict, path: &[String], value: Value) {
    let Some((first, rest)) = path.split_first() else { return };
    if rest.is_empty() {
        dict.insert(first.clone(), value);
        return;
    }
    let entry = dict.entry(first.clone()).or_insert_with(|| Value::from(Dict::new()));
    if !matches!(entry, Value::Dict(..)) {
        *entry = Value::from(Dict::new());
    }
    if let Value::Dict(_, inner) = entry {
        insert_nested(inner, rest, value);
    }
}
