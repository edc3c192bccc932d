//! The text of a configuration file: checked, and with its problems rendered.
#![no_main]

use drift_config::{ConfigFile, Layer, Style, validate};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let file = ConfigFile { layer: Layer::Workspace, path: "drift.toml".into(), text: text.to_owned() };
    for problem in validate(&file) {
        problem.render(Style::Plain);
        problem.excerpt();
    }
    if let Some((key, value)) = text.split_once('=').filter(|(key, _)| !key.contains('\n')) {
        let empty = ConfigFile { text: String::new(), ..file };
        let Ok(edited) = drift_config::set(&empty, key.trim(), value) else { return };
        let edited = ConfigFile { text: edited, ..empty };
        assert!(validate(&edited).is_empty(), "what `set` wrote is valid");
    }
});
