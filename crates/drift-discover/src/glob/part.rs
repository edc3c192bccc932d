//! One part of a pattern, between two slashes: literals, `*`, `?`, `[a-z]` and extended groups.
//!
//! Matching carries the set of positions in the name that are reachable so far, so it cannot backtrack
//! without end. A character is a UTF-8 character, or one byte where the name is not UTF-8.

use std::collections::HashMap;

use super::{GlobError, GlobOptions};

/// Deepest nesting of extended groups.
const MAX_GROUPS: usize = 8;

/// A compiled part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    tokens: Vec<Token>,
    weight: usize,
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
    /// How many wildcards and literals a name is compared with, those of groups included.
    pub(super) fn weight(&self) -> usize {
        self.weight
    }

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
        let dot = options.dot || (options.picomatch && starts_negated);
        // What is compared at once is no work.
        let weight = if let [Token::Text(_) | Token::Many] = tokens[..] { 0 } else { weight(&tokens) };
        Ok(Part { tokens, weight, dot })
    }

    pub(super) fn is_match(&self, name: &[u8]) -> bool {
        if name.first() == Some(&b'.') && !self.dot && !starts_with_dot(&self.tokens) {
            return false;
        }
        match self.tokens.as_slice() {
            [Token::Text(text)] => text == name,
            [Token::Many] => true,
            tokens => Matcher { name, known: HashMap::new() }.accepts(tokens),
        }
    }
}

fn weight(tokens: &[Token]) -> usize {
    let of_token = |token: &Token| match token {
        Token::Group(_, choices) => 1 + choices.iter().map(|choice| weight(choice)).sum::<usize>(),
        _ => 1,
    };
    tokens.iter().map(of_token).sum()
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
                    let inside = &behind[..behind.len() - after.len()];
                    tokens.push(or_literal(token, inside, options));
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

/// To picomatch a class of plain characters also stands for itself: `[id]` is `i`, `d` or `[id]`.
fn or_literal(class: Token, inside: &str, options: GlobOptions) -> Token {
    let is_plain = !inside[..inside.len() - 1]
        .contains(['-', '*', '+', '?', '.', '^', '$', '{', '}', '(', '|', ')', '[', ']', '!']);
    if !options.picomatch || !is_plain {
        return class;
    }
    let literal = Token::Text(format!("[{inside}").into_bytes());
    Token::Group(Repeat::Once, vec![vec![class], vec![literal]])
}

/// The extended group that starts with `first`: its kind, its inside, what is behind it.
fn group(first: char, behind: &str, options: GlobOptions) -> Result<Option<(Repeat, &str, &str)>, GlobError> {
    let repeat = match first {
        // picomatch leaves a plain group to the regular expression.
        '(' if options.picomatch => {
            let end = closing(behind, options);
            return Ok(end.map(|end| (Repeat::Once, &behind[..end], &behind[end + 1..])));
        }
        '@' => Repeat::Once,
        '?' => Repeat::AtMostOnce,
        '+' => Repeat::AtLeastOnce,
        '*' => Repeat::Any,
        '!' => Repeat::Not,
        _ => return Ok(None),
    };
    let Some(inside) = behind.strip_prefix('(') else { return Ok(None) };
    let end = closing(inside, options)
        .ok_or(GlobError::Unsupported("an extended group that is not closed, or has a `/` in it"))?;
    Ok(Some((repeat, &inside[..end], &inside[end + 1..])))
}

/// Where the group ends that `inside` is the inside of.
fn closing(inside: &str, options: GlobOptions) -> Option<usize> {
    let (mut depth, mut escaped) = (0usize, false);
    for (at, byte) in inside.bytes().enumerate() {
        match byte {
            _ if escaped => {}
            b'(' => depth += 1,
            b')' if depth == 0 => return Some(at),
            b')' => depth -= 1,
            _ => {}
        }
        escaped = options.escapes && !escaped && byte == b'\\';
    }
    None
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

/// Matches one name. Positions are those between its bytes, as sets: `at[i]` says whether `i` is reached.
struct Matcher<'a> {
    name: &'a [u8],
    /// Where the choices of a group, by their address, lead from a position. What a group does from several
    /// positions is the union of what it does from each, so this bounds the work whatever the nesting.
    known: HashMap<(usize, usize), Vec<bool>>,
}

impl Matcher<'_> {
    fn accepts(&mut self, tokens: &[Token]) -> bool {
        let start = self.only(0);
        self.reach(tokens, start)[self.name.len()]
    }

    fn none(&self) -> Vec<bool> {
        vec![false; self.name.len() + 1]
    }

    fn only(&self, at: usize) -> Vec<bool> {
        let mut positions = self.none();
        positions[at] = true;
        positions
    }

    /// The positions that `tokens` reach from any of `at`.
    fn reach(&mut self, tokens: &[Token], mut at: Vec<bool>) -> Vec<bool> {
        for token in tokens {
            at = match token {
                Token::Group(repeat, choices) => self.group(*repeat, choices, &at),
                token => self.plain(token, &at),
            };
        }
        at
    }

    fn plain(&self, token: &Token, from: &[bool]) -> Vec<bool> {
        let name = self.name;
        let mut to = self.none();
        for at in positions(from) {
            match token {
                Token::Text(text) if name[at..].starts_with(text) => to[at + text.len()] = true,
                Token::One if at < name.len() => to[at + character(&name[at..]).0] = true,
                Token::Many => {
                    to[at..].fill(true);
                    break;
                }
                Token::Class { negated, ranges } if at < name.len() => {
                    let (len, c) = character(&name[at..]);
                    let inside = c.is_some_and(|c| ranges.iter().any(|&(low, high)| low <= c && c <= high));
                    to[at + len] |= inside != *negated;
                }
                _ => {}
            }
        }
        to
    }

    fn group(&mut self, repeat: Repeat, choices: &[Vec<Token>], from: &[bool]) -> Vec<bool> {
        let mut to =
            if matches!(repeat, Repeat::AtMostOnce | Repeat::Any) { from.to_vec() } else { self.none() };
        let mut open: Vec<usize> = positions(from).collect();
        let mut tried = self.none();
        while let Some(start) = open.pop() {
            if std::mem::replace(&mut tried[start], true) {
                continue;
            }
            let ends = self.once(choices, start);
            match repeat {
                // Every end that no choice reaches from this same start.
                Repeat::Not => (start..to.len()).for_each(|end| to[end] |= !ends[end]),
                Repeat::NotAhead if ends.contains(&true) => {}
                Repeat::NotAhead => to[start..].fill(true),
                Repeat::Once | Repeat::AtMostOnce => positions(&ends).for_each(|end| to[end] = true),
                Repeat::AtLeastOnce | Repeat::Any => {
                    positions(&ends).for_each(|end| to[end] = true);
                    open.extend(positions(&ends));
                }
            }
        }
        to
    }

    /// The positions that any of `choices` reaches from `start`.
    fn once(&mut self, choices: &[Vec<Token>], start: usize) -> Vec<bool> {
        let key = (choices.as_ptr() as usize, start);
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let mut ends = self.none();
        for choice in choices {
            let from = self.only(start);
            let reached = self.reach(choice, from);
            positions(&reached).for_each(|end| ends[end] = true);
        }
        self.known.insert(key, ends.clone());
        ends
    }
}

fn positions(set: &[bool]) -> impl Iterator<Item = usize> {
    set.iter().enumerate().filter(|(_, is_in)| **is_in).map(|(at, _)| at)
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
