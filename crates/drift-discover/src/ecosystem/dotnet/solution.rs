//! Solutions, `.sln` and `.slnx`: lists of project files.

use crate::context::Context;
use crate::ecosystem::xml_file::XmlFile;
use crate::path::RepoPath;

/// The types of entries of a `.sln` that are no project file: solution folders and web sites.
const NOT_FILES: [&str; 2] =
    ["{2150E333-8FDC-42A3-9474-1A3956D46DE8}", "{E24C65DC-7377-472B-9ABA-BC803B73C61A}"];

/// An entry of a solution.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// As written, but with `/`.
    pub(super) path: String,
    pub(super) line: u32,
}

/// The project files that the solution at `path` lists.
pub(super) fn read(context: &Context, path: &RepoPath) -> Vec<Entry> {
    let Some(text) = context.text(path) else { return Vec::new() };
    if path.file_name().ends_with(b".slnx") { slnx(context, path, &text) } else { sln(&text) }
}

/// `Project("{TYPE}") = "Name", "src\App\App.csproj", "{ID}"`, one a line.
fn sln(text: &str) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let Some(rest) = line.trim().strip_prefix("Project(") else { continue };
        // Quotes cannot be escaped in a solution: every second piece is a value.
        let values: Vec<&str> = rest.split('"').skip(1).step_by(2).collect();
        let [kind, _name, path, ..] = values[..] else { continue };
        let is_file = !NOT_FILES.iter().any(|no| no.eq_ignore_ascii_case(kind)) && !path.contains("://");
        if is_file {
            entries.push(Entry { path: path.replace('\\', "/"), line: at as u32 + 1 });
        }
    }
    entries
}

/// `<Project Path="src/App/App.csproj" />`, at any depth of folders.
fn slnx(context: &Context, file: &RepoPath, text: &str) -> Vec<Entry> {
    let Some(xml) = XmlFile::parse(context, file, text) else { return Vec::new() };
    let projects = xml.root().descendants().filter(|node| node.has_tag_name("Project"));
    let entry = |node: roxmltree::Node| {
        let path = node.attribute("Path")?;
        Some(Entry { path: path.replace('\\', "/"), line: xml.line(node) })
    };
    projects.filter_map(entry).collect()
}
