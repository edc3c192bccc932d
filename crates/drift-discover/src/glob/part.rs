//! One part of a pattern, between two slashes: literals, `*`, `?`, `[a-z]` and extended groups.
//!
//! Matching carries the set of positions in the name that are reachable so far, so it cannot backtrack
//! without end. A character is a UTF-8 character, or one byte where the name is not UTF-8.

use super::{GlobError, GlobOptions};

/// Deepest nesting of extended groups.
const MAX_GROUPS: usize = 8;

/// A compiled part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    tokens: Vec<Token>,
    /// The first character may be a dot although only a wildcard stands for it.
    dot: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Text(Vec<u8>),
    /// `?`
    One,
    /// `*`
    Many,
    Class {
        negated: bool,
        ranges: Vec<(char, char)>,
    },
    Group(Repeat, Vec<Vec<Token>>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Repeat {
    /// `@(…)`
    Once,
    /// `?(…)`
    AtMostOnce,
    /// `+(…)`
    AtLeastOnce,
    /// `*(…)`
    Any,
    /// `!(…)`
    Not,
    /// `!(…)` that looks ahead: nothing where a choice could start.
    NotAhead,
}

impl Part {
    /// `is_last` says whether nothing, not even a slash, follows in the pattern.
    pub(super) fn new(text: &str, is_last: bool, options: GlobOptions) -> Result<Part, GlobError> {
        let mut tokens = parse(text, options, 0)?;
        if options.picomatch {
            let count = tokens.len();
            for (at, token) in tokens.iter_mut().enumerate() {
                if let Token::Group(repeat @ Repeat::Not, _) = token
                    && !(is_last && at + 1 == count)
                {
                    *repeat = Repeat::NotAhead;
                }
            }
        }
        let starts_negated = matches!(tokens.first(), Some(Token::Group(Repeat::Not | Repeat::NotAhead, _)));
        Ok(Part { dot: options.dot || (options.picomatch && starts_negated), tokens })
    }

    pub(super) fn is_match(&self, name: &[u8]) -> bool {
        if name.first() == Some(&b'.') && !self.dot && !starts_with_dot(&self.tokens) {
            return false;
        }
        let mut from = vec![false; name.len() + 1];
        from[0] = true;
        reach(&self.tokens, name, &from)[name.len()]
    }
}

/// Whether the pattern itself names the leading dot.
fn starts_with_dot(tokens: &[Token]) -> bool {
    match tokens.first() {
        Some(Token::Text(text)) => text.first() == Some(&b'.'),
        Some(Token::Group(repeat, choices)) if !matches!(repeat, Repeat::Not | Repeat::NotAhead) => {
            choices.iter().any(|choice| starts_with_dot(choice))
        }
        _ => false,
    }
}

fn parse(text: &str, options: GlobOptions, depth: usize) -> Result<Vec<Token>, GlobError> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let behind = &rest[first.len_utf8()..];
        if options.extended
            && let Some((repeat, inside, after)) = group(first, behind, options)?
        {
            if depth >= MAX_GROUPS {
                return Err(GlobError::Unsupported("groups nested this deep"));
            }
            let choices = (choices(inside, options).into_iter())
                .map(|choice| parse(choice, options, depth + 1))
                .collect::<Result<_, _>>()?;
            tokens.push(Token::Group(repeat, choices));
            rest = after;
            continue;
        }
        rest = behind;
        match first {
            '*' => {
                if tokens.last() != Some(&Token::Many) {
                    tokens.push(Token::Many);
                }
            }
            '?' => tokens.push(Token::One),
            '[' => match class(behind, options)? {
                Some((token, after)) => {
                    tokens.push(token);
                    rest = after;
                }
                None => literal(&mut tokens, '['),
            },
            '\\' if options.escapes => match behind.chars().next() {
                Some(next) => {
                    literal(&mut tokens, next);
                    rest = &behind[next.len_utf8()..];
                }
                None => literal(&mut tokens, '\\'),
            },
            other => literal(&mut tokens, other),
        }
    }
    Ok(tokens)
}

