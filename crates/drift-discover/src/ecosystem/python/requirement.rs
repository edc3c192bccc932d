//! [`Requirement`]: one PEP 508 string, as far as the graph needs it: the name, the versions, the URL.
//!
//! Extras and markers are read over: a dependency under a condition is declared all the same.

use std::str::FromStr;

use pep508_rs::pep440_rs::{Version, VersionSpecifiers};

/// `name[extras] versions; marker` or `name @ url; marker`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Requirement {
    /// As written.
    pub(super) name: String,
    /// As written, without the marker; empty where any version will do.
    pub(super) versions: String,
    pub(super) url: Option<String>,
}

impl Requirement {
    /// `None` where the text does not start with a name.
    pub(super) fn parse(text: &str) -> Option<Requirement> {
        let text = text.trim();
        let end = text.find(|c: char| !is_name_char(c)).unwrap_or(text.len());
        let name = &text[..end];
        if !name.starts_with(|c: char| c.is_ascii_alphanumeric()) {
            return None;
        }
        let mut rest = text[end..].trim_start();
        if let Some(extras) = rest.strip_prefix('[') {
            rest = extras.split_once(']')?.1.trim_start();
        }
        let (versions, url) = match rest.strip_prefix('@') {
            // A `;` is part of a URL unless a blank comes before it.
            Some(url) => {
                let url = url.trim_start();
                let end = url.find(char::is_whitespace).unwrap_or(url.len());
                (String::new(), Some(url[..end].to_owned()))
            }
            None => {
                let versions = rest.split(';').next().unwrap_or_default().trim();
                let bare = versions.strip_prefix('(').and_then(|inner| inner.strip_suffix(')'));
                (bare.unwrap_or(versions).trim().to_owned(), None)
            }
        };
        Some(Requirement { name: name.to_owned(), versions, url })
    }
}

/// The form in which names compare (PEP 503).
pub(super) fn normalise(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for c in name.trim().chars() {
        if matches!(c, '-' | '_' | '.') {
            if !normal.ends_with('-') {
                normal.push('-');
            }
        } else {
            normal.extend(c.to_lowercase());
        }
    }
    normal
}

/// Whether `version` is known not to be among `versions`; what cannot be compared is not known.
pub(super) fn contradicts(version: Option<&str>, versions: &str) -> bool {
    let (Some(version), Ok(versions)) = (version, VersionSpecifiers::from_str(versions)) else {
        return false;
    };
    Version::from_str(version).is_ok_and(|version| !versions.contains(&version))
}

fn is_name_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')
}

#[cfg(test)]
mod tests;
