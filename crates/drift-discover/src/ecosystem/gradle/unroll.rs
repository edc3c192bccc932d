//! Loops over literals, written out: `["a", "b"].each { include "lib-$it" }` becomes what it does.
//!
//! Works on the pieces of a script, so that readers see plain statements. Names that a script gives a literal
//! once stand for it in a string, and for the projects of an `include`. A list with an item that is no literal, and a loop that would make a script
//! many times longer, stay as they are.

use std::cell::Cell;
use std::collections::HashMap;
use std::rc::Rc;

use crate::ecosystem::script::{Kind, Language, Script, Token};

/// The words that loops start with.
const LOOPS: [&str; 3] = ["each", "forEach", "for"];
/// Loops within loops.
const MAX_DEPTH: usize = 5;
/// How many pieces a script may have once its loops are written out.
const MAX_TOKENS: usize = 200_000;
/// How many bytes the values of names may add to the strings of a script.
const MAX_ADDED: usize = 4 << 20;

/// `script` with its loops written out.
pub(super) fn unroll(script: Script) -> Script {
    let constants = constants(&script);
    let loops = |token: &Token| matches!(&token.kind, Kind::Word(word) if LOOPS.contains(&word.as_str()));
    if constants.is_empty() && !script.tokens.iter().any(loops) {
        return script;
    }
    let added = Cell::new(0);
    let mut unroller = Unroller { language: script.language, constants, left: MAX_TOKENS, added: &added };
    let tokens = unroller.write(&script.tokens, 0);
    Script::of(script.language, tokens)
}

/// What a name stands for.
#[derive(Clone, Debug)]
enum Constant {
    Text(String),
    List(Rc<[String]>),
}

struct Unroller<'s> {
    language: Language,
    constants: HashMap<&'s str, Constant>,
    /// How many more pieces loops may add.
    left: usize,
    /// How many bytes values added to strings.
    added: &'s Cell<usize>,
}

/// A loop in a run of pieces.
struct Loop {
    items: Rc<[String]>,
    variable: String,
    /// Where its body starts, and the brace that ends it.
    body: usize,
    end: usize,
}

impl Unroller<'_> {
    fn write(&mut self, tokens: &[Token], depth: usize) -> Vec<Token> {
        let mut out = Vec::with_capacity(tokens.len());
        let braces = if depth < MAX_DEPTH { braces(tokens) } else { HashMap::new() };
        let mut at = 0;
        while at < tokens.len() {
            let found = self.loop_at(tokens, &braces, at);
            let Some(found) = found else {
                at = self.plain(tokens, at, &mut out);
                continue;
            };
            let body = &tokens[found.body..found.end];
            let cost = (body.len() + 1).saturating_mul(found.items.len());
            if cost > self.left {
                out.push(tokens[at].clone());
                at += 1;
                continue;
            }
            self.left -= cost;
            let newline = Token { kind: Kind::Newline, ..tokens[found.end].clone() };
            for item in found.items.iter() {
                let pieces: Vec<Token> = (0..body.len())
                    .map(|at| substitute(self.language, body, at, &found.variable, item, self.added))
                    .collect();
                out.extend(self.write(&pieces, depth + 1));
                out.push(newline.clone());
            }
            at = found.end + 1;
        }
        out
    }

    /// Writes the piece at `at`, which is no loop; the position behind it.
    fn plain(&mut self, tokens: &[Token], at: usize, out: &mut Vec<Token>) -> usize {
        let named = word(tokens, at).filter(|_| is_included(tokens, at));
        let items: Rc<[String]> = match named.and_then(|name| self.constants.get(name)) {
            Some(Constant::List(items)) => items.clone(),
            Some(Constant::Text(text)) => [text.clone()].into(),
            None => Rc::default(),
        };
        let cost = items.len().saturating_mul(2);
        if items.is_empty() || cost > self.left {
            out.push(self.with_constants(tokens, at));
            return at + 1;
        }
        self.left -= cost;
        let piece = |kind| Token { kind, ..tokens[at].clone() };
        // Kotlin's spread of an array.
        out.pop_if(|last| last.kind == Kind::Sign('*'));
        for (index, item) in items.iter().enumerate() {
            out.extend((index > 0).then(|| piece(Kind::Sign(','))));
            out.push(piece(Kind::Text(item.clone())));
        }
        // Of a list, the projects are written one by one; what made it an array goes with it.
        if word(tokens, at + 1) == Some("as") && word(tokens, at + 2) == Some("String") {
            return at + 5;
        }
        let is_array = is_sign(tokens, at + 1, '.') && word(tokens, at + 2) == Some("toTypedArray");
        at + if is_array { 5 } else { 1 }
    }

    /// The loop that starts at `at`: `LIST.each { name ->` or `for (name in LIST) {`.
    fn loop_at(&self, tokens: &[Token], braces: &HashMap<usize, usize>, at: usize) -> Option<Loop> {
        if is_sign(tokens, at.wrapping_sub(1), '.') {
            return None;
        }
        if word(tokens, at) == Some("for") && is_sign(tokens, at + 1, '(') {
            let is_name =
                |at: usize| matches!(word(tokens, at + 1), Some("in")) || is_sign(tokens, at + 1, ':');
            // A type may stand before the name.
            let name = (at + 2..at + 4).find(|&at| is_name(at))?;
            let (items, end) = self.list(tokens, name + 2)?;
            let opens = is_sign(tokens, end, ')') && is_sign(tokens, end + 1, '{');
            let variable = word(tokens, name)?.to_owned();
            let (body, end) = (end + 2, *braces.get(&(end + 1))?);
            return opens.then_some(Loop { items, variable, body, end });
        }
        let (items, end) = self.list(tokens, at)?;
        let loops = is_sign(tokens, end, '.')
            && word(tokens, end + 1).is_some_and(|word| LOOPS[..2].contains(&word))
            && is_sign(tokens, end + 2, '{');
        if !loops {
            return None;
        }
        let first = skip_newlines(tokens, end + 3);
        let is_name = |at: &usize| is_sign(tokens, at + 1, '-') && is_sign(tokens, at + 2, '>');
        let (variable, body) = match (first..first + 2).find(is_name) {
            Some(name) => (word(tokens, name)?.to_owned(), name + 3),
            None => ("it".to_owned(), end + 3),
        };
        let end = *braces.get(&(end + 2))?;
        (body <= end).then_some(Loop { items, variable, body, end })
    }

    /// The literals of the list at `at`, and the position behind it.
    fn list(&self, tokens: &[Token], at: usize) -> Option<(Rc<[String]>, usize)> {
        if let Some(Constant::List(items)) = word(tokens, at).and_then(|name| self.constants.get(name)) {
            return Some((items.clone(), at + 1));
        }
        literals(tokens, at)
    }

    /// The piece at `at`; the names in a string that stand for a literal replaced.
    fn with_constants(&self, tokens: &[Token], at: usize) -> Token {
        let mut token = tokens[at].clone();
        if let Kind::Computed(text) = &token.kind {
            let value = |name: &str| match self.constants.get(name) {
                Some(Constant::Text(value)) => Some(value.as_str()),
                _ => None,
            };
            token.kind = string(interpolate(self.language, text, value, self.added));
        }
        token
    }
}

