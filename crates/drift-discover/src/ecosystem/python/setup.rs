//! `setup.cfg` and `setup.py`: what they state in so many words.
//!
//! `setup.py` is a program: only `name` and `version` in its call of `setup` are read, where they are a literal
//! or a constant that the file sets to one, once.

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
    let value = |key| literal(text, keyword(call, key)?);
    Some(Setup { name: value("name"), version: value("version"), ..Setup::default() })
}

/// What follows the `(` of the last `setup(…)` that is no definition. Looks once at each line: it may be very long.
fn find_call(text: &str) -> Option<&str> {
    let mut call = None;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let code = line.split('#').next().unwrap_or(line);
        if !code.trim_start().starts_with("def ") {
            let calls = code.match_indices("setup").filter_map(|(at, word)| {
                let after = text[start + at + word.len()..].trim_start().strip_prefix('(')?;
                let is_word = !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
                is_word.then_some(after)
            });
            call = calls.last().or(call);
        }
        start += line.len();
    }
    call
}

/// What the call passes as `keyword`, and all that follows.
fn keyword<'t>(call: &'t str, keyword: &str) -> Option<&'t str> {
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
                    return Some(value.trim_start());
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

/// The string that the expression at the start of `value` is: a literal, or the name of a constant of `text`.
fn literal(text: &str, value: &str) -> Option<String> {
    let is_all = |after: &str| after.trim_start().starts_with([',', ')', '#']);
    if let Some((literal, after)) = string(value) {
        return is_all(after).then(|| literal.to_owned());
    }
    let end = value.find(|c: char| !c.is_alphanumeric() && c != '_')?;
    let name = &value[..end];
    if name.is_empty() || !is_all(&value[end..]) {
        return None;
    }
    let assigned = |line| str::strip_prefix(line, name)?.trim_start().strip_prefix('=');
    let mut values = text.lines().filter_map(assigned);
    let (literal, after) = string(values.next()?.trim_start())?;
    let rest = after.trim();
    let is_constant = values.next().is_none() && (rest.is_empty() || rest.starts_with('#'));
    is_constant.then(|| literal.to_owned())
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
