//! [`line_of`]: where a manifest speaks of a name, for findings about what was read long before.

/// The line (1-based) of `text` that most likely declares `name`: a key, the start of a requirement, an artifact of
/// that name, else the first mention; `None` if there is none.
pub fn line_of(text: &str, name: &str) -> Option<u32> {
    if name.is_empty() {
        return None;
    }
    let artifact = name.rsplit_once(':').map_or(name, |(_, artifact)| artifact);
    let element = format!("<artifactId>{artifact}</artifactId>");
    let table = format!(".{name}]");
    let ways: [&dyn Fn(&str) -> bool; 6] = [
        &|line| is_key(line, &format!("\"{name}\"")),
        &|line| line.trim_start().strip_prefix(name).is_some_and(ends_name),
        &|line| line.starts_with('[') && line.trim_end().ends_with(&table),
        &|line| after_quote(line, name).is_some_and(ends_name),
        &|line| line.contains(&element),
        &|line| mentions(line, name),
    ];
    let found = ways.iter().find_map(|way| text.lines().position(way))?;
    u32::try_from(found + 1).ok()
}

/// `"name":`, or a quoted key of TOML.
fn is_key(line: &str, quoted: &str) -> bool {
    let behind = line.split_once(quoted).map(|(_, behind)| behind.trim_start());
    behind.is_some_and(|behind| behind.starts_with([':', '=']))
}

/// What stands behind `"name` or `'name`.
fn after_quote<'l>(line: &'l str, name: &str) -> Option<&'l str> {
    let quotes = line.char_indices().filter(|(_, c)| matches!(c, '"' | '\''));
    quotes.filter_map(|(at, _)| line[at + 1..].strip_prefix(name)).next()
}

fn ends_name(behind: &str) -> bool {
    !behind.starts_with(is_name_char)
}

fn mentions(line: &str, name: &str) -> bool {
    line.match_indices(name)
        .any(|(at, _)| ends_name(&line[at + name.len()..]) && !line[..at].ends_with(is_name_char))
}

fn is_name_char(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '@')
}

#[cfg(test)]
mod tests;
