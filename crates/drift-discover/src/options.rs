//! [`DiscoverOptions`]: what the caller decides; built from configuration by the CLI.

use crate::ecosystem::BUILTIN;
use crate::ecosystem::custom::{self, CustomEcosystem};
use crate::path::os_path;

/// How a repository is read.
#[derive(Clone, Debug)]
pub struct DiscoverOptions {
    /// Directory names, or `/`-separated runs of names with `*`, under which a manifest that no workspace
    /// lists is sample data, not a project.
    pub fixture_dirs: Vec<String>,
    /// Directory names under which a manifest that no workspace lists belongs to an installed or built
    /// artefact.
    pub artefact_dirs: Vec<String>,
    /// Ecosystems of the user's own.
    pub ecosystems: Vec<CustomEcosystem>,
}

impl DiscoverOptions {
    /// What tells, by its name, whether discovery looks at a visible file.
    pub fn manifests(&self) -> impl Fn(&[u8]) -> bool + use<> {
        let own = custom::file_names(&self.ecosystems);
        move |name| {
            BUILTIN.iter().any(|definition| (definition.is_manifest)(name)) || own.is_match(os_path(name))
        }
    }
}

impl Default for DiscoverOptions {
    fn default() -> DiscoverOptions {
        let list = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        DiscoverOptions {
            fixture_dirs: list(&[
                "fixtures",
                "Fixtures",
                "__fixtures__",
                "__tests__",
                "testdata",
                "TestData",
                "test-data",
                "src/test",
                "src/it",
                "its",
                "template*",
            ]),
            artefact_dirs: list(&[
                "node_modules",
                "target",
                "vendor",
                "venv",
                ".venv",
                "dist",
                "obj",
                "site-packages",
            ]),
            ecosystems: Vec::new(),
        }
    }
}
