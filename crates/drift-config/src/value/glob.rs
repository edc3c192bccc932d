//! [`Glob`], [`DirPattern`] and [`Pattern`]: patterns of root-relative paths and of names, checked when they are
//! read.

use super::{Scalar, scalar};

/// A glob relative to the root of the workspace, with `/` between names; `*` does not cross a `/`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Glob(String);

impl Glob {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Scalar for Glob {
    const EXPECTED: &'static str = "a glob such as \"config/**\"";

    fn parse(text: &str) -> Result<Glob, String> {
        if text.is_empty() {
            return Err("an empty glob matches nothing".to_owned());
        }
        if text.starts_with('/') || text.split('/').any(|part| part == "..") {
            return Err(format!("the glob {text:?} leaves the workspace; globs are relative to its root"));
        }
        match globset::GlobBuilder::new(text).literal_separator(true).build() {
            Ok(_) => Ok(Glob(text.to_owned())),
            Err(error) => Err(format!("the glob {text:?} is malformed: {}", error.kind())),
        }
    }

    fn render(&self) -> String {
        self.0.clone()
    }

    fn json_schema() -> serde_json::Value {
        serde_json::json!({ "type": "string", "minLength": 1 })
    }
}

scalar!(Glob, "Glob");

/// A name of any kind, with `*` for any characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pattern(String);

impl Pattern {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it matches the whole of `text`. Nothing but `*` has a meaning.
    pub fn is_match(&self, text: &str) -> bool {
        let Some((first, rest)) = self.0.split_once('*') else { return self.0 == text };
        let Some(mut text) = text.strip_prefix(first) else { return false };
        let mut parts: Vec<&str> = rest.split('*').collect();
        let last = parts.pop().unwrap_or_default();
        for part in parts {
            let Some(at) = text.find(part) else { return false };
            text = &text[at + part.len()..];
        }
        text.ends_with(last)
    }
}

impl Scalar for Pattern {
    const EXPECTED: &'static str = "a name, with \"*\" for any characters";

    fn parse(text: &str) -> Result<Pattern, String> {
        if text.is_empty() {
            return Err("an empty pattern matches nothing".to_owned());
        }
        Ok(Pattern(text.to_owned()))
    }

    fn render(&self) -> String {
        self.0.clone()
    }

    fn json_schema() -> serde_json::Value {
        serde_json::json!({ "type": "string", "minLength": 1 })
    }
}

scalar!(Pattern, "Pattern");

/// A directory name, or a run of names joined by `/`, with `*` for any characters within a name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DirPattern(String);

impl DirPattern {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Scalar for DirPattern {
    const EXPECTED: &'static str = "a directory name such as \"fixtures\" or \"src/test\"";

    fn parse(text: &str) -> Result<DirPattern, String> {
        let odd = |part: &str| part.is_empty() || part == "." || part == "..";
        if text.split('/').any(odd) || text.contains(['\\', '\0']) {
            return Err(format!("expected {}, found {text:?}", Self::EXPECTED));
        }
        Ok(DirPattern(text.to_owned()))
    }

    fn render(&self) -> String {
        self.0.clone()
    }

    fn json_schema() -> serde_json::Value {
        serde_json::json!({ "type": "string", "minLength": 1 })
    }
}

scalar!(DirPattern, "DirPattern");

/// A line as in `.gitignore`, relative to the root.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IgnorePattern(String);

impl IgnorePattern {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Scalar for IgnorePattern {
    const EXPECTED: &'static str = "a pattern such as \"/generated/\" or \"*.snap\"";

    fn parse(text: &str) -> Result<IgnorePattern, String> {
        let bare = text.strip_prefix('!').unwrap_or(text);
        if bare.trim().is_empty()
            || bare.trim() == "/"
            || text.starts_with('#')
            || text.contains(['\n', '\0'])
        {
            return Err(format!("expected {}, found {text:?}", Self::EXPECTED));
        }
        // What git takes for a glob, a glob must be.
        let inner = bare.trim_matches('/');
        match globset::GlobBuilder::new(inner).literal_separator(true).backslash_escape(true).build() {
            Ok(_) => Ok(IgnorePattern(text.to_owned())),
            Err(error) => Err(format!("the pattern {text:?} is malformed: {}", error.kind())),
        }
    }

    fn render(&self) -> String {
        self.0.clone()
    }

    fn json_schema() -> serde_json::Value {
        serde_json::json!({ "type": "string", "minLength": 1 })
    }
}

scalar!(IgnorePattern, "IgnorePattern");
