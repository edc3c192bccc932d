//! MSBuild conditions, in three values: a condition on something that only a build knows is neither true nor
//! false.

use super::properties::{Properties, locate};
use crate::context::Context;
use crate::path::RepoPath;
use crate::source::EntryKind;

/// Deepest nesting of parentheses.
const MAX_DEPTH: usize = 50;

/// Where a condition stands.
pub(super) struct Scope<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) properties: &'a Properties,
    /// What a relative path is relative to.
    pub(super) dir: &'a RepoPath,
}

/// What all of `conditions` say together; `None` if that cannot be told.
pub(super) fn all(scope: &Scope, conditions: &[String]) -> Option<bool> {
    let mut result = Some(true);
    for condition in conditions {
        match evaluate(scope, condition) {
            Some(true) => {}
            Some(false) => return Some(false),
            None => result = None,
        }
    }
    result
}

/// What one condition says; `None` if that cannot be told.
pub(super) fn evaluate(scope: &Scope, condition: &str) -> Option<bool> {
    if condition.trim().is_empty() {
        return Some(true);
    }
    let tokens = tokens(condition)?;
    let mut parser = Parser { scope, tokens: &tokens, at: 0 };
    let value = parser.or(0);
    if parser.at == tokens.len() { value } else { None }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    /// A quoted string or a bare word, not expanded.
    Text(String),
    /// `Exists('…')` and other calls: the name and the text between the parentheses.
    Call(String, String),
    Sign(&'static str),
}

const SIGNS: [&str; 9] = ["==", "!=", "<=", ">=", "<", ">", "!", "(", ")"];

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = if first == '\'' {
            let end = quoted(rest)?;
            tokens.push(Token::Text(rest[1..end].to_owned()));
            end + 1
        } else if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            tokens.push(Token::Sign(sign));
            sign.len()
        } else if rest.starts_with("$(") {
            let end = balanced(rest, 1)?;
            tokens.push(Token::Text(rest[..end].to_owned()));
            end
        } else {
            let stop = |c: char| !(c.is_alphanumeric() || c == '_' || c == '.' || c == '-');
            let end = rest.find(stop).unwrap_or(rest.len());
            if end == 0 {
                return None;
            }
            let after = &rest[end..];
            if after.trim_start().starts_with('(') && !is_word(&rest[..end]) {
                let open = end + (after.len() - after.trim_start().len());
                let close = balanced(rest, open)?;
                tokens.push(Token::Call(rest[..end].to_ascii_lowercase(), rest[open + 1..close - 1].into()));
                close
            } else {
                tokens.push(Token::Text(rest[..end].to_owned()));
                end
            }
        };
        rest = rest[length..].trim_start();
    }
    Some(tokens)
}

fn is_word(text: &str) -> bool {
    text.eq_ignore_ascii_case("and") || text.eq_ignore_ascii_case("or")
}

/// Where the quote that `text` starts with closes; quotes inside `$(…)` are those of arguments.
fn quoted(text: &str) -> Option<usize> {
    let mut at = 1;
    loop {
        let next = at + text[at..].find(['\'', '$'])?;
        match text[next..].starts_with("$(") {
            true => at = balanced(text, next + 1)?,
            false if text[next..].starts_with('$') => at = next + 1,
            false => return Some(next),
        }
    }
}

/// The end of the parentheses that open at `open`.
fn balanced(text: &str, open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate().skip(open) {
        match byte {
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at + 1);
        }
    }
    None
}

struct Parser<'a> {
    scope: &'a Scope<'a>,
    tokens: &'a [Token],
    at: usize,
}

