//! [`TomlFile`]: a TOML manifest that knows its lines.
//!
//! Values are looked up one by one instead of through serde structs, so that one odd value costs that value
//! and not the whole manifest.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::context::Context;
use crate::ecosystem::lines::Lines;
use crate::path::RepoPath;

/// Most signs and spaces of a manifest. The parser keeps each piece between them, at some sixty bytes, before it
/// understands the first; manifests that people write have a hundred times fewer.
const MAX_SIGNS: usize = 2 << 20;

/// A value with its place.
pub(crate) type Value<'t> = Spanned<DeValue<'t>>;

/// A parsed manifest.
pub(crate) struct TomlFile<'t> {
    root: DeTable<'t>,
    lines: Lines,
}

/// A string of a manifest with its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) text: String,
    pub(crate) line: u32,
}

impl<'t> TomlFile<'t> {
    /// Parses `text`, the content of `path`; reports a problem if it is no TOML.
    pub(crate) fn parse(context: &Context, path: &RepoPath, text: &'t str) -> Option<TomlFile<'t>> {
        if has_too_many_signs(text) {
            let message = format!("has more than {MAX_SIGNS} signs and spaces; it was not read");
            context.problem(path, None, "manifest.too_large", message);
            return None;
        }
        let mut file = TomlFile { root: DeTable::new(), lines: Lines::new(text) };
        match DeTable::parse(text) {
            Ok(root) => {
                file.root = root.into_inner();
                Some(file)
            }
            Err(error) => {
                let line = error.span().map(|span| file.line(&span));
                let why = error.message().trim_end().replace('\n', "; ");
                context.problem(path, line, "manifest.syntax", format!("is not valid TOML: {why}"));
                None
            }
        }
    }

    /// The top table.
    pub(crate) fn root(&self) -> &DeTable<'t> {
        &self.root
    }

    /// The 1-based line of a place.
    pub(crate) fn line(&self, span: &Range<usize>) -> u32 {
        self.lines.of(span.start)
    }

    /// The strings of the array `key`; empty where it is absent. Items that are no string are left out.
    pub(crate) fn list(&self, table: &DeTable<'t>, key: &str) -> Vec<Listed> {
        let items = table.get(key).and_then(|value| value.get_ref().as_array());
        items.into_iter().flat_map(|items| items.iter()).filter_map(|item| self.as_listed(item)).collect()
    }

    fn as_listed(&self, value: &Value<'t>) -> Option<Listed> {
        let text = value.get_ref().as_str()?.to_owned();
        Some(Listed { text, line: self.line(&value.span()) })
    }
}

fn has_too_many_signs(text: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || !byte.is_ascii();
    text.len() > MAX_SIGNS && text.bytes().filter(|&byte| !is_word(byte)).nth(MAX_SIGNS).is_some()
}

/// The table `key` of `table`.
pub(crate) fn table<'a, 't>(table: &'a DeTable<'t>, key: &str) -> Option<&'a DeTable<'t>> {
    table.get(key)?.get_ref().as_table()
}

/// The table that `keys` lead to.
pub(crate) fn table_at<'a, 't>(root: &'a DeTable<'t>, keys: &[&str]) -> Option<&'a DeTable<'t>> {
    keys.iter().try_fold(root, |at, key| table(at, key))
}

/// The string `key` of `table`.
pub(crate) fn string<'a>(table: &'a DeTable<'_>, key: &str) -> Option<&'a str> {
    table.get(key)?.get_ref().as_str()
}

/// The boolean `key` of `table`.
pub(crate) fn boolean(table: &DeTable<'_>, key: &str) -> Option<bool> {
    table.get(key)?.get_ref().as_bool()
}