/// Whether the piece at `at` is the first argument of an `include`: `include(*names)`, `include names`.
fn is_included(tokens: &[Token], at: usize) -> bool {
    let before = |at: usize, sign| at - usize::from(at > 0 && is_sign(tokens, at - 1, sign));
    let start = before(before(at, '*'), '(');
    let is_member = is_sign(tokens, at + 1, '.') && word(tokens, at + 2) != Some("toTypedArray");
    start > 0 && !is_member && word(tokens, start - 1) == Some("include")
}

/// Where each brace that opens is closed.
fn braces(tokens: &[Token]) -> HashMap<usize, usize> {
    let mut found = HashMap::new();
    let mut open = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::Sign('{') => open.push(at),
            Kind::Sign('}') => {
                found.extend(open.pop().map(|opens| (opens, at)));
            }
            _ => {}
        }
    }
    found
}

/// The piece at `at` of a loop's body for one `item`.
fn substitute(
    language: Language,
    tokens: &[Token],
    at: usize,
    variable: &str,
    item: &str,
    added: &Cell<usize>,
) -> Token {
    let mut token = tokens[at].clone();
    match &token.kind {
        Kind::Word(word) if word == variable => {
            let is_member = is_sign(tokens, at.wrapping_sub(1), '.') || is_sign(tokens, at + 1, '.');
            let is_name = is_sign(tokens, at + 1, '=') || is_sign(tokens, at + 1, ':');
            if !is_member && !is_name && add(added, item) {
                token.kind = Kind::Text(item.to_owned());
            }
        }
        Kind::Computed(text) => {
            let value = |name: &str| (name == variable).then_some(item);
            token.kind = string(interpolate(language, text, value, added));
        }
        _ => {}
    }
    token
}

/// Counts `value` as added; whether there was room for it. What there is none for stays code.
fn add(added: &Cell<usize>, value: &str) -> bool {
    let sum = added.get().saturating_add(value.len());
    let fits = sum <= MAX_ADDED;
    if fits {
        added.set(sum);
    }
    fits
}

