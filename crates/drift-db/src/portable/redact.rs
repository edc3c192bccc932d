//! What must not leave inside a text: credentials, and where this machine keeps its files.
//!
//! Rules: known places become `.` and `~`, a home directory of anybody becomes `~`, the part of a URL before `@`
//! goes, and what has the form of a token becomes `[redacted]`; all else stays byte for byte, and doing it again
//! changes nothing. Of a JSON object the members that name a person, a machine or a place go.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::{ToSqlOutput, Value, ValueRef};

/// Directories of this machine, each with what stands for it; the longest is looked for first.
#[derive(Clone, Debug, Default)]
pub struct Places(Vec<(String, &'static str)>);

impl Places {
    /// The root of the workspace and the home directory, as texts name them.
    pub fn new(root: Option<&str>, home: Option<&str>) -> Places {
        let mut places: Vec<_> = [root.map(|dir| (dir, ".")), home.map(|dir| (dir, "~"))]
            .into_iter()
            .flatten()
            .map(|(dir, stand_in)| (dir.trim_end_matches(['/', '\\']).to_owned(), stand_in))
            // The root of the file system stands in every path.
            .filter(|(dir, _)| dir.len() > 1)
            .collect();
        places.sort_by_key(|(dir, _)| std::cmp::Reverse(dir.len()));
        Places(places)
    }
}

/// Beginnings of tokens, and how long what follows is at least.
const TOKENS: &[(&str, usize)] = &[
    ("AKIA", 16),
    ("ASIA", 16),
    ("ghp_", 20),
    ("gho_", 20),
    ("ghu_", 20),
    ("ghs_", 20),
    ("ghr_", 20),
    ("github_pat_", 20),
    ("glpat-", 16),
    ("npm_", 30),
    ("pypi-", 30),
    ("sk-", 20),
    ("sk_live_", 16),
    ("xoxa-", 10),
    ("xoxb-", 10),
    ("xoxp-", 10),
];
/// Where the home directories of people lie.
const HOMES: &[&str] = &["/home/", "/Users/", "\\Users\\"];
/// Members of a provenance that tell who or where, whatever the value.
const PERSONAL: &[&str] = &[
    "cwd",
    "dir",
    "directory",
    "email",
    "home",
    "host",
    "hostname",
    "ip",
    "login",
    "machine",
    "path",
    "pid",
    "root",
    "secret",
    "token",
    "user",
    "username",
    "password",
    "workdir",
];

/// Which of the above two neighbouring bytes can begin: what the first byte says and what the second one says have a
/// bit in common. Nearly all of a text is passed over by this alone.
const PAIRS: ([u32; 256], [u32; 256]) = {
    const SLASH: u32 = 1;
    const PRIVATE_KEY: u32 = 2;
    const DRIVE: u32 = 4;
    const FIRST_TOKEN: u32 = 8;
    assert!(TOKENS.len() < 29, "each has a bit");
    let (mut first, mut second) = ([0; 256], [SLASH; 256]);
    first[b'/' as usize] = SLASH;
    first[b'\\' as usize] = SLASH;
    first[b'-' as usize] = PRIVATE_KEY;
    second[b'-' as usize] |= PRIVATE_KEY;
    second[b':' as usize] |= DRIVE;
    let mut letter = b'C';
    while letter <= b'f' {
        if letter <= b'Z' || letter >= b'c' {
            first[letter as usize] |= DRIVE;
        }
        letter += 1;
    }
    let mut token = 0;
    while token < TOKENS.len() {
        let start = TOKENS[token].0.as_bytes();
        first[start[0] as usize] |= FIRST_TOKEN << token;
        second[start[1] as usize] |= FIRST_TOKEN << token;
        token += 1;
    }
    (first, second)
};

/// The text without what must not leave.
pub(super) fn text<'a>(text: &'a str, places: &Places) -> Cow<'a, str> {
    let bytes = text.as_bytes();
    let (mut out, mut kept, mut at) = (String::new(), 0, 0);
    let can_begin = |pair: &[u8]| PAIRS.0[usize::from(pair[0])] & PAIRS.1[usize::from(pair[1])] != 0;
    while let Some(next) = bytes[at..].windows(2).position(can_begin) {
        at += next;
        let found = match bytes[at] {
            b'/' | b'\\' => place(text, at, places).or_else(|| user_info(text, at)),
            b'-' => private_key(text, at),
            // Neither begins inside a word.
            _ if at > 0 && is_word(bytes[at - 1]) => None,
            _ => token(text, at).or_else(|| place(text, at, places)),
        };
        match found {
            Some((end, stand_in)) => {
                out.push_str(&text[kept..at]);
                out.push_str(stand_in);
                (kept, at) = (end, end);
            }
            None => at += 1,
        }
    }
    if kept == 0 && out.is_empty() {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[kept..]);
    Cow::Owned(out)
}

/// Part of a name or a token.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// The member of a path ends here.
fn ends(bytes: &[u8], at: usize) -> bool {
    bytes.get(at).is_none_or(|&byte| {
        matches!(byte, b'/' | b'\\' | b'"' | b'\'' | b'`' | b')' | b']' | b'}' | b'>' | b',' | b';' | b':')
            || byte.is_ascii_whitespace()
    })
}

/// A path begins here, and is not part of a longer one.
fn begins(bytes: &[u8], at: usize) -> bool {
    at == 0 || !(is_word(bytes[at - 1]) || matches!(bytes[at - 1], b'.' | b'~'))
}

