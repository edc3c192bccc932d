//! What the tools put around a project: the files that its SDK imports from the directories above, and the
//! properties that an SDK gives every project.

use super::super::properties::absolute;
use super::{Certainty, Pass};

/// The SDK with which Microsoft's own repositories build.
const ARCADE: &str = "Microsoft.DotNet.Arcade.Sdk";

/// Which of the files around a project have been imported.
#[derive(Debug, Default)]
pub(super) struct Around {
    props: bool,
    targets: bool,
}

impl Pass<'_> {
    /// Imports the nearest file `name` above the project, unless the property `switch` forbids it.
    pub(super) fn import_above(&mut self, name: &str, switch: &str) {
        if self.properties.get(switch).is_some_and(|value| value.eq_ignore_ascii_case("false")) {
            return;
        }
        let context = self.files.context;
        let found = self.dir.ancestors().filter_map(|dir| dir.join(name)).find(|path| {
            context.input(path);
            context.is_file(path)
        });
        let Some(path) = found else { return };
        // Such a file often goes on to the one above it by way of these.
        let stem = name.to_ascii_lowercase().replace('.', "");
        self.properties.set(&format!("_{stem}file"), Some(name.to_owned()));
        let base = path.parent().unwrap_or_default();
        self.properties.set(&format!("_{stem}basepath"), Some(absolute(&base)));
        self.properties.set(&format!("{stem}path"), Some(absolute(&path)));
        if let Some(file) = self.files.get(&path) {
            self.run(&file, Certainty::Certain, 1);
        }
    }

    /// Whether an import is one of the tools' own files; these in turn import those around the project.
    pub(super) fn import_tools(&mut self, project: &str, sdk: Option<&str>) -> bool {
        let project = project.replace('\\', "/").to_ascii_lowercase();
        let name = project.rsplit('/').next().unwrap_or_default();
        let lies_with_tools = ["$(msbuild", "$(vctargetspath"].iter().any(|dir| project.contains(dir));
        let tools = sdk.is_some() || (lies_with_tools && name.starts_with("microsoft."));
        if !tools {
            return false;
        }
        if name == "sdk.props" && sdk.is_some_and(|sdk| sdk.eq_ignore_ascii_case(ARCADE)) {
            self.lay_out_as_arcade();
        }
        // The one of C++ imports the common one.
        let props = matches!(name, "sdk.props" | "microsoft.common.props" | "microsoft.cpp.default.props");
        if props && !std::mem::replace(&mut self.around.props, true) {
            self.import_above("Directory.Build.props", "importdirectorybuildprops");
            self.import_above("Directory.Packages.props", "importdirectorypackagesprops");
        }
        if name.ends_with(".targets") && !std::mem::replace(&mut self.around.targets, true) {
            self.import_above("Directory.Build.targets", "importdirectorybuildtargets");
        }
        true
    }

    /// The properties that the Arcade SDK gives every project of a repository that builds with it.
    fn lay_out_as_arcade(&mut self) {
        let context = self.files.context;
        let root = self.dir.ancestors().find(|at| {
            let Some(path) = at.join("global.json") else { return false };
            context.input(&path);
            context.is_file(&path)
        });
        let Some(root) = root else { return };
        self.properties.set_default("reporoot", format!("{}/", absolute(&root)));
        let Some(root) = self.properties.get("reporoot").map(str::to_owned) else { return };
        self.properties.set("repositoryengineeringdir", Some(format!("{root}eng/")));
        self.properties.set("versionspropspath", Some(format!("{root}eng/Versions.props")));
        self.properties.set_default("artifactsdir", format!("{root}artifacts/"));
    }
}
