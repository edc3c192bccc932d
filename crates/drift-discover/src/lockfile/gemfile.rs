//! `Gemfile.lock`: sections of indented lines. The project beside it starts at what `DEPENDENCIES` names, a
//! local gem (`PATH`) at what its gemspec needs.

use std::collections::HashMap;

use super::{Lock, Scope};

/// A line of `specs:`: `name (version)`, with what it needs.
struct Spec<'t> {
    name: &'t str,
    version: &'t str,
    local: bool,
    /// Where it comes from.
    source: &'t str,
    needs: Vec<&'t str>,
}

pub(super) fn parse(text: &str, scope: &Scope) -> Result<Lock, String> {
    let mut specs: Vec<Spec> = Vec::new();
    let mut direct: Vec<&str> = Vec::new();
    let mut checksums: HashMap<(&str, &str), &str> = HashMap::new();
    let mut lock = Lock::default();
    let (mut section, mut source_start, mut source) = ("", 0, "");
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let body = line.trim();
        match line.len() - line.trim_start_matches(' ').len() {
            _ if body.is_empty() => {}
            0 => (section, source_start) = (body, at),
            2 if section == "DEPENDENCIES" => direct.push(name_of(body)),
            2 if section == "CHECKSUMS" => {
                let (spec, sum) = body.split_once(") ").unwrap_or((body, ""));
                let (name, version) = spec.split_once(" (").unwrap_or((spec, ""));
                checksums.insert((name, version.trim_end_matches(')')), sum);
            }
            2 if body == "specs:" => source = &text[source_start..start],
            3 if section == "RUBY VERSION" => {
                lock.settings.insert("RUBY VERSION", body.to_owned());
            }
            4 if matches!(section, "GEM" | "GIT" | "PATH" | "PLUGIN SOURCE") => {
                let (name, version) = body.split_once(" (").unwrap_or((body, ""));
                let version = version.trim_end_matches(')');
                specs.push(Spec { name, version, local: section == "PATH", source, needs: Vec::new() });
            }
            6 => {
                let spec = specs.last_mut().ok_or("a dependency stands before any gem")?;
                spec.needs.push(name_of(body));
            }
            _ => {}
        }
    }
    // One name may be there once for each platform.
    let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, spec) in specs.iter().enumerate() {
        let sum = checksums.get(&(spec.name, spec.version)).copied().unwrap_or_default();
        // Local gems change with their files, which are seen as such.
        let content = if spec.local { String::new() } else { format!("{}{sum}", spec.source) };
        lock.add(spec.name, if spec.local { "" } else { spec.version }, content);
        places.entry(spec.name).or_default().push(at);
    }
    let find = |names: &[&str]| -> Vec<usize> {
        let found = names.iter().filter_map(|name| places.get(name)).flatten().copied();
        found.filter(|&at| !specs[at].local).collect()
    };
    for (at, spec) in specs.iter().enumerate() {
        let needs = find(&spec.needs);
        if spec.local {
            lock.start(scope.named(spec.name).map(|project| project.id.clone()), &needs);
        }
        lock.packages[at].needs = needs;
    }
    lock.start(scope.at(""), &find(&direct));
    Ok(lock)
}

/// `name`, without a requirement or the `!` of a gem that does not come from the default source.
fn name_of(text: &str) -> &str {
    text.split([' ', '!']).next().unwrap_or_default()
}
