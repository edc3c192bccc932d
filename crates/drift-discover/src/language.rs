//! The language of a file, by its name, and the languages of each project.
//!
//! Names alone decide, so a scan reads nothing for this. Where an extension serves several languages the one
//! that is most common in source repositories is meant.
//! A project's languages are those of the files it owns that are code or page markup; data, configuration
//! and prose have a language as files but say nothing about a project.

use std::collections::BTreeSet;

use crate::files::Files;
use crate::graph::ProjectGraph;
use crate::owner::Owners;

/// What a language is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    Code,
    Data,
    Prose,
}

/// The language and its use by extension, which is lower case; sorted.
const BY_EXTENSION: &[(&str, &str, Use)] = &[
    ("adoc", "AsciiDoc", Use::Prose),
    ("asm", "Assembly", Use::Code),
    ("astro", "Astro", Use::Code),
    ("bash", "Shell", Use::Code),
    ("bat", "Batchfile", Use::Code),
    ("bazel", "Starlark", Use::Code),
    ("bzl", "Starlark", Use::Code),
    ("c", "C", Use::Code),
    ("cc", "C++", Use::Code),
    ("cjs", "JavaScript", Use::Code),
    ("clj", "Clojure", Use::Code),
    ("cljc", "Clojure", Use::Code),
    ("cljs", "Clojure", Use::Code),
    ("cmake", "CMake", Use::Code),
    ("cmd", "Batchfile", Use::Code),
    ("coffee", "CoffeeScript", Use::Code),
    ("cpp", "C++", Use::Code),
    ("cr", "Crystal", Use::Code),
    ("cs", "C#", Use::Code),
    ("cshtml", "Razor", Use::Code),
    ("css", "CSS", Use::Code),
    ("csv", "CSV", Use::Data),
    ("cts", "TypeScript", Use::Code),
    ("cu", "CUDA", Use::Code),
    ("cxx", "C++", Use::Code),
    ("d", "D", Use::Code),
    ("dart", "Dart", Use::Code),
    ("erl", "Erlang", Use::Code),
    ("ex", "Elixir", Use::Code),
    ("exs", "Elixir", Use::Code),
    ("fish", "Shell", Use::Code),
    ("fs", "F#", Use::Code),
    ("fsi", "F#", Use::Code),
    ("fsx", "F#", Use::Code),
    ("gd", "GDScript", Use::Code),
    ("gleam", "Gleam", Use::Code),
    ("go", "Go", Use::Code),
    ("gql", "GraphQL", Use::Data),
    ("gradle", "Groovy", Use::Code),
    ("graphql", "GraphQL", Use::Data),
    ("groovy", "Groovy", Use::Code),
    ("h", "C", Use::Code),
    ("haml", "Haml", Use::Code),
    ("hbs", "Handlebars", Use::Code),
    ("hcl", "HCL", Use::Code),
    ("hh", "C++", Use::Code),
    ("hpp", "C++", Use::Code),
    ("hrl", "Erlang", Use::Code),
    ("hs", "Haskell", Use::Code),
    ("htm", "HTML", Use::Code),
    ("html", "HTML", Use::Code),
    ("hxx", "C++", Use::Code),
    ("ini", "INI", Use::Data),
    ("ipynb", "Jupyter Notebook", Use::Code),
    ("java", "Java", Use::Code),
    ("jl", "Julia", Use::Code),
    ("js", "JavaScript", Use::Code),
    ("json", "JSON", Use::Data),
    ("json5", "JSON5", Use::Data),
    ("jsonc", "JSON with Comments", Use::Data),
    ("jsx", "JavaScript", Use::Code),
    ("kt", "Kotlin", Use::Code),
    ("kts", "Kotlin", Use::Code),
    ("less", "Less", Use::Code),
    ("liquid", "Liquid", Use::Code),
    ("lua", "Lua", Use::Code),
    ("m", "Objective-C", Use::Code),
    ("markdown", "Markdown", Use::Prose),
    ("md", "Markdown", Use::Prose),
    ("mdx", "MDX", Use::Code),
    ("mjs", "JavaScript", Use::Code),
    ("mk", "Makefile", Use::Code),
    ("ml", "OCaml", Use::Code),
    ("mli", "OCaml", Use::Code),
    ("mm", "Objective-C++", Use::Code),
    ("mts", "TypeScript", Use::Code),
    ("nim", "Nim", Use::Code),
    ("nix", "Nix", Use::Code),
    ("php", "PHP", Use::Code),
    ("pl", "Perl", Use::Code),
    ("pm", "Perl", Use::Code),
    ("prisma", "Prisma", Use::Data),
    ("proto", "Protocol Buffers", Use::Data),
    ("ps1", "PowerShell", Use::Code),
    ("psm1", "PowerShell", Use::Code),
    ("pug", "Pug", Use::Code),
    ("py", "Python", Use::Code),
    ("pyi", "Python", Use::Code),
    ("pyx", "Cython", Use::Code),
    ("r", "R", Use::Code),
    ("rake", "Ruby", Use::Code),
    ("razor", "Razor", Use::Code),
    ("rb", "Ruby", Use::Code),
    ("rs", "Rust", Use::Code),
    ("rst", "reStructuredText", Use::Prose),
    ("s", "Assembly", Use::Code),
    ("sass", "Sass", Use::Code),
    ("sbt", "Scala", Use::Code),
    ("scala", "Scala", Use::Code),
    ("scss", "SCSS", Use::Code),
    ("sh", "Shell", Use::Code),
    ("sol", "Solidity", Use::Code),
    ("sql", "SQL", Use::Data),
    ("styl", "Stylus", Use::Code),
    ("svelte", "Svelte", Use::Code),
    ("svg", "SVG", Use::Data),
    ("swift", "Swift", Use::Code),
    ("tcl", "Tcl", Use::Code),
    ("tex", "TeX", Use::Prose),
    ("tf", "HCL", Use::Code),
    ("toml", "TOML", Use::Data),
    ("ts", "TypeScript", Use::Code),
    ("tsv", "TSV", Use::Data),
    ("tsx", "TypeScript", Use::Code),
    ("twig", "Twig", Use::Code),
    ("txt", "Text", Use::Prose),
    ("vb", "Visual Basic .NET", Use::Code),
    ("vue", "Vue", Use::Code),
    ("xml", "XML", Use::Data),
    ("yaml", "YAML", Use::Data),
    ("yml", "YAML", Use::Data),
    ("zig", "Zig", Use::Code),
    ("zsh", "Shell", Use::Code),
];

