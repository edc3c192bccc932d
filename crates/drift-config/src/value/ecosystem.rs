//! What describes an ecosystem of the user's own: its name, the names of its files, and the keys in them.

use super::keyword::keyword;
use super::{Scalar, scalar};

/// The tags of the ecosystems that are built in, which no other may have.
pub const BUILT_IN_ECOSYSTEMS: &[&str] = &[
    "cargo", "composer", "dart", "deno", "dotnet", "elixir", "go", "gradle", "maven", "npm", "nx", "python",
    "ruby", "swift",
];

/// The tag of an ecosystem: what stands before the colon in the ids of its projects.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EcosystemName(String);

impl EcosystemName {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Scalar for EcosystemName {
    const EXPECTED: &'static str = "a name such as \"acme\" of small letters, digits, \"-\" and \"_\"";

    fn parse(text: &str) -> Result<EcosystemName, String> {
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
        if text.is_empty() || text.len() > 64 || !text.chars().all(is_plain) {
            return Err(format!("expected {}, found {text:?}", Self::EXPECTED));
        }
        if BUILT_IN_ECOSYSTEMS.contains(&text) {
            return Err(format!("{text:?} is an ecosystem that drift reads by itself; choose another name"));
        }
        Ok(EcosystemName(text.to_owned()))
    }

    fn render(&self) -> String {
        self.0.clone()
    }

    fn json_schema() -> serde_json::Value {
        serde_json::json!({ "type": "string", "pattern": "^[a-z0-9_-]{1,64}$", "not": { "enum": BUILT_IN_ECOSYSTEMS } })
    }
}

scalar!(EcosystemName, "EcosystemName");

/// A glob of file names, without directories.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FileGlob(String);

impl FileGlob {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Scalar for FileGlob {
    const EXPECTED: &'static str = "a file name or a glob of file names such as \"*.module.json\"";

    fn parse(text: &str) -> Result<FileGlob, String> {
        if text.is_empty() || text.contains(['/', '\\', '\0']) || matches!(text, "." | ".." | "*" | "**") {
            return Err(format!("expected {}, found {text:?}", Self::EXPECTED));
        }
        match globset::Glob::new(text) {
            Ok(_) => Ok(FileGlob(text.to_owned())),
            Err(error) => Err(format!("the glob {text:?} is malformed: {}", error.kind())),
        }
    }

    fn render(&self) -> String {
        self.0.clone()
    }

    fn json_schema() -> serde_json::Value {
        serde_json::json!({ "type": "string", "minLength": 1, "pattern": "^[^/\\\\]+$" })
    }
}

scalar!(FileGlob, "FileGlob");

/// The way to a value: keys joined by dots, with `*` for every entry and quotes around a key with a dot.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ValuePath(Vec<String>);

impl ValuePath {
    pub fn keys(&self) -> &[String] {
        &self.0
    }
}

impl Scalar for ValuePath {
    const EXPECTED: &'static str = "keys joined by dots such as \"workspace.members\"";

    fn parse(text: &str) -> Result<ValuePath, String> {
        let odd = || format!("expected {}, found {text:?}", Self::EXPECTED);
        let (mut keys, mut rest) = (Vec::new(), text);
        loop {
            let (key, after) = match rest.strip_prefix('"') {
                Some(quoted) => quoted.split_once('"').ok_or_else(odd)?,
                None => rest.split_at(rest.find('.').unwrap_or(rest.len())),
            };
            if key.is_empty() || key.contains('"') || keys.len() >= 32 {
                return Err(odd());
            }
            keys.push(key.to_owned());
            match after.strip_prefix('.') {
                Some(next) => rest = next,
                None if after.is_empty() => return Ok(ValuePath(keys)),
                None => return Err(odd()),
            }
        }
    }

    fn render(&self) -> String {
        let quoted = |key: &String| if key.contains('.') { format!("\"{key}\"") } else { key.clone() };
        self.0.iter().map(quoted).collect::<Vec<_>>().join(".")
    }

    fn json_schema() -> serde_json::Value {
        serde_json::json!({ "type": "string", "minLength": 1 })
    }
}

scalar!(ValuePath, "ValuePath");

keyword! {
    /// How a manifest is written.
    ManifestFormat {
        Json = "json",
        /// With comments and trailing commas.
        Jsonc = "jsonc",
        Toml = "toml",
        Yaml = "yaml",
        Xml = "xml",
    }
}

keyword! {
    /// Why one project depends on another.
    DependencyKind {
        Normal = "normal",
        Dev = "dev",
        Build = "build",
        Optional = "optional",
        Peer = "peer",
        Parent = "parent",
        Bom = "bom",
        Plugin = "plugin",
        Implicit = "implicit",
    }
}
