//! Built-in configuration and built-in options are the same, though written down twice.

use drift_config::LoadOptions;

use super::ecosystem::kind;
use super::*;
use crate::ops::DatabaseSettings;
use crate::shell::{journal, startup};

#[test]
fn defaults_agree() {
    let config = drift_config::load(&LoadOptions::default()).unwrap().config;
    assert_eq!(format!("{:?}", tree(&config, None)), format!("{:?}", TreeOptions::default()));
    let (ours, built_in) = (DatabaseSettings::default(), (startup(&config), journal(&config)));
    assert_eq!((ours.startup, ours.journal), built_in);
}

#[test]
fn no_ecosystem_takes_the_name_of_a_built_in_one() {
    let mut names: Vec<&str> = drift_discover::BUILTIN.iter().map(|definition| definition.name).collect();
    names.push("nx");
    names.sort_unstable();
    // The tag of what the definition for JavaScript finds.
    assert_eq!(names, drift_config::BUILT_IN_ECOSYSTEMS);
}

#[test]
fn every_kind_of_dependency_can_be_described() {
    use drift_config::DependencyKind;
    use drift_discover::EdgeKind;
    let kinds: Vec<&str> = EdgeKind::ALL.iter().map(|(_, name)| *name).collect();
    assert_eq!(kinds, DependencyKind::WORDS);
    for (edge, name) in EdgeKind::ALL {
        assert_eq!(kind(name.parse().unwrap()), edge);
    }
}
