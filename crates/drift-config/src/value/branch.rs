//! [`BranchName`]: a git branch, or nothing.

use super::{Scalar, scalar};

/// The name of a git branch; may be empty. It reaches git's command line, and a `drift.toml` may come with a
/// clone, so what git itself forbids in a name is refused here: above all a leading `-`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct BranchName(String);

impl BranchName {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Scalar for BranchName {
    const EXPECTED: &'static str = "the name of a branch";

    fn parse(text: &str) -> Result<BranchName, String> {
        let forbidden = |c: char| c.is_control() || " ~^:?*[\\".contains(c);
        let malformed = text.starts_with(['-', '/'])
            || text.ends_with(['/', '.'])
            || text.contains("..")
            || text.contains("//")
            || text.contains("@{")
            || text.contains(forbidden);
        if malformed {
            return Err(format!("expected {}, found {text:?}", Self::EXPECTED));
        }
        Ok(BranchName(text.to_owned()))
    }

    fn render(&self) -> String {
        self.0.clone()
    }

    fn json_schema() -> serde_json::Value {
        serde_json::json!({ "type": "string", "pattern": "^([^-/].*)?$" })
    }
}

scalar!(BranchName, "BranchName");
