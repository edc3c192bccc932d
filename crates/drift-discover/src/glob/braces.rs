//! `{a,b}`, `{1..3}` and `{a..c}` expanded to plain patterns, as shells do it.
//!
//! A group without a comma or a range stays as it is written. The number of results is bounded.

use super::{GlobError, GlobOptions};

/// Most patterns that one pattern may stand for.
pub(super) const MAX_ALTERNATIVES: usize = 1000;

/// Deepest nesting of groups.
const MAX_NESTED: usize = 16;

/// Every pattern that `pattern` stands for, in the order of writing, without repeats.
pub(super) fn expand(pattern: &str, options: GlobOptions) -> Result<Vec<String>, GlobError> {
    expand_at(pattern, options, 0)
}

fn expand_at(pattern: &str, options: GlobOptions, depth: usize) -> Result<Vec<String>, GlobError> {
    if depth > MAX_NESTED {
        return Err(GlobError::Unsupported("braces nested this deep"));
    }
    let mut open = vec![String::new()];
    let mut rest = pattern;
    while let Some((before, group, after)) = first_group(rest, options) {
        let choices = choices(group, options, depth)?;
        if open.len() * choices.len() > MAX_ALTERNATIVES {
            return Err(GlobError::TooManyAlternatives);
        }
        rest = after;
        open = (open.iter())
            .flat_map(|head| choices.iter().map(move |choice| format!("{head}{before}{choice}")))
            .collect();
    }
    for head in &mut open {
        head.push_str(rest);
    }
    let mut seen = std::collections::BTreeSet::new();
    open.retain(|pattern| seen.insert(pattern.clone()));
    Ok(open)
}

/// The first group that expands: what is before it, its inside, what is behind it.
fn first_group(pattern: &str, options: GlobOptions) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    while let Some(at) = find(&pattern[from..], b'{', options).map(|at| at + from) {
        let inside = &pattern[at + 1..];
        if let Some(len) = closing(inside, options) {
            let group = &inside[..len];
            if split(group, options).len() > 1 || range(group).is_some() {
                return Some((&pattern[..at], group, &inside[len + 1..]));
            }
        }
        from = at + 1;
    }
    None
}

fn find(text: &str, wanted: u8, options: GlobOptions) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| {
        let hit = !escaped && byte == wanted;
        escaped = options.escapes && !escaped && byte == b'\\';
        hit
    })
}

/// The length of the group that `inside` starts with, up to its closing brace.
fn closing(inside: &str, options: GlobOptions) -> Option<usize> {
    let (mut depth, mut escaped) = (0usize, false);
    for (at, byte) in inside.bytes().enumerate() {
        match byte {
            _ if escaped => {}
            b'{' => depth += 1,
            b'}' if depth == 0 => return Some(at),
            b'}' => depth -= 1,
            _ => {}
        }
        escaped = options.escapes && !escaped && byte == b'\\';
    }
    None
}

/// `group` at its outermost commas.
fn split(group: &str, options: GlobOptions) -> Vec<&str> {
    let (mut depth, mut escaped, mut start) = (0usize, false, 0);
    let mut parts = Vec::new();
    for (at, byte) in group.bytes().enumerate() {
        match byte {
            _ if escaped => {}
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                parts.push(&group[start..at]);
                start = at + 1;
            }
            _ => {}
        }
        escaped = options.escapes && !escaped && byte == b'\\';
    }
    parts.push(&group[start..]);
    parts
}

fn choices(group: &str, options: GlobOptions, depth: usize) -> Result<Vec<String>, GlobError> {
    if let Some(range) = range(group) {
        return range.members();
    }
    let mut all = Vec::new();
    for part in split(group, options) {
        all.extend(expand_at(part, options, depth + 1)?);
        if all.len() > MAX_ALTERNATIVES {
            return Err(GlobError::TooManyAlternatives);
        }
    }
    Ok(all)
}

/// `1..3` or `a..c`, in either direction.
enum Range {
    Numbers(i32, i32),
    Letters(char, char),
}

impl Range {
    fn members(self) -> Result<Vec<String>, GlobError> {
        match self {
            Range::Numbers(from, to) if from.abs_diff(to) as usize >= MAX_ALTERNATIVES => {
                Err(GlobError::TooManyAlternatives)
            }
            Range::Numbers(from, to) if from <= to => Ok((from..=to).map(|n| n.to_string()).collect()),
            Range::Numbers(from, to) => Ok((to..=from).rev().map(|n| n.to_string()).collect()),
            Range::Letters(from, to) if from <= to => Ok((from..=to).map(String::from).collect()),
            Range::Letters(from, to) => Ok((to..=from).rev().map(String::from).collect()),
        }
    }
}

fn range(group: &str) -> Option<Range> {
    let (from, to) = group.split_once("..")?;
    if let (Ok(from), Ok(to)) = (from.parse(), to.parse()) {
        return Some(Range::Numbers(from, to));
    }
    let letter = |text: &str| text.parse().ok().filter(char::is_ascii_alphabetic);
    Some(Range::Letters(letter(from)?, letter(to)?))
}
