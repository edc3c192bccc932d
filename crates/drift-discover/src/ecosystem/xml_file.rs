//! [`XmlFile`]: an XML manifest that knows its lines.
//!
//! Owns the bounds that the parser leaves to its caller: nesting, attributes of one element (they are compared
//! with each other), and no document types, so that no entity can grow.

use roxmltree::{Document, Node, ParsingOptions};

use crate::context::{Context, MAX_NESTING};
use crate::ecosystem::lines::Lines;
use crate::path::RepoPath;

/// Most attributes of one element.
const MAX_ATTRIBUTES: usize = 500;
/// Most elements, attributes and texts of one document.
const MAX_NODES: u32 = 1_000_000;

/// A parsed manifest.
pub(crate) struct XmlFile<'t> {
    document: Document<'t>,
    lines: Lines,
}

impl<'t> XmlFile<'t> {
    /// Parses `text`, the content of `path`; reports a problem if it is no XML that a manifest can be.
    pub(crate) fn parse(context: &Context, path: &RepoPath, text: &'t str) -> Option<XmlFile<'t>> {
        let lines = Lines::new(text);
        if let Some((at, why)) = out_of_bounds(text) {
            context.problem(path, Some(lines.of(at)), "manifest.too_deep", why.into());
            return None;
        }
        let options = ParsingOptions { nodes_limit: MAX_NODES, ..ParsingOptions::default() };
        match Document::parse_with_options(text, options) {
            Ok(document) => Some(XmlFile { document, lines }),
            Err(error) => {
                let line = Some(error.pos().row);
                context.problem(path, line, "manifest.syntax", format!("is not valid XML: {error}"));
                None
            }
        }
    }

    /// The outermost element.
    pub(crate) fn root(&self) -> Node<'_, 't> {
        self.document.root_element()
    }

    /// The 1-based line where `node` starts.
    pub(crate) fn line(&self, node: Node) -> u32 {
        self.lines.of(node.range().start)
    }
}

/// The place and the reason, if elements are nested too deep or one has too many attributes.
fn out_of_bounds(text: &str) -> Option<(usize, &'static str)> {
    let bytes = text.as_bytes();
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(found) = text[at..].find('<') {
        let start = at + found;
        let rest = &text[start..];
        let end_of = |marker: &str| rest.find(marker).map(|end| start + end + marker.len());
        let end = if rest.starts_with("<!--") {
            end_of("-->")
        } else if rest.starts_with("<![CDATA[") {
            end_of("]]>")
        } else if rest.starts_with("<?") {
            end_of("?>")
        } else {
            let (end, attributes) = tag(bytes, start + 1);
            if attributes > MAX_ATTRIBUTES {
                return Some((start, "has an element of more attributes than a manifest can have"));
            }
            if rest.starts_with("</") {
                depth = depth.saturating_sub(1);
            } else if end >= 2 && bytes[end - 2] != b'/' {
                depth += 1;
            }
            if depth > MAX_NESTING {
                return Some((start, "is nested deeper than a manifest can be; it was not read"));
            }
            Some(end)
        };
        // What never ends is left to the parser to report.
        at = end?;
    }
    None
}

/// The end of the tag that goes on at `at`, and how many attributes it has.
fn tag(bytes: &[u8], mut at: usize) -> (usize, usize) {
    let (mut quote, mut attributes) = (None, 0);
    while at < bytes.len() {
        match (quote, bytes[at]) {
            (None, b'>') => return (at + 1, attributes),
            (None, b'=') => attributes += 1,
            (None, open @ (b'"' | b'\'')) => quote = Some(open),
            (Some(open), close) if open == close => quote = None,
            _ => {}
        }
        at += 1;
    }
    (bytes.len(), attributes)
}

#[cfg(test)]
mod tests;