/// `text` with `$name` and `${name}` replaced by their values, as far as they have one and there is room.
fn interpolate<'v>(
    language: Language,
    text: &str,
    value: impl Fn(&str) -> Option<&'v str>,
    added: &Cell<usize>,
) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let is_braced = rest.starts_with('{');
        let inside = rest.strip_prefix('{').unwrap_or(rest);
        let end = inside.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(inside.len());
        let (name, behind) = inside.split_at(end);
        // In Groovy `$a.b` is a property of `a`.
        let is_member = language == Language::Groovy
            && behind.strip_prefix('.').is_some_and(|behind| behind.starts_with(char::is_alphabetic));
        let behind = match is_braced {
            true => behind.strip_prefix('}'),
            false => (!is_member).then_some(behind),
        };
        match (value(name), behind) {
            (Some(value), Some(behind)) if add(added, value) => {
                out.push_str(value);
                rest = behind;
            }
            _ => out.push('$'),
        }
    }
    out.push_str(rest);
    out
}

/// A string, which code still completes if an interpolation is left.
fn string(text: String) -> Kind {
    let opens = |behind: &str| behind.starts_with(|c: char| c == '{' || c == '_' || c.is_alphabetic());
    let is_computed = text.match_indices('$').any(|(at, _)| opens(&text[at + 1..]));
    if is_computed { Kind::Computed(text) } else { Kind::Text(text) }
}

/// The names that the script gives a literal, and nothing else.
fn constants(script: &Script) -> HashMap<&str, Constant> {
    let tokens = &script.tokens;
    let mut found: HashMap<&str, Option<Constant>> = HashMap::new();
    for at in 0..tokens.len() {
        let Some(name) = word(tokens, at) else { continue };
        let assigns = is_sign(tokens, at + 1, '=') && !is_sign(tokens, at + 2, '=');
        let changes = ['+', '<', '-'].iter().any(|&sign| is_sign(tokens, at + 1, sign))
            && ['=', '<', '>'].iter().any(|&sign| is_sign(tokens, at + 2, sign));
        let is_member = is_sign(tokens, at.wrapping_sub(1), '.');
        let edits = is_sign(tokens, at + 1, '.')
            && matches!(word(tokens, at + 2), Some("add" | "addAll" | "remove" | "removeAll" | "plusAssign"));
        let loops = matches!(word(tokens, at + 1), Some("in"));
        if !(assigns || changes || edits || loops) || is_member {
            continue;
        }
        let is_declared = at > 0
            && (word(tokens, at - 1).is_some()
                || is_sign(tokens, at - 1, '>')
                || is_sign(tokens, at - 1, ']'));
        let value = if assigns && is_declared { constant(tokens, at + 2) } else { None };
        found.entry(name).and_modify(|known| *known = None).or_insert(value);
    }
    found.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

/// The literal at `at`, if that is all of the statement.
fn constant(tokens: &[Token], at: usize) -> Option<Constant> {
    let at = skip_newlines(tokens, at);
    let (value, end) = match tokens.get(at).map(|token| &token.kind) {
        Some(Kind::Text(text)) => (Constant::Text(text.clone()), at + 1),
        _ => {
            let (items, end) = literals(tokens, at)?;
            (Constant::List(items), end)
        }
    };
    let is_all =
        matches!(tokens.get(end).map(|token| &token.kind), None | Some(Kind::Newline | Kind::Sign(';')));
    is_all.then_some(value)
}

/// The items of `["a", "b"]` or `listOf("a", "b")` at `at`, and the position behind it.
fn literals(tokens: &[Token], at: usize) -> Option<(Rc<[String]>, usize)> {
    let is_call =
        matches!(word(tokens, at), Some("listOf" | "setOf" | "arrayOf")) && is_sign(tokens, at + 1, '(');
    let (mut at, close) = match is_call {
        true => (at + 2, ')'),
        false if is_sign(tokens, at, '[') => (at + 1, ']'),
        false => return None,
    };
    let mut items = Vec::new();
    loop {
        at = skip_newlines(tokens, at);
        if is_sign(tokens, at, close) {
            return (!items.is_empty()).then(|| (items.into(), at + 1));
        }
        match &tokens.get(at)?.kind {
            Kind::Text(text) => items.push(text.clone()),
            _ => return None,
        }
        at = skip_newlines(tokens, at + 1);
        match is_sign(tokens, at, ',') {
            true => at += 1,
            false if is_sign(tokens, at, close) => {}
            false => return None,
        }
    }
}

fn word(tokens: &[Token], at: usize) -> Option<&str> {
    match &tokens.get(at)?.kind {
        Kind::Word(word) => Some(word),
        _ => None,
    }
}

fn is_sign(tokens: &[Token], at: usize, sign: char) -> bool {
    tokens.get(at).is_some_and(|token| token.kind == Kind::Sign(sign))
}

fn skip_newlines(tokens: &[Token], mut at: usize) -> usize {
    while tokens.get(at).is_some_and(|token| token.kind == Kind::Newline) {
        at += 1;
    }
    at
}
