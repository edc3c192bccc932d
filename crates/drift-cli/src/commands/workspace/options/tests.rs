//! Built-in configuration and built-in options are the same, though written down twice.

use drift_config::LoadOptions;

use super::*;
use crate::ops::DatabaseSettings;
use crate::shell::journal;

#[test]
fn defaults_agree() {
    let config = drift_config::load(&LoadOptions::default()).unwrap().config;
    assert_eq!(format!("{:?}", tree(&config, None)), format!("{:?}", TreeOptions::default()));
    let (ours, built_in) = (DatabaseSettings::default(), (startup(&config), journal(&config)));
    assert_eq!((ours.startup, ours.journal), built_in);
}