impl Parser<'_> {
    fn or(&mut self, depth: usize) -> Option<bool> {
        let mut value = self.and(depth);
        while self.takes_word("or") {
            let right = self.and(depth);
            value = match (value, right) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            };
        }
        value
    }

    fn and(&mut self, depth: usize) -> Option<bool> {
        let mut value = self.term(depth);
        while self.takes_word("and") {
            let right = self.term(depth);
            value = match (value, right) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            };
        }
        value
    }

    fn term(&mut self, depth: usize) -> Option<bool> {
        if depth > MAX_DEPTH {
            self.at = usize::MAX;
            return None;
        }
        if self.takes(&Token::Sign("!")) {
            return self.term(depth + 1).map(|value| !value);
        }
        if self.takes(&Token::Sign("(")) {
            let value = self.or(depth + 1);
            return if self.takes(&Token::Sign(")")) { value } else { None };
        }
        let left = self.next()?;
        let sign = match self.tokens.get(self.at) {
            Some(Token::Sign(sign)) if !matches!(*sign, "(" | ")" | "!") => *sign,
            _ => return self.alone(&left),
        };
        self.at += 1;
        let right = self.next()?;
        self.compare(&left, sign, &right)
    }

    /// An operand without a comparison: a boolean, or a call.
    fn alone(&self, token: &Token) -> Option<bool> {
        match token {
            Token::Text(text) => boolean(&self.expand(text)?),
            Token::Call(name, argument) if name == "exists" => {
                let text = self.expand(argument.trim().trim_matches('\''))?;
                if text.is_empty() {
                    return Some(false);
                }
                let path = locate(self.scope.dir, &text)?;
                let context = self.scope.context;
                context.input(&path);
                Some(context.is_file(&path) || context.source().has(&path, EntryKind::Dir) || path.is_root())
            }
            Token::Call(name, argument) if name == "hastrailingslash" => {
                Some(self.expand(argument.trim().trim_matches('\''))?.ends_with(['/', '\\']))
            }
            _ => None,
        }
    }

    fn compare(&self, left: &Token, sign: &str, right: &Token) -> Option<bool> {
        let (Token::Text(left), Token::Text(right)) = (left, right) else { return None };
        let equal = match (self.expand(left), self.expand(right)) {
            (Some(left), Some(right)) => match (boolean(&left), boolean(&right)) {
                (Some(left), Some(right)) => left == right,
                _ => left.eq_ignore_ascii_case(&right),
            },
            // "Set it unless it is set from outside": the idiom of defaults.
            (None, Some(right)) if right.is_empty() && self.is_unset(left) => true,
            (Some(left), None) if left.is_empty() && self.is_unset(right) => true,
            _ => return None,
        };
        match sign {
            "==" => Some(equal),
            "!=" => Some(!equal),
            _ => None,
        }
    }

    /// Whether `text` is one property that no file sets.
    fn is_unset(&self, text: &str) -> bool {
        let name = text.trim().strip_prefix("$(").and_then(|text| text.strip_suffix(')'));
        name.is_some_and(|name| {
            let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            plain && !given_by_tools(name) && self.scope.properties.is_unset(name)
        })
    }

    fn expand(&self, text: &str) -> Option<String> {
        self.scope.properties.expand(self.scope.context, text).ok()
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at)?.clone();
        self.at += 1;
        Some(token)
    }

    fn takes(&mut self, token: &Token) -> bool {
        let found = self.tokens.get(self.at) == Some(token);
        self.at += usize::from(found);
        found
    }

    fn takes_word(&mut self, word: &str) -> bool {
        let found =
            matches!(self.tokens.get(self.at), Some(Token::Text(text)) if text.eq_ignore_ascii_case(word));
        self.at += usize::from(found);
        found
    }
}

/// Whether MSBuild, an SDK or the command line gives a property its value.
pub(super) fn given_by_tools(name: &str) -> bool {
    const NAMES: [&str; 13] = [
        "configuration",
        "platform",
        "targetframework",
        "targetframeworks",
        "os",
        "runtimeidentifier",
        "designtimebuild",
        "usingmicrosoftnetsdk",
        "usingmicrosoftnetsdkweb",
        "solutiondir",
        "solutionname",
        "langversion",
        "userrootdir",
    ];
    let name = name.to_ascii_lowercase();
    let prefixed =
        ["msbuild", "visualstudio", "vctargets", "vstools", "vsinstall", "nuget", "netcoresdk", "microsoft"];
    NAMES.contains(&name.as_str()) || prefixed.iter().any(|prefix| name.starts_with(prefix))
}

fn boolean(text: &str) -> Option<bool> {
    let is = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(text));
    if is(&["true", "on", "yes"]) {
        return Some(true);
    }
    is(&["false", "off", "no"]).then_some(false)
}