fn place(text: &str, at: usize, places: &Places) -> Option<(usize, &'static str)> {
    let bytes = text.as_bytes();
    if !begins(bytes, at) {
        return None;
    }
    for (dir, stand_in) in &places.0 {
        if bytes[at..].starts_with(dir.as_bytes()) && ends(bytes, at + dir.len()) {
            return Some((at + dir.len(), stand_in));
        }
    }
    let drive = if bytes[at].is_ascii_alphabetic() && bytes.get(at + 1) == Some(&b':') { 2 } else { 0 };
    let home = HOMES.iter().find(|home| bytes[at + drive..].starts_with(home.as_bytes()))?;
    let name = at + drive + home.len();
    let end = (name..=bytes.len()).find(|&end| ends(bytes, end))?;
    (end > name).then_some((end, "~"))
}

/// `//user:password@host`: from the slashes to the `@`.
fn user_info(text: &str, at: usize) -> Option<(usize, &'static str)> {
    let bytes = text.as_bytes();
    if !bytes[at..].starts_with(b"//") || at == 0 || bytes[at - 1] != b':' {
        return None;
    }
    let stop = |byte: &u8| {
        matches!(byte, b'/' | b'?' | b'#' | b'"' | b'\'' | b'<' | b'>') || byte.is_ascii_whitespace()
    };
    let authority = &bytes[at + 2..];
    let end = authority.iter().position(stop).unwrap_or(authority.len());
    let sign = authority[..end].iter().rposition(|&byte| byte == b'@')?;
    Some((at + 2 + sign + 1, "//"))
}

fn token(text: &str, at: usize) -> Option<(usize, &'static str)> {
    let bytes = text.as_bytes();
    let (start, least) = TOKENS.iter().find(|(start, _)| bytes[at..].starts_with(start.as_bytes()))?;
    let rest = &bytes[at + start.len()..];
    let length = rest.iter().position(|&byte| !is_word(byte)).unwrap_or(rest.len());
    // Words have no digits; tokens have.
    let is_token = length >= *least && rest[..length].iter().any(u8::is_ascii_digit);
    is_token.then_some((at + start.len() + length, "[redacted]"))
}

fn private_key(text: &str, at: usize) -> Option<(usize, &'static str)> {
    let rest = text.get(at..)?;
    let header = rest.strip_prefix("-----BEGIN ")?;
    let line = &header[..header.find("-----")?];
    if !line.ends_with("PRIVATE KEY") {
        return None;
    }
    let foot = format!("-----END {line}-----");
    let end = rest.find(&foot).map_or(rest.len(), |end| end + foot.len());
    Some((at + end, "[redacted]"))
}

/// A JSON object without what tells who or where; what is none becomes an empty one.
fn json(value: &str, places: &Places) -> String {
    let Ok(serde_json::Value::Object(members)) = serde_json::from_str(value) else { return "{}".into() };
    let kept = clean(serde_json::Value::Object(members), places);
    kept.to_string()
}

fn clean(value: serde_json::Value, places: &Places) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::String(text) => Value::String(self::text(&text, places).into_owned()),
        Value::Array(items) => items.into_iter().map(|item| clean(item, places)).collect(),
        Value::Object(members) => {
            let personal = |key: &str| PERSONAL.iter().any(|name| name.eq_ignore_ascii_case(key));
            let kept = members.into_iter().filter(|(key, _)| !personal(key));
            kept.map(|(key, value)| (key, clean(value, places))).collect()
        }
        other => other,
    }
}

/// Gives the connection `portable_text` and `portable_json`, which count what they changed.
pub(super) fn register(
    connection: &Connection,
    places: &Places,
    redacted: &Arc<AtomicU64>,
) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    let (known, counter) = (places.clone(), Arc::clone(redacted));
    connection.create_scalar_function("portable_text", 1, flags, move |context| {
        with_text(context, |given| match text(given, &known) {
            Cow::Borrowed(_) => None,
            Cow::Owned(changed) => {
                counter.fetch_add(1, Ordering::Relaxed);
                Some(changed)
            }
        })
    })?;
    let (known, counter) = (places.clone(), Arc::clone(redacted));
    connection.create_scalar_function("portable_json", 1, flags, move |context| {
        with_text(context, |given| {
            let changed = json(given, &known);
            // Written anew it may differ in white space alone, which is no loss to tell of.
            let same = serde_json::from_str::<serde_json::Value>(given).ok()
                == serde_json::from_str::<serde_json::Value>(&changed).ok();
            if !same {
                counter.fetch_add(1, Ordering::Relaxed);
            }
            (changed != given).then_some(changed)
        })
    })
}

/// The argument, changed where it is text and `change` says so.
fn with_text(
    context: &Context<'_>,
    change: impl FnOnce(&str) -> Option<String>,
) -> rusqlite::Result<ToSqlOutput<'static>> {
    let ValueRef::Text(bytes) = context.get_raw(0) else { return Ok(ToSqlOutput::Owned(context.get(0)?)) };
    let changed = match std::str::from_utf8(bytes) {
        // As it is, without a copy.
        Ok(given) => {
            change(given).map_or(ToSqlOutput::Arg(0), |changed| ToSqlOutput::Owned(Value::Text(changed)))
        }
        Err(_) => {
            let given = String::from_utf8_lossy(bytes);
            ToSqlOutput::Owned(Value::Text(change(&given).unwrap_or_else(|| given.into_owned())))
        }
    };
    Ok(changed)
}

#[cfg(test)]
mod tests;
