//! From a description in the configuration to an ecosystem that discovery reads.

use drift_config::{DependencyKind, EcosystemConfig, ManifestFormat};
use drift_discover::{CustomEcosystem, DependencyKeys, EdgeKind, Format};

/// An ecosystem of the user's own.
pub(super) fn custom(config: &EcosystemConfig) -> CustomEcosystem {
    let dependencies = config.dependencies.iter().map(|keys| DependencyKeys {
        at: keys.at.keys().to_vec(),
        kind: kind(keys.kind),
        name: keys.name.keys().to_vec(),
        path: keys.path.keys().to_vec(),
        requirement: keys.version.keys().to_vec(),
    });
    CustomEcosystem {
        name: config.name.to_string(),
        files: config.files.iter().map(|glob| glob.as_str().to_owned()).collect(),
        format: match config.format {
            ManifestFormat::Json => Format::Json,
            ManifestFormat::Jsonc => Format::Jsonc,
            ManifestFormat::Toml => Format::Toml,
            ManifestFormat::Yaml => Format::Yaml,
            ManifestFormat::Xml => Format::Xml,
        },
        manager: config.manager.clone().unwrap_or_else(|| config.name.to_string()),
        project_name: config.project_name.keys().to_vec(),
        project_version: config.project_version.keys().to_vec(),
        members: config.members.as_ref().map(|path| path.keys().to_vec()).unwrap_or_default(),
        dependencies: dependencies.collect(),
    }
}

pub(super) fn kind(kind: DependencyKind) -> EdgeKind {
    match kind {
        DependencyKind::Normal => EdgeKind::Normal,
        DependencyKind::Dev => EdgeKind::Dev,
        DependencyKind::Build => EdgeKind::Build,
        DependencyKind::Optional => EdgeKind::Optional,
        DependencyKind::Peer => EdgeKind::Peer,
        DependencyKind::Parent => EdgeKind::Parent,
        DependencyKind::Bom => EdgeKind::Bom,
        DependencyKind::Plugin => EdgeKind::Plugin,
        DependencyKind::Implicit => EdgeKind::Implicit,
    }
}
