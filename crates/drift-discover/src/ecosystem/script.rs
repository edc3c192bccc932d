//! [`Script`]: the words, literals and signs of a manifest that is a program.
//!
//! For Ruby, Groovy, Kotlin, Elixir and Swift. It knows comments and strings and nothing else, so that a
//! reader can look for the few statements that declare something. Nothing is evaluated.
//! Invariants: a string with an interpolation is [`Kind::Computed`], never a literal; reading is linear in
//! the size of the file whatever it holds, and what is kept of it is bounded.

mod escapes;
mod literal;
mod value;

pub(crate) use value::{Args, Value};

use std::cell::Cell;

use literal::Scanner;

use crate::context::Context;
use crate::path::RepoPath;

/// Most pieces of a script, each word of a list counted. A piece takes some seventy bytes, and a file of brackets has
/// as many as bytes; scripts that people write have at most some ten thousand.
pub(crate) const MAX_PIECES: usize = 500_000;

/// The language of a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    Elixir,
    Groovy,
    Kotlin,
    Ruby,
    Swift,
}

/// A piece of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) line: u32,
    /// White space stands before it.
    pub(crate) spaced: bool,
}

/// Most pieces that all calls, values and lists of a script may pass, those within others counted again.
const MAX_PASSED: usize = 4 * MAX_PIECES;

/// What a piece of a script is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A name or a number.
    Word(String),
    /// A literal string.
    Text(String),
    /// A string that code completes, as written.
    Computed(String),
    /// A list of words: `%w[a b]`, `~w(a b)`.
    Words(Vec<String>),
    Sign(char),
    Newline,
}

/// A script as pieces.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    pub(crate) language: Language,
    pub(crate) tokens: Vec<Token>,
    /// How many pieces were passed by calls, values and lists.
    passed: Cell<usize>,
}

impl Script {
    /// A script of these pieces.
    pub(crate) fn of(language: Language, tokens: Vec<Token>) -> Script {
        Script { language, tokens, passed: Cell::new(0) }
    }

    /// The script at `path`; `None` if it is absent or, with a problem reported, cannot be read.
    pub(crate) fn read(context: &Context, path: &RepoPath, language: Language) -> Option<Script> {
        let script = Script::new(language, &context.text(path)?);
        if script.is_none() {
            let message = format!("has more than {MAX_PIECES} words and signs; it was not read");
            context.problem(path, None, "manifest.too_large", message);
        }
        script
    }

    /// Cuts `text` into pieces; `None` if there are more than [`MAX_PIECES`]. What never ends, such as an open
    /// string, reaches to the end.
    pub(crate) fn new(language: Language, text: &str) -> Option<Script> {
        let mut scanner = Scanner::new(language, text);
        let mut tokens: Vec<Token> = Vec::new();
        let mut left = MAX_PIECES;
        while let Some(token) = scanner.next(tokens.last()) {
            let words = if let Kind::Words(words) = &token.kind { words.len() } else { 0 };
            left = left.checked_sub(1 + words)?;
            tokens.push(token);
        }
        Some(Script::of(language, tokens))
    }

    /// Reports that calls within calls kept the reader from some of the script at `path`, if they did. To be called
    /// when it has been read.
    pub(crate) fn finish(&self, context: &Context, path: &RepoPath) {
        if self.is_spent() {
            let message = "has too many calls within calls; what is left of them was not read";
            context.problem(path, None, "manifest.too_deep", message.into());
        }
    }

    /// Whether calls, values and lists passed as much as they may.
    fn is_spent(&self) -> bool {
        self.passed.get() > MAX_PASSED
    }

    /// Counts the pieces from `start` to `end` as passed.
    fn pass(&self, start: usize, end: usize) {
        self.passed.set(self.passed.get() + end.saturating_sub(start));
    }

    /// The piece at `at`.
    pub(crate) fn kind(&self, at: usize) -> Option<&Kind> {
        self.tokens.get(at).map(|token| &token.kind)
    }

    /// The word at `at`.
    pub(crate) fn word(&self, at: usize) -> Option<&str> {
        match self.kind(at)? {
            Kind::Word(word) => Some(word),
            _ => None,
        }
    }

    /// The literal string at `at`.
    pub(crate) fn text(&self, at: usize) -> Option<&str> {
        match self.kind(at)? {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether `sign` stands at `at`.
    pub(crate) fn is_sign(&self, at: usize, sign: char) -> bool {
        self.kind(at) == Some(&Kind::Sign(sign))
    }

    /// The line of the piece at `at`.
    pub(crate) fn line(&self, at: usize) -> u32 {
        self.tokens.get(at).map_or(0, |token| token.line)
    }

    /// The position of the first piece at or behind `at` that is no line end.
    pub(crate) fn skip_newlines(&self, mut at: usize) -> usize {
        while self.kind(at) == Some(&Kind::Newline) {
            at += 1;
        }
        at
    }
}

#[cfg(test)]
mod tests;
