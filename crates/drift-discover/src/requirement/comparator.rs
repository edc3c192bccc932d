//! Requirements that are comparators with an operator before a version: Composer, Dart, Ruby, Elixir, Poetry,
//! SwiftPM.
//!
//! They differ in what `~` and `^` mean, in what joins comparators, and in what stands for anything.

use super::{Comparator, Operator, Requirement, Version};

/// What the operators of one tool mean.
struct Dialect {
    /// `^0.0.3` ends at the next patch; else at the next minor.
    caret_of_zero: CaretOfZero,
    /// The signs of the pessimistic operator, longest first.
    pessimistic: &'static [&'static str],
    /// Whether `1.2.*` and `1.2.x` are read.
    wildcards: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum CaretOfZero {
    Patch,
    Minor,
}

/// Composer: `^1.2 || ~2.0`, `>=1.0 <2.0`, `1.0 - 2.0`, `1.2.*`; stability flags do not count.
pub(super) fn composer(text: &str) -> Option<Requirement> {
    const COMPOSER: Dialect =
        Dialect { caret_of_zero: CaretOfZero::Patch, pessimistic: &["~"], wildcards: true };
    let alternatives = text.split('|').map(str::trim).filter(|part| !part.is_empty());
    let read = alternatives.map(|part| {
        if let Some((from, to)) = part.split_once(" - ") {
            return between(from.trim(), to.trim());
        }
        let words = part.split([',', ' ']).map(|word| word.split('@').next().unwrap_or(word));
        join(words, &COMPOSER)
    });
    all(read)
}

/// pub: `^1.2.3`, `>=1.0.0 <2.0.0`, `any`.
pub(super) fn dart(text: &str) -> Option<Requirement> {
    const DART: Dialect = Dialect { caret_of_zero: CaretOfZero::Minor, pessimistic: &[], wildcards: false };
    if text == "any" {
        return Some(Requirement::of(vec![Vec::new()]));
    }
    all([join(text.split(' '), &DART)])
}

/// RubyGems: `~> 1.2`, `>= 1, < 3`.
pub(super) fn ruby(text: &str) -> Option<Requirement> {
    const RUBY: Dialect =
        Dialect { caret_of_zero: CaretOfZero::Patch, pessimistic: &["~>"], wildcards: false };
    all([join(text.split(','), &RUBY)])
}

/// Elixir: `~> 1.2`, `>= 1.0.0 and < 2.0.0`, `or` between alternatives.
pub(super) fn elixir(text: &str) -> Option<Requirement> {
    const ELIXIR: Dialect =
        Dialect { caret_of_zero: CaretOfZero::Patch, pessimistic: &["~>"], wildcards: false };
    all(text.split(" or ").map(|part| join(part.split(" and "), &ELIXIR)))
}

/// SwiftPM, as discovery writes it: `1.2.3` is what `from:` says, up to the next major version; `=1.2.3` is `exact:`.
pub(super) fn swift(text: &str) -> Option<Requirement> {
    match text.strip_prefix('=') {
        Some(exact) => Version::parse(exact).map(Requirement::exactly),
        None => Some(Requirement::of(vec![up_to(text, &numbers(text)?, 0)])),
    }
}

/// Poetry's own operators: `^1.2`, `~1.2`, joined by commas and `||`.
pub(super) fn poetry(text: &str) -> Option<Requirement> {
    const POETRY: Dialect = Dialect { caret_of_zero: CaretOfZero::Patch, pessimistic: &[], wildcards: true };
    let part = |part: &str| {
        let words = part.split(',').map(|word| match word.trim().strip_prefix('~') {
            // `~1` ends at 2, `~1.2` and `~1.2.3` at 1.3.
            Some(version) if !version.starts_with('=') => poetry_tilde(version),
            _ => comparators(word.trim(), &POETRY),
        });
        Some(words.collect::<Option<Vec<_>>>()?.concat())
    };
    all(text.split("||").map(part))
}

fn all(read: impl IntoIterator<Item = Option<Vec<Comparator>>>) -> Option<Requirement> {
    let alternatives = read.into_iter().collect::<Option<Vec<_>>>()?;
    (!alternatives.is_empty()).then(|| Requirement::of(alternatives))
}

