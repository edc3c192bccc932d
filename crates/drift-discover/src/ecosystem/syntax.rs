//! The syntaxes that several ecosystems share: JSON, JSON with comments, JSON5 and YAML, each parsed within
//! bounds.
//!
//! What does not parse is a problem with its line, and counts as absent.

use jsonc_parser::ParseOptions;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::context::{Context, MAX_NESTING};
use crate::path::RepoPath;

/// Deepest nesting of YAML. Its parser takes tens of kilobytes of stack for each level, and these files are flat.
const YAML_NESTING: usize = 32;

const SYNTAX: &str = "manifest.syntax";

/// `path` as strict JSON, as package managers read it.
pub(super) fn json(context: &Context, path: &RepoPath) -> Option<Value> {
    let text = context.text(path)?;
    match serde_json::from_str(&text) {
        Ok(value) => Some(value),
        Err(why) => {
            context.problem(path, line(why.line()), SYNTAX, format!("is not valid JSON: {why}"));
            None
        }
    }
}

/// `path` as JSON with comments and trailing commas.
pub(super) fn jsonc(context: &Context, path: &RepoPath) -> Option<Value> {
    let strict = ParseOptions {
        allow_comments: true,
        allow_trailing_commas: true,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    relaxed(context, path, &strict, "JSON with comments")
}

/// `path` as JSON5.
pub(super) fn json5(context: &Context, path: &RepoPath) -> Option<Value> {
    relaxed(context, path, &ParseOptions { allow_missing_commas: false, ..ParseOptions::default() }, "JSON5")
}

fn relaxed(context: &Context, path: &RepoPath, options: &ParseOptions, syntax: &str) -> Option<Value> {
    let text = context.text(path)?;
    // The parser recurses without a bound of its own.
    if let Some(at) = too_deep(&text) {
        context.problem(
            path,
            Some(at),
            SYNTAX,
            format!("is nested deeper than {MAX_NESTING}; it was not read"),
        );
        return None;
    }
    match jsonc_parser::parse_to_serde_value::<Value>(&text, options) {
        Ok(value) => Some(value),
        Err(why) => {
            let at = line(why.line_display());
            context.problem(path, at, SYNTAX, format!("is not valid {syntax}: {why}"));
            None
        }
    }
}

/// The line where brackets outside of strings and comments are nested deeper than any manifest's.
fn too_deep(text: &str) -> Option<u32> {
    let (mut depth, mut lines) = (0usize, 1u32);
    let mut quote = None;
    let mut bytes = text.bytes().peekable();
    while let Some(byte) = bytes.next() {
        lines += u32::from(byte == b'\n');
        match (quote, byte) {
            (Some(_), b'\\') => {
                lines += u32::from(bytes.next() == Some(b'\n'));
            }
            (Some(open), _) if byte == open => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'/') if bytes.peek() == Some(&b'/') => {
                lines += u32::from(bytes.any(|byte| byte == b'\n'));
            }
            (None, b'/') if bytes.peek() == Some(&b'*') => {
                bytes.next();
                let mut last = 0;
                for byte in bytes.by_ref() {
                    lines += u32::from(byte == b'\n');
                    if last == b'*' && byte == b'/' {
                        break;
                    }
                    last = byte;
                }
            }
            (None, b'[' | b'{') => depth += 1,
            (None, b']' | b'}') => depth = depth.saturating_sub(1),
            (None, _) => {}
        }
        if depth > MAX_NESTING {
            return Some(lines);
        }
    }
    None
}

/// `path` as YAML; the default where the document is empty.
pub(super) fn yaml<T: DeserializeOwned + Default>(context: &Context, path: &RepoPath) -> Option<T> {
    let text = context.text(path)?;
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_depth: YAML_NESTING, max_nodes: 250_000 },
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: 50_000 },
        duplicate_keys: serde_saphyr::options::DuplicateKeyPolicy::LastWins,
    };
    match serde_saphyr::from_str_with_options::<Option<T>>(&text, options) {
        Ok(value) => Some(value.unwrap_or_default()),
        Err(why) => {
            let at = why.location().and_then(|at| line(at.line() as usize));
            // Only the first line: the rest is an excerpt of the file.
            let why = why.without_snippet().to_string();
            context.problem(
                path,
                at,
                SYNTAX,
                format!("is not valid YAML: {}", why.lines().next().unwrap_or("")),
            );
            None
        }
    }
}

/// The line of the first place where `text` has `needle`, for problems about one value.
pub(super) fn line_of(context: &Context, path: &RepoPath, needle: &str) -> Option<u32> {
    let text = context.text(path)?;
    let at = text.find(needle)?;
    line(1 + text[..at].bytes().filter(|&byte| byte == b'\n').count())
}

fn line(number: usize) -> Option<u32> {
    u32::try_from(number).ok().filter(|&line| line > 0)
}

#[cfg(test)]
mod tests;
