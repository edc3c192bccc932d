//! One `pom.xml` in Maven's words, before inheritance and interpolation.

use std::collections::BTreeMap;

use roxmltree::Node;

use crate::context::Context;
use crate::ecosystem::toml_file::Listed;
use crate::ecosystem::xml_file::XmlFile;
use crate::path::RepoPath;

/// The file that makes a directory a project.
pub(super) const MANIFEST: &str = "pom.xml";

/// One pom.
#[derive(Debug, Default)]
pub(super) struct Pom {
    pub(super) group: Option<String>,
    pub(super) artifact: Option<String>,
    pub(super) version: Option<String>,
    pub(super) parent: Option<Parent>,
    /// Those of a profile that is active by default included, which win.
    pub(super) properties: BTreeMap<String, String>,
    pub(super) modules: Modules,
    pub(super) dependencies: Vec<Reference>,
    /// `<dependencyManagement>` by artifact, without imports.
    pub(super) managed: BTreeMap<String, Vec<Reference>>,
    /// `import` in `<dependencyManagement>`.
    pub(super) boms: Vec<Reference>,
    /// `<plugins>` with their dependencies, and `<extensions>`.
    pub(super) plugins: Vec<Reference>,
    /// `<pluginManagement>` by artifact.
    pub(super) managed_plugins: BTreeMap<String, Vec<Reference>>,
}

/// `<parent>`.
#[derive(Debug, Default)]
pub(super) struct Parent {
    pub(super) group: Option<String>,
    pub(super) artifact: Option<String>,
    pub(super) version: Option<String>,
    /// `None` is the directory above; empty is nowhere on disk.
    pub(super) path: Option<String>,
}

/// What a pom says of its subprojects.
#[derive(Debug)]
pub(super) enum Modules {
    /// Those named, which may be none.
    Listed(Vec<Listed>),
    /// Every directory below that has a pom: what an aggregator of model 4.1 means by naming none.
    Discovered,
}

/// A mention of another artifact.
#[derive(Debug)]
pub(super) struct Reference {
    pub(super) group: Option<String>,
    pub(super) artifact: String,
    pub(super) version: Option<String>,
    pub(super) scope: Option<String>,
    pub(super) line: u32,
}

impl Default for Modules {
    fn default() -> Modules {
        Modules::Listed(Vec::new())
    }
}

impl Pom {
    /// Reads the pom at `path`; `None` if it is absent or, with a problem reported, unusable.
    pub(super) fn read(context: &Context, path: &RepoPath) -> Option<Pom> {
        if !context.is_file(path) {
            return None;
        }
        let bytes = context.bytes(path)?;
        let text = decode(context, path, &bytes)?;
        let file = &XmlFile::parse(context, path, &text)?;
        let root = file.root();
        if root.tag_name().name() != "project" {
            // Ant and others use the name too.
            return None;
        }
        let mut pom = Pom {
            group: text_of(root, "groupId"),
            artifact: text_of(root, "artifactId"),
            version: text_of(root, "version"),
            parent: child(root, "parent").map(Parent::of),
            modules: modules(root, file),
            ..Pom::default()
        };
        pom.add(root, file);
        for profile in children(root, "profiles", "profile") {
            let by_default = child(profile, "activation").and_then(|node| text_of(node, "activeByDefault"));
            if by_default.as_deref() == Some("true") {
                pom.add(profile, file);
                if let Modules::Listed(modules) = &mut pom.modules {
                    modules.extend(listed_modules(profile, file));
                }
            }
        }
        Some(pom)
    }

