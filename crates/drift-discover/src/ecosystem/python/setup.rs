//! `setup.cfg` and `setup.py`: what they state in so many words.
//!
//! `setup.py` is a program: only the literals `name="…"` and `version="…"` in its call of `setup` are read.

/// What an old-style project says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Setup {
    pub(super) name: Option<String>,
    pub(super) version: Option<String>,
    /// `install_requires`, with lines.
    pub(super) requires: Vec<(u32, String)>,
    /// `[options.extras_require]` by extra, with lines.
    pub(super) extras: Vec<(String, u32, String)>,
}

/// Reads a `setup.cfg`; `None` where it has no `[metadata]`, as when it only configures tools.
pub(super) fn parse_cfg(text: &str) -> Option<Setup> {
    let mut setup = Setup::default();
    let mut section = String::new();
    let mut key = String::new();
    let mut is_project = false;
    for (line, text) in (1..).zip(text.lines()) {
        let trimmed = text.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = trimmed.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'))
            && !text.starts_with(char::is_whitespace)
        {
            section = name.trim().to_owned();
            key.clear();
            is_project |= section == "metadata";
            continue;
        }
        let value = if text.starts_with(char::is_whitespace) {
            trimmed
        } else {
            let (name, value) = trimmed.split_once(['=', ':']).unwrap_or((trimmed, ""));
            key = name.trim().to_ascii_lowercase().replace('-', "_");
            value.trim()
        };
        if value.is_empty() {
            continue;
        }
        // `attr:` and `file:` name where the value is; it is not the value.
        let literal =
            || (!value.starts_with("attr:") && !value.starts_with("file:")).then(|| value.to_owned());
        match (section.as_str(), key.as_str()) {
            ("metadata", "name") => setup.name = literal(),
            ("metadata", "version") => setup.version = literal(),
            ("options", "install_requires") => setup.requires.push((line, value.to_owned())),
            ("options.extras_require", extra) => {
                setup.extras.push((extra.to_owned(), line, value.to_owned()));
            }
            _ => {}
        }
    }
    is_project.then_some(setup)
}

/// Reads a `setup.py`; `None` where it does not call `setup`.
pub(super) fn parse_py(text: &str) -> Option<Setup> {
    let call = find_call(text)?;
    Some(Setup { name: keyword(call, "name"), version: keyword(call, "version"), ..Setup::default() })
}

/// What follows the `(` of the last `setup(…)` that is no definition.
fn find_call(text: &str) -> Option<&str> {
    let calls = text.match_indices("setup").filter_map(|(at, word)| {
        let before = &text[..at];
        let after = text[at + word.len()..].trim_start().strip_prefix('(')?;
        let is_word = !before.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let line = &before[before.rfind('\n').map_or(0, |at| at + 1)..];
        let is_definition = line.trim_start().starts_with("def ") || line.contains('#');
        (is_word && !is_definition).then_some(after)
    });
    calls.last()
}

/// The literal that the call passes as `keyword`, if it passes nothing but a literal.
fn keyword(call: &str, keyword: &str) -> Option<String> {
    let mut depth = 0usize;
    let mut rest = call;
    let mut at_start = true;
    while let Some(c) = rest.chars().next() {
        let is_word = c.is_alphanumeric() || c == '_';
        match c {
            '"' | '\'' => {
                rest = string(rest)?.1;
                at_start = false;
                continue;
            }
            '#' => {
                rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
                continue;
            }
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.checked_sub(1)?,
            ',' if depth == 0 => {
                at_start = true;
                rest = &rest[1..];
                continue;
            }
            _ if is_word && at_start && depth == 0 => {
                let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
                let value = rest[end..].trim_start().strip_prefix('=').filter(|v| !v.starts_with('='));
                if &rest[..end] == keyword
                    && let Some(value) = value
                {
                    let (literal, after) = string(value.trim_start())?;
                    return after.trim_start().starts_with([',', ')', '#']).then(|| literal.to_owned());
                }
                at_start = false;
                rest = &rest[end..];
                continue;
            }
            _ => {}
        }
        at_start &= c.is_whitespace();
        rest = &rest[c.len_utf8()..];
    }
    None
}

/// A string literal at the start of `text`, and what follows it.
fn string(text: &str) -> Option<(&str, &str)> {
    for quote in ["\"\"\"", "'''", "\"", "'"] {
        let Some(body) = text.strip_prefix(quote) else { continue };
        let mut at = 0;
        while at < body.len() {
            if body[at..].starts_with(quote) {
                return Some((&body[..at], &body[at + quote.len()..]));
            }
            let c = body[at..].chars().next()?;
            let escaped = if c == '\\' { body[at + 1..].chars().next()?.len_utf8() } else { 0 };
            at += c.len_utf8() + escaped;
        }
        return None;
    }
    None
}

#[cfg(test)]
mod tests;
