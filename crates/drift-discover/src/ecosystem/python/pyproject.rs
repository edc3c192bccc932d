//! The project that a `pyproject.toml` declares: `[project]`, `[tool.poetry]` and the groups of all tools.

use toml::de::{DeTable, DeValue};

use super::manifest::{Dependency, Project, cfg, setup_dependencies};
use super::requirement::{Requirement, normalise};
use crate::context::Context;
use crate::ecosystem::toml_file::{Listed, TomlFile, Value, boolean, string, table, table_at};
use crate::graph::EdgeKind;
use crate::path::RepoPath;

/// Reads the project out of a `pyproject.toml`.
pub(super) struct Reader<'a, 't> {
    pub(super) context: &'a Context<'a>,
    pub(super) dir: &'a RepoPath,
    pub(super) path: &'a RepoPath,
    pub(super) file: &'a TomlFile<'t>,
}

impl<'t> Reader<'_, 't> {
    /// `None` where the file declares no project.
    pub(super) fn project(&self) -> Option<Project> {
        let root = self.file.root();
        let standard = table(root, "project");
        let poetry = table_at(root, &["tool", "poetry"]);
        let named =
            |table: &DeTable| string(table, "name").is_some() || boolean(table, "package-mode").is_some();
        // Poetry's table may only hold sources and groups beside a setup.py.
        let main = standard.or(poetry.filter(|poetry| named(poetry)))?;
        let text = |key| string(main, key).or_else(|| string(poetry?, key)).map(str::to_owned);
        let mut dependencies = Vec::new();
        if let Some(standard) = standard {
            self.list(standard, "dependencies", EdgeKind::Normal, None, &mut dependencies);
            self.sets(table(standard, "optional-dependencies"), EdgeKind::Optional, &mut dependencies);
            for field in self.file.list(standard, "dynamic") {
                self.dynamic(&field, poetry, &mut dependencies);
            }
        }
        self.sets(table(root, "dependency-groups"), EdgeKind::Dev, &mut dependencies);
        self.sets(table_at(root, &["tool", "pdm", "dev-dependencies"]), EdgeKind::Dev, &mut dependencies);
        if let Some(uv) = table_at(root, &["tool", "uv"]) {
            self.list(uv, "dev-dependencies", EdgeKind::Dev, Some("dev"), &mut dependencies);
        }
        if let Some(poetry) = poetry {
            self.poetry(poetry, &mut dependencies);
        }
        let name = text("name");
        if name.is_none() && standard.is_some() {
            let message = "[project] has no name; add one".into();
            self.context.problem(self.path, None, "manifest.no_name", message);
        }
        let never = "Private :: Do Not Upload";
        let private = self.file.list(main, "classifiers").iter().any(|classifier| classifier.text == never)
            || poetry.is_some_and(|poetry| boolean(poetry, "package-mode") == Some(false));
        Some(Project { file: self.path.clone(), name, version: text("version"), private, dependencies })
    }

    /// Dependencies that `[project] dynamic` leaves to the build, where a manifest states them all the same:
    /// for a hook of Hatch, for setuptools, for Poetry. Everything else is code.
    fn dynamic(&self, field: &Listed, poetry: Option<&DeTable<'t>>, into: &mut Vec<Dependency>) {
        let (is_extras, kind) = match field.text.as_str() {
            "dependencies" => (false, EdgeKind::Normal),
            "optional-dependencies" => (true, EdgeKind::Optional),
            _ => return,
        };
        let root = self.file.root();
        let before = into.len();
        let hooks = table_at(root, &["tool", "hatch", "metadata", "hooks"]);
        for hook in hooks.into_iter().flat_map(|hooks| hooks.values()) {
            let Some(hook) = hook.get_ref().as_table() else { continue };
            if is_extras {
                self.sets(table(hook, "optional-dependencies"), kind, into);
            } else {
                self.list(hook, "dependencies", kind, None, into);
            }
        }
        if let Some(from) = table_at(root, &["tool", "setuptools", "dynamic", &field.text]) {
            if is_extras {
                for (extra, from) in from {
                    let from = from.get_ref().as_table();
                    from.into_iter().for_each(|from| self.files(from, kind, Some(extra.get_ref()), into));
                }
            } else {
                self.files(from, kind, None, into);
            }
        }
        if let Some(setup) = cfg(self.context, self.dir) {
            into.extend(setup_dependencies(&setup).into_iter().filter(|dependency| dependency.kind == kind));
        }
        let by_poetry = poetry.is_some_and(|poetry| table(poetry, "dependencies").is_some());
        if into.len() == before && !by_poetry {
            let message = format!("{} are computed when the project is built; they are not read", field.text);
            self.context.problem(self.path, Some(field.line), "dependency.computed", message);
        }
    }

    /// The requirements in the files that `file = …` names.
    fn files(&self, from: &DeTable<'t>, kind: EdgeKind, set: Option<&str>, into: &mut Vec<Dependency>) {
        let one = string(from, "file").map(str::to_owned);
        for name in one.into_iter().chain(self.file.list(from, "file").into_iter().map(|file| file.text)) {
            let text = self.dir.join(&name).and_then(|path| self.context.text(&path));
            for line in text.iter().flat_map(|text| text.lines()) {
                let line = line.split(" #").next().unwrap_or_default();
                if let Some(requirement) = Requirement::parse(line) {
                    into.push(Dependency {
                        requirement,
                        kind,
                        set: set.map(normalise),
                        path: None,
                        line: None,
                    });
                }
            }
        }
    }

    /// The arrays of a table of extras or groups.
    fn sets(&self, sets: Option<&DeTable<'t>>, kind: EdgeKind, into: &mut Vec<Dependency>) {
        for (set, _) in sets.into_iter().flatten() {
            if let Some(sets) = sets {
                self.list(sets, set.get_ref(), kind, Some(set.get_ref()), into);
            }
        }
    }

    fn list(
        &self,
        table: &DeTable<'t>,
        key: &str,
        kind: EdgeKind,
        set: Option<&str>,
        into: &mut Vec<Dependency>,
    ) {
        for item in self.file.list(table, key) {
            // PDM writes editable paths as pip's `-e URL#egg=name`.
            let text = match item.text.strip_prefix("-e ").and_then(|rest| rest.split_once("#egg=")) {
                Some((url, name)) => format!("{name} @ {url}"),
                None => item.text,
            };
            let Some(requirement) = Requirement::parse(&text) else {
                let message = format!("`{text}` is no requirement (PEP 508); correct it");
                self.context.problem(self.path, Some(item.line), "dependency.unresolved", message);
                continue;
            };
            let set = set.map(normalise);
            into.push(Dependency { requirement, kind, set, path: None, line: Some(item.line) });
        }
    }

    fn poetry(&self, poetry: &DeTable<'t>, into: &mut Vec<Dependency>) {
        self.poetry_table(table(poetry, "dependencies"), EdgeKind::Normal, None, into);
        self.poetry_table(table(poetry, "dev-dependencies"), EdgeKind::Dev, Some("dev"), into);
        for (name, group) in table(poetry, "group").into_iter().flatten() {
            let group = group.get_ref().as_table().and_then(|group| table(group, "dependencies"));
            // Poetry puts what `main` lists into the package itself.
            let kind = if name.get_ref() == "main" { EdgeKind::Normal } else { EdgeKind::Dev };
            self.poetry_table(group, kind, Some(name.get_ref()), into);
        }
    }

    fn poetry_table(
        &self,
        entries: Option<&DeTable<'t>>,
        kind: EdgeKind,
        set: Option<&str>,
        into: &mut Vec<Dependency>,
    ) {
        for (name, value) in entries.into_iter().flatten() {
            let name = name.get_ref();
            if name == "python" {
                continue;
            }
            let constraints: Vec<&Value> = match value.get_ref() {
                DeValue::Array(several) => several.iter().collect(),
                _ => vec![value],
            };
            for constraint in constraints {
                let detail = constraint.get_ref().as_table();
                let text = |key| detail.and_then(|detail| string(detail, key)).map(str::to_owned);
                let versions = constraint.get_ref().as_str().map(str::to_owned).or_else(|| text("version"));
                let optional = detail.is_some_and(|detail| boolean(detail, "optional") == Some(true));
                into.push(Dependency {
                    requirement: Requirement {
                        name: name.clone().into_owned(),
                        versions: versions.filter(|versions| versions != "*").unwrap_or_default(),
                        url: text("url").or_else(|| text("git")),
                    },
                    kind: if optional && kind == EdgeKind::Normal { EdgeKind::Optional } else { kind },
                    set: set.map(normalise),
                    path: text("path"),
                    line: Some(self.file.line(&value.span())),
                });
            }
        }
    }
}
