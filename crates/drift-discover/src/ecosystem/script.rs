//! [`Script`]: the words, literals and signs of a manifest that is a program.
//!
//! For Ruby, Groovy, Kotlin, Elixir and Swift. It knows comments and strings and nothing else, so that a
//! reader can look for the few statements that declare something. Nothing is evaluated.
//! Invariants: a string with an interpolation is [`Kind::Computed`], never a literal; reading is linear in
//! the size of the file whatever it holds.

mod escapes;
mod literal;
mod value;

pub(crate) use value::{Args, Value};

use literal::Scanner;

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
}

impl Script {
    /// Cuts `text` into pieces. What never ends, such as an open string, reaches to the end.
    pub(crate) fn new(language: Language, text: &str) -> Script {
        let mut scanner = Scanner::new(language, text);
        let mut tokens: Vec<Token> = Vec::new();
        while let Some(token) = scanner.next(tokens.last()) {
            tokens.push(token);
        }
        Script { language, tokens }
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