/// The longest extension in the table.
const MAX_EXTENSION: usize = 8;

/// The language and its use by whole name; sorted.
const BY_NAME: &[(&str, &str, Use)] = &[
    ("BUILD", "Starlark", Use::Code),
    ("CMakeLists.txt", "CMake", Use::Code),
    ("Containerfile", "Dockerfile", Use::Code),
    ("Dockerfile", "Dockerfile", Use::Code),
    ("GNUmakefile", "Makefile", Use::Code),
    ("Gemfile", "Ruby", Use::Code),
    ("Jenkinsfile", "Groovy", Use::Code),
    ("Justfile", "Just", Use::Code),
    ("Makefile", "Makefile", Use::Code),
    ("Rakefile", "Ruby", Use::Code),
    ("WORKSPACE", "Starlark", Use::Code),
    ("justfile", "Just", Use::Code),
    ("makefile", "Makefile", Use::Code),
];

/// Languages whose headers are `.h` too, so that a header next to them does not make the project one in C.
const SHARE_HEADERS: [&str; 4] = ["C++", "CUDA", "Objective-C", "Objective-C++"];

/// The language of the file `name` (without directories), where the name tells.
pub fn language_of(name: &[u8]) -> Option<&'static str> {
    row(name).map(|row| row.1)
}

/// Fills in the languages of the projects of `graph` from the files they own.
pub(crate) fn fill(graph: &mut ProjectGraph, files: &Files, owners: &Owners) {
    let mut found: Vec<BTreeSet<&'static str>> = vec![BTreeSet::new(); graph.projects.len()];
    let mut headers = vec![false; graph.projects.len()];
    for (at, owners) in owners.of_files(files).enumerate() {
        if owners.is_empty() {
            continue;
        }
        let Some((extension, language, Use::Code)) = row(files.split(at).1) else { continue };
        for &owner in owners {
            if *extension == "h" {
                headers[owner] = true;
            } else {
                found[owner].insert(language);
            }
        }
    }
    for ((project, mut found), headers) in graph.projects.iter_mut().zip(found).zip(headers) {
        if headers && !SHARE_HEADERS.iter().any(|language| found.contains(language)) {
            found.insert("C");
        }
        project.languages = found.into_iter().map(str::to_owned).collect();
    }
}

fn row(name: &[u8]) -> Option<&'static (&'static str, &'static str, Use)> {
    let named = BY_NAME.binary_search_by(|row| row.0.as_bytes().cmp(name));
    if let Ok(at) = named {
        return Some(&BY_NAME[at]);
    }
    let dot = name.iter().rposition(|&b| b == b'.').filter(|&dot| dot > 0)?;
    // No longer one is in the table.
    let mut lower = [0; MAX_EXTENSION];
    let lower = lower.get_mut(..name.len() - dot - 1)?;
    lower.copy_from_slice(&name[dot + 1..]);
    lower.make_ascii_lowercase();
    let at = BY_EXTENSION.binary_search_by(|row| row.0.as_bytes().cmp(lower)).ok()?;
    Some(&BY_EXTENSION[at])
}

#[cfg(test)]
mod tests;