/// Comparators of which all must hold. An operator may stand apart from its version.
fn join<'t>(words: impl Iterator<Item = &'t str>, dialect: &Dialect) -> Option<Vec<Comparator>> {
    let mut read = Vec::new();
    let mut operator = String::new();
    for word in words.map(str::trim).filter(|word| !word.is_empty()) {
        operator.push_str(word);
        if word.ends_with(['<', '>', '=', '~', '^', '!']) {
            continue;
        }
        read.extend(comparators(&std::mem::take(&mut operator), dialect)?);
    }
    (operator.is_empty() && !read.is_empty() || operator.is_empty() && dialect.wildcards).then_some(read)
}

fn comparators(word: &str, dialect: &Dialect) -> Option<Vec<Comparator>> {
    if dialect.wildcards && word == "*" {
        return Some(Vec::new());
    }
    if let Some(version) = word.strip_prefix('^') {
        let numbers = numbers(version)?;
        let significant = match numbers.as_slice() {
            [0, 0, _, ..] if dialect.caret_of_zero == CaretOfZero::Patch => 2,
            [0, _, ..] => 1,
            _ => 0,
        };
        return Some(up_to(version, &numbers, significant.min(numbers.len() - 1)));
    }
    if let Some(version) = dialect.pessimistic.iter().find_map(|sign| word.strip_prefix(sign)) {
        // All but the last number stay: `~> 1.2` is below 2, `~> 1.2.3` below 1.3.
        let numbers = numbers(version)?;
        return Some(up_to(version, &numbers, numbers.len().saturating_sub(2)));
    }
    let wild = word.strip_suffix(".*").or_else(|| word.strip_suffix(".x")).filter(|_| dialect.wildcards);
    if let Some(version) = wild {
        let version = version.trim_start_matches('=').trim_end_matches(".*");
        let numbers = numbers(version)?;
        return Some(up_to(version, &numbers, numbers.len() - 1));
    }
    const OPERATORS: [(&str, Operator); 6] = [
        ("<=", Operator::LessOrEqual),
        (">=", Operator::GreaterOrEqual),
        ("==", Operator::Equal),
        ("<", Operator::Less),
        (">", Operator::Greater),
        ("=", Operator::Equal),
    ];
    if word.strip_prefix("!=").or_else(|| word.strip_prefix("<>")).is_some() {
        return Some(Vec::new());
    }
    let found = OPERATORS.iter().find_map(|(sign, operator)| Some((*operator, word.strip_prefix(sign)?)));
    let (operator, version) = found.unwrap_or((Operator::Equal, word));
    Some(vec![Comparator { operator, version: Version::parse(version)? }])
}

/// From `version` to the next one that differs in the number `at`.
fn up_to(version: &str, numbers: &[u64], at: usize) -> Vec<Comparator> {
    let mut next = numbers[..=at].to_vec();
    next[at] = next[at].saturating_add(1);
    let from = Version::parse(version).unwrap_or_else(|| Version::release(numbers.iter().copied()));
    vec![
        Comparator { operator: Operator::GreaterOrEqual, version: from },
        Comparator { operator: Operator::Less, version: Version::before(next) },
    ]
}

/// The numbers of a version, before anything else; never empty.
fn numbers(version: &str) -> Option<Vec<u64>> {
    let version = version.trim();
    Version::parse(version)?;
    let version = version.strip_prefix(['v', 'V']).unwrap_or(version);
    let end = version.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(version.len());
    version[..end].trim_end_matches('.').split('.').map(|part| part.parse().ok()).collect()
}

fn between(from: &str, to: &str) -> Option<Vec<Comparator>> {
    let numbers = numbers(to)?;
    let from = Comparator { operator: Operator::GreaterOrEqual, version: Version::parse(from)? };
    // A partial end takes all that start so.
    let to = match numbers.len() {
        1 | 2 => up_to(to, &numbers, numbers.len() - 1).pop()?,
        _ => Comparator { operator: Operator::LessOrEqual, version: Version::parse(to)? },
    };
    Some(vec![from, to])
}

fn poetry_tilde(version: &str) -> Option<Vec<Comparator>> {
    let numbers = numbers(version)?;
    Some(up_to(version, &numbers, usize::from(numbers.len() > 1)))
}
