//! [`load`]: all layers in, one [`Config`] out, with a warning for every key that nobody reads and the origin
//! of every value. Precedence is the order of [`Layer`]; lists replace each other, tables merge.

use std::{collections::BTreeMap, ffi::OsString, path::PathBuf};

use figment::Figment;

use crate::{
    check::check,
    error::ConfigError,
    file::{ConfigFile, parse_toml},
    keys::{DEFAULT_TOML, KeyPath, table},
    layer::{Layer, LayerData, Origin, Place},
    model::Config,
    problem::{Problem, ProblemLevel, code},
    text::{env_layer, flag_layer},
};

/// Where settings are read from. Absent files are skipped; paths are absolute and taken as they are.
#[derive(Clone, Debug, Default)]
pub struct LoadOptions {
    pub user_file: Option<PathBuf>,
    pub workspace_file: Option<PathBuf>,
    /// The whole environment; what is not drift's is ignored.
    pub env: BTreeMap<OsString, OsString>,
    /// `--config key=value`, in the order given.
    pub flags: Vec<(String, String)>,
    /// Unknown keys in files are errors.
    pub strict: bool,
}

#[derive(Clone, Debug)]
pub struct Loaded {
    pub config: Config,
    pub warnings: Vec<Problem>,
    pub provenance: Provenance,
}

/// Which layer, and where in it, gave each key its value. Keys that are absent have their built-in value.
#[derive(Clone, Debug, Default)]
pub struct Provenance {
    places: BTreeMap<KeyPath, Place>,
}

impl Provenance {
    pub fn origin(&self, key: &KeyPath) -> Origin {
        self.places.get(key).map_or(Origin::Default, Place::origin)
    }

    pub fn layer(&self, key: &KeyPath) -> Layer {
        self.origin(key).layer()
    }

    /// The keys that some layer sets.
    pub fn set_keys(&self) -> impl Iterator<Item = &KeyPath> {
        self.places.keys()
    }
}

/// Reads, checks and merges all layers. With errors, all of them are returned together.
pub fn load(options: &LoadOptions) -> Result<Loaded, ConfigError> {
    let mut layers = Vec::new();
    let mut problems = Vec::new();
    let files = [(Layer::User, &options.user_file), (Layer::Workspace, &options.workspace_file)];
    for (layer, path) in files {
        let Some(path) = path else { continue };
        let Some(file) = ConfigFile::read(layer, path)? else { continue };
        let (data, syntax) = parse_toml(&file);
        problems.extend(syntax);
        layers.push(data);
    }
    for (data, found) in [env_layer(&options.env), flag_layer(&options.flags)] {
        problems.extend(found);
        layers.push(data);
    }
    let (config, provenance) = merge(&layers, &mut problems);
    if options.strict {
        for problem in problems.iter_mut().filter(|problem| problem.code == code::UNKNOWN_KEY) {
            problem.level = ProblemLevel::Error;
        }
    }
    let (errors, warnings): (Vec<_>, Vec<_>) =
        problems.into_iter().partition(|problem| problem.level == ProblemLevel::Error);
    match config {
        Some(config) if errors.is_empty() => Ok(Loaded { config, warnings, provenance }),
        _ => Err(ConfigError::Invalid { problems: errors }),
    }
}

/// Everything that is wrong with the text of one file: errors and unknown keys, in the order of the text.
pub fn validate(file: &ConfigFile) -> Vec<Problem> {
    let (data, mut problems) = parse_toml(file);
    merge(&[data], &mut problems);
    problems.sort_by_key(Problem::position);
    problems
}

/// The configuration of layers that [`check`] found nothing wrong with.
pub(crate) fn load_layers(layers: &[LayerData]) -> Option<Config> {
    merged(layers).ok()
}

/// The error is a bug: each layer was checked before.
fn merged(layers: &[LayerData]) -> Result<Config, String> {
    if layers.iter().all(|layer| layer.dict.is_empty()) {
        // Most repositories set nothing, and every command comes here: the table of keys costs more than all else
        // that is read before a small command begins.
        return toml::from_str(DEFAULT_TOML).map_err(|error| error.to_string());
    }
    let defaults = Figment::from(&table().defaults);
    let figment = layers.iter().fold(defaults, |figment, layer| figment.merge(layer));
    figment.extract().map_err(|error| error.to_string())
}

/// `None` only together with an error among the problems.
fn merge(layers: &[LayerData], problems: &mut Vec<Problem>) -> (Option<Config>, Provenance) {
    problems.extend(layers.iter().flat_map(check));
    let provenance = provenance(layers);
    if problems.iter().any(|problem| problem.level == ProblemLevel::Error) {
        return (None, provenance);
    }
    match merged(layers) {
        Ok(config) => {
            problems.extend(contradictions(&config, &provenance));
            problems.extend(same_names(&config, layers));
            (Some(config), provenance)
        }
        // Each value passed on its own, and values do not depend on each other.
        Err(error) => {
            problems.push(Problem::error(code::INVALID_VALUE, format!("BUG: {error}")));
            (None, provenance)
        }
    }
}

fn provenance(layers: &[LayerData]) -> Provenance {
    let mut places = BTreeMap::new();
    for layer in layers {
        let settings = layer.places.iter().filter(|(key, _)| table().is_leaf(key));
        places.extend(settings.map(|(key, place)| (key.clone(), place.clone())));
    }
    Provenance { places }
}

/// What single values cannot show: a retention policy that keeps nothing.
fn contradictions(config: &Config, provenance: &Provenance) -> Option<Problem> {
    if !config.backup.retention.is_empty() {
        return None;
    }
    let section = KeyPath::from(["backup".to_owned(), "retention".to_owned()].as_slice());
    let mut set = provenance.places.iter().filter(|(key, _)| key.starts_with(&section));
    let problem =
        Problem::error(code::INVALID_VALUE, "the policy keeps no backup at all").key(&section).hint(Some(
            "let at least one of operational, manual, daily, weekly, monthly, keep_within be positive".into(),
        ));
    Some(match set.next() {
        Some((_, place)) => problem.at_value(place),
        None => problem,
    })
}

/// Two ecosystems of one name.
fn same_names(config: &Config, layers: &[LayerData]) -> Option<Problem> {
    let list = &config.discover.ecosystem;
    let (at, twice) = (list.iter().enumerate())
        .find(|(at, ecosystem)| list[..*at].iter().any(|other| other.name == ecosystem.name))?;
    let key = ["discover", "ecosystem", &at.to_string(), "name"].map(str::to_owned);
    let problem = Problem::error(code::INVALID_VALUE, format!("two ecosystems are named {}", twice.name))
        .key(KeyPath::from(&key[..2]))
        .hint(Some("give each a name of its own".into()));
    Some(match layers.iter().rev().find_map(|layer| layer.place(&key)) {
        Some(place) => problem.at_value(place),
        None => problem,
    })
}