fn literal(tokens: &mut Vec<Token>, c: char) {
    if !matches!(tokens.last(), Some(Token::Text(_))) {
        tokens.push(Token::Text(Vec::new()));
    }
    if let Some(Token::Text(text)) = tokens.last_mut() {
        text.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

/// The extended group that starts with `first`: its kind, its inside, what is behind it.
fn group(first: char, behind: &str, options: GlobOptions) -> Result<Option<(Repeat, &str, &str)>, GlobError> {
    let repeat = match first {
        '@' => Repeat::Once,
        '?' => Repeat::AtMostOnce,
        '+' => Repeat::AtLeastOnce,
        '*' => Repeat::Any,
        '!' => Repeat::Not,
        _ => return Ok(None),
    };
    let Some(inside) = behind.strip_prefix('(') else { return Ok(None) };
    let (mut depth, mut escaped) = (0usize, false);
    for (at, byte) in inside.bytes().enumerate() {
        match byte {
            _ if escaped => {}
            b'(' => depth += 1,
            b')' if depth == 0 => return Ok(Some((repeat, &inside[..at], &inside[at + 1..]))),
            b')' => depth -= 1,
            _ => {}
        }
        escaped = options.escapes && !escaped && byte == b'\\';
    }
    Err(GlobError::Unsupported("an extended group that is not closed, or has a `/` in it"))
}

/// The inside of a group at its outermost bars.
fn choices(inside: &str, options: GlobOptions) -> Vec<&str> {
    let (mut depth, mut escaped, mut start) = (0usize, false, 0);
    let mut parts = Vec::new();
    for (at, byte) in inside.bytes().enumerate() {
        match byte {
            _ if escaped => {}
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            b'|' if depth == 0 => {
                parts.push(&inside[start..at]);
                start = at + 1;
            }
            _ => {}
        }
        escaped = options.escapes && !escaped && byte == b'\\';
    }
    parts.push(&inside[start..]);
    parts
}

/// The class whose `[` was just read, and what is behind it; `None` if it is never closed.
fn class(text: &str, options: GlobOptions) -> Result<Option<(Token, &str)>, GlobError> {
    let mut chars = text.char_indices().peekable();
    let negated = chars.next_if(|&(_, c)| c == '!' || c == '^').is_some();
    let mut ranges: Vec<(char, char)> = Vec::new();
    let mut is_first = true;
    while let Some((at, c)) = chars.next() {
        let low = match c {
            ']' if !is_first => return Ok(Some((Token::Class { negated, ranges }, &text[at + 1..]))),
            '[' if text[at + 1..].starts_with([':', '.', '=']) => {
                return Err(GlobError::Unsupported("a named character class"));
            }
            '\\' if options.escapes => match chars.next() {
                Some((_, escaped)) => escaped,
                None => return Ok(None),
            },
            c => c,
        };
        is_first = false;
        let mut ahead = chars.clone();
        let dash = ahead.next().is_some_and(|(_, c)| c == '-');
        match ahead.next() {
            Some((_, high)) if dash && high != ']' => {
                ranges.push((low, high));
                chars = ahead;
            }
            _ => ranges.push((low, low)),
        }
    }
    Ok(None)
}

/// The positions in `name` that `tokens` reach from any of `from`.
fn reach(tokens: &[Token], name: &[u8], from: &[bool]) -> Vec<bool> {
    let mut at = from.to_vec();
    for token in tokens {
        at = token.reach(name, &at);
    }
    at
}

impl Token {
    fn reach(&self, name: &[u8], from: &[bool]) -> Vec<bool> {
        let mut to = vec![false; from.len()];
        let starts = || (0..from.len()).filter(|&at| from[at]);
        match self {
            Token::Text(text) => {
                for at in starts().filter(|&at| name[at..].starts_with(text)) {
                    to[at + text.len()] = true;
                }
            }
            Token::One => {
                for at in starts().filter(|&at| at < name.len()) {
                    to[at + character(&name[at..]).0] = true;
                }
            }
            Token::Many => {
                if let Some(first) = starts().next() {
                    to[first..].fill(true);
                }
            }
            Token::Class { negated, ranges } => {
                for at in starts().filter(|&at| at < name.len()) {
                    let (len, c) = character(&name[at..]);
                    let inside = c.is_some_and(|c| ranges.iter().any(|&(low, high)| low <= c && c <= high));
                    if inside != *negated {
                        to[at + len] = true;
                    }
                }
            }
            Token::Group(repeat, choices) => return repeat.reach(choices, name, from),
        }
        to
    }
}

impl Repeat {
    fn reach(self, choices: &[Vec<Token>], name: &[u8], from: &[bool]) -> Vec<bool> {
        let once = |from: &[bool]| {
            choices
                .iter()
                .fold(vec![false; from.len()], |sum, choice| either(sum, &reach(choice, name, from)))
        };
        match self {
            Repeat::Once => once(from),
            Repeat::AtMostOnce => either(once(from), from),
            Repeat::AtLeastOnce => closure(once(from), once),
            Repeat::Any => closure(from.to_vec(), once),
            Repeat::Not | Repeat::NotAhead => {
                // From each start, every end that no choice reaches from that same start.
                let mut to = vec![false; from.len()];
                for start in (0..from.len()).filter(|&at| from[at]) {
                    let mut only = vec![false; from.len()];
                    only[start] = true;
                    let taken = once(&only);
                    let blocked = self == Repeat::NotAhead && taken.contains(&true);
                    for end in start..from.len() {
                        to[end] |= !taken[end] && !blocked;
                    }
                }
                to
            }
        }
    }
}

fn either(mut a: Vec<bool>, b: &[bool]) -> Vec<bool> {
    for (a, b) in a.iter_mut().zip(b) {
        *a |= b;
    }
    a
}

/// `once` applied again and again until nothing new is reached.
fn closure(mut all: Vec<bool>, once: impl Fn(&[bool]) -> Vec<bool>) -> Vec<bool> {
    loop {
        let next = either(once(&all), &all);
        if next == all {
            return all;
        }
        all = next;
    }
}

/// The length of the first character and, if it is UTF-8, the character.
fn character(bytes: &[u8]) -> (usize, Option<char>) {
    let longest = bytes.len().min(4);
    for len in 1..=longest {
        if let Ok(text) = std::str::from_utf8(&bytes[..len]) {
            return (len, text.chars().next());
        }
    }
    (1, None)
}
