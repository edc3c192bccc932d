//! The names of the environment variables that mean something to drift besides settings. drift-config never
//! reads the process's environment: the CLI passes it as a map.

/// What all variables of drift begin with.
pub const PREFIX: &str = "DRIFT_";

/// A variable that is not a setting.
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    pub name: &'static str,
    pub doc: &'static str,
}

pub const HOME: &str = "DRIFT_HOME";
pub const ROOT: &str = "DRIFT_ROOT";
pub const LOG: &str = "DRIFT_LOG";
pub const BASE: &str = "DRIFT_BASE";

/// Every such variable, for documentation; settings have names of the form `DRIFT_SECTION__KEY`.
pub const RESERVED: &[Variable] = &[
    Variable {
        name: HOME,
        doc: "The drift home, instead of `~/.drift`: holds `config.toml` and the registry.",
    },
    Variable { name: ROOT, doc: "The root of the workspace, instead of searching for it; `--root` wins." },
    Variable { name: LOG, doc: "What is logged to stderr, as a filter such as `debug` or `drift_db=trace`." },
    Variable { name: BASE, doc: "The revision that `affected` compares with; `--base` wins." },
];

pub(crate) fn is_reserved(name: &str) -> bool {
    RESERVED.iter().any(|variable| variable.name == name)
}
