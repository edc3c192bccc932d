//! Built-in configuration and built-in options are the same, though written down twice.

use drift_config::LoadOptions;

use super::*;

#[test]
fn defaults_agree() {
    let config = drift_config::load(&LoadOptions::default()).unwrap().config;
    assert_eq!(format!("{:?}", tree(&config, None)), format!("{:?}", TreeOptions::default()));
    assert_eq!(journal(&config), None);
}
