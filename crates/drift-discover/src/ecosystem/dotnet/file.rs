//! [`File`]: one MSBuild file, flattened to the statements that matter, in their order.
//!
//! Owns parsing only; what a property or a condition stands for is decided in `evaluate.rs`.

use roxmltree::Node;

use crate::context::Context;
use crate::ecosystem::xml_file::XmlFile;
use crate::path::RepoPath;

/// A project, `.props` or `.targets` file.
#[derive(Debug, Default)]
pub(super) struct File {
    pub(super) path: RepoPath,
    /// Every SDK it names, as `Name/Version`.
    pub(super) sdks: Vec<String>,
    /// An `Sdk` attribute or `<Sdk>` element puts the SDK's own files around this one.
    pub(super) in_sdk: bool,
    pub(super) statements: Vec<Statement>,
}

/// One statement with all conditions around it.
#[derive(Debug)]
pub(super) struct Statement {
    pub(super) line: u32,
    pub(super) conditions: Vec<String>,
    pub(super) what: What,
}

/// What a statement does.
#[derive(Debug)]
pub(super) enum What {
    /// The name is in lower case: MSBuild does not tell cases apart.
    Property {
        name: String,
        value: String,
    },
    Import {
        project: String,
        /// Of an import from an SDK, its name.
        sdk: Option<String>,
    },
    Item(Item),
}

/// An element of an `<ItemGroup>`.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) kind: ItemKind,
    pub(super) include: Option<String>,
    /// The items whose metadata it changes.
    pub(super) update: Option<String>,
    pub(super) exclude: Option<String>,
    pub(super) remove: Option<String>,
    pub(super) version: Option<String>,
}

/// The kinds of items that matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ItemKind {
    ProjectReference,
    PackageReference,
    FrameworkReference,
    PackageVersion,
    GlobalPackageReference,
}

/// Stands in for the condition of `<Otherwise>`, which nothing can tell.
const OTHERWISE: &str = "<Otherwise>";

impl File {
    /// Reads the file at `path`; `None` if it is absent or, with a problem reported, unusable.
    pub(super) fn read(context: &Context, path: &RepoPath) -> Option<File> {
        let text = context.text(path)?;
        let xml = XmlFile::parse(context, path, &text)?;
        let root = xml.root();
        if root.tag_name().name() != "Project" {
            let message = format!("is no MSBuild file: it starts with <{}>", root.tag_name().name());
            context.problem(path, Some(1), "manifest.no_project", message);
            return None;
        }
        let mut file = File { path: path.clone(), ..File::default() };
        let own = root.attribute("Sdk").into_iter().flat_map(|sdk| sdk.split(';'));
        file.sdks = own.map(|sdk| sdk.trim().to_owned()).filter(|sdk| !sdk.is_empty()).collect();
        file.in_sdk = !file.sdks.is_empty() || root.children().any(|node| node.has_tag_name("Sdk"));
        file.add(&xml, root, &[]);
        Some(file)
    }

    fn add(&mut self, xml: &XmlFile, parent: Node, around: &[String]) {
        for node in parent.children().filter(Node::is_element) {
            let mut conditions = around.to_vec();
            conditions.extend(node.attribute("Condition").map(str::to_owned));
            let line = xml.line(node);
            let name = node.tag_name().name();
            match name {
                "PropertyGroup" => self.add_properties(xml, node, &conditions),
                "ItemGroup" => self.add_items(xml, node, &conditions),
                "ImportGroup" | "Choose" | "When" => self.add(xml, node, &conditions),
                "Otherwise" => {
                    conditions.push(OTHERWISE.into());
                    self.add(xml, node, &conditions);
                }
                "Import" => {
                    let what = What::Import {
                        project: node.attribute("Project").unwrap_or_default().into(),
                        sdk: node.attribute("Sdk").map(str::to_owned),
                    };
                    if let Some(sdk) = node.attribute("Sdk")
                        && !self.sdks.iter().any(|known| known == sdk)
                    {
                        self.sdks.push(sdk.to_owned());
                    }
                    self.statements.push(Statement { line, conditions, what });
                }
                "Sdk" => {
                    self.sdks.extend(node.attribute("Name").map(|name| match node.attribute("Version") {
                        Some(version) => format!("{name}/{version}"),
                        None => name.to_owned(),
                    }))
                }
                // Targets run code; what they add is not declared.
                _ => {}
            }
        }
    }

    fn add_properties(&mut self, xml: &XmlFile, group: Node, around: &[String]) {
        for node in group.children().filter(Node::is_element) {
            let mut conditions = around.to_vec();
            conditions.extend(node.attribute("Condition").map(str::to_owned));
            let name = node.tag_name().name().to_ascii_lowercase();
            let what = What::Property { name, value: text(node) };
            self.statements.push(Statement { line: xml.line(node), conditions, what });
        }
    }

    fn add_items(&mut self, xml: &XmlFile, group: Node, around: &[String]) {
        for node in group.children().filter(Node::is_element) {
            let Some(kind) = ItemKind::of(node.tag_name().name()) else { continue };
            let mut conditions = around.to_vec();
            conditions.extend(node.attribute("Condition").map(str::to_owned));
            let attribute = |name: &str| node.attribute(name).map(str::to_owned);
            // Metadata is an attribute or a child element.
            let metadata = |name: &str| {
                let child = || node.children().find(|child| child.tag_name().name() == name).map(text);
                attribute(name).or_else(child)
            };
            let what = What::Item(Item {
                kind,
                include: attribute("Include"),
                update: attribute("Update"),
                exclude: attribute("Exclude"),
                remove: attribute("Remove"),
                version: metadata("VersionOverride").or_else(|| metadata("Version")),
            });
            self.statements.push(Statement { line: xml.line(node), conditions, what });
        }
    }
}

impl ItemKind {
    fn of(name: &str) -> Option<ItemKind> {
        const KINDS: [(&str, ItemKind); 5] = [
            ("ProjectReference", ItemKind::ProjectReference),
            ("PackageReference", ItemKind::PackageReference),
            ("FrameworkReference", ItemKind::FrameworkReference),
            ("PackageVersion", ItemKind::PackageVersion),
            ("GlobalPackageReference", ItemKind::GlobalPackageReference),
        ];
        KINDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|&(_, kind)| kind)
    }
}

/// The text below `node`, comments left out.
fn text(node: Node) -> String {
    node.children().filter(Node::is_text).filter_map(|text| text.text()).collect::<String>().trim().to_owned()
}