    /// Adds what the project or a profile declares.
    fn add(&mut self, base: Node, file: &XmlFile) {
        let reference = |node| Reference::of(node, file);
        for property in child(base, "properties").iter().flat_map(Node::children).filter(Node::is_element) {
            let value = property.text().unwrap_or_default().trim().to_owned();
            self.properties.insert(property.tag_name().name().to_owned(), value);
        }
        self.dependencies.extend(children(base, "dependencies", "dependency").filter_map(reference));
        if let Some(managed) = child(base, "dependencyManagement") {
            for reference in children(managed, "dependencies", "dependency").filter_map(reference) {
                if reference.scope.as_deref() == Some("import") {
                    self.boms.push(reference);
                } else {
                    self.managed.entry(reference.artifact.clone()).or_default().push(reference);
                }
            }
        }
        if let Some(build) = child(base, "build") {
            for plugin in children(build, "plugins", "plugin") {
                self.plugins.extend(reference(plugin));
                self.plugins.extend(children(plugin, "dependencies", "dependency").filter_map(reference));
            }
            self.plugins.extend(children(build, "extensions", "extension").filter_map(reference));
            for managed in child(build, "pluginManagement").into_iter() {
                for reference in children(managed, "plugins", "plugin").filter_map(reference) {
                    self.managed_plugins.entry(reference.artifact.clone()).or_default().push(reference);
                }
            }
        }
    }
}

impl Parent {
    fn of(node: Node) -> Parent {
        // Present but empty differs from absent.
        let path = child(node, "relativePath").map(|node| node.text().unwrap_or_default().trim().to_owned());
        Parent {
            group: text_of(node, "groupId"),
            artifact: text_of(node, "artifactId"),
            version: text_of(node, "version"),
            path,
        }
    }
}

impl Reference {
    fn of(node: Node, file: &XmlFile) -> Option<Reference> {
        Some(Reference {
            group: text_of(node, "groupId"),
            artifact: text_of(node, "artifactId")?,
            version: text_of(node, "version"),
            scope: text_of(node, "scope"),
            line: file.line(node),
        })
    }
}

fn modules(root: Node, file: &XmlFile) -> Modules {
    let named = listed_modules(root, file).collect();
    let is_named = child(root, "modules").is_some() || child(root, "subprojects").is_some();
    let of_namespace =
        || root.tag_name().namespace().and_then(|uri| uri.rsplit('/').next()).map(str::to_owned);
    let model = text_of(root, "modelVersion").or_else(of_namespace);
    let is_newer = model.is_some_and(|model| model != "4.0.0");
    if !is_named && is_newer && text_of(root, "packaging").as_deref() == Some("pom") {
        return Modules::Discovered;
    }
    Modules::Listed(named)
}

fn listed_modules<'a>(base: Node<'a, 'a>, file: &'a XmlFile<'a>) -> impl Iterator<Item = Listed> + 'a {
    let both = children(base, "modules", "module").chain(children(base, "subprojects", "subproject"));
    both.filter_map(|node| {
        let text = node.text()?.trim();
        (!text.is_empty()).then(|| Listed { text: text.to_owned(), line: file.line(node) })
    })
}

fn child<'a, 'd>(node: Node<'a, 'd>, name: &str) -> Option<Node<'a, 'd>> {
    node.children().find(|child| child.tag_name().name() == name)
}

/// The elements `name` in the element `list`.
fn children<'a>(node: Node<'a, 'a>, list: &str, name: &'static str) -> impl Iterator<Item = Node<'a, 'a>> {
    let items = child(node, list).into_iter().flat_map(|list| list.children());
    items.filter(move |item| item.tag_name().name() == name)
}

fn text_of(node: Node, name: &str) -> Option<String> {
    let text = child(node, name)?.text()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The text, which is UTF-8 or, where the declaration says so, Latin-1.
fn decode(context: &Context, path: &RepoPath, bytes: &[u8]) -> Option<String> {
    let body = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(body) {
        return Some(text.to_owned());
    }
    let head = String::from_utf8_lossy(&body[..body.len().min(200)]).to_ascii_lowercase();
    let declaration = head.split("?>").next().unwrap_or_default();
    if ["iso-8859-1", "latin1", "us-ascii", "windows-1252"].iter().any(|name| declaration.contains(name)) {
        return Some(body.iter().map(|&byte| char::from(byte)).collect());
    }
    let message = "is not in the encoding that it declares; save it as UTF-8".into();
    context.problem(path, None, "manifest.encoding", message);
    None
}
