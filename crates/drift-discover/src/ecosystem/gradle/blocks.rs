//! [`Blocks`]: in which blocks a statement stands.

use crate::ecosystem::script::{Kind, Script};

/// Longest head of a block that is looked at.
const MAX_HEAD: usize = 60;
/// Deepest nesting that is told apart; what is deeper counts as in the last of these.
const MAX_DEPTH: usize = 200;

/// The blocks that are open at some place of a script.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    heads: Vec<Head>,
    deeper: usize,
}

/// What stands before the `{` of a block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) words: Vec<String>,
    pub(super) texts: Vec<String>,
}

impl Blocks {
    /// Takes note of the piece at `at`; call it for each piece in order.
    pub(super) fn note(&mut self, script: &Script, at: usize) {
        match script.kind(at) {
            Some(Kind::Sign('{')) if self.heads.len() < MAX_DEPTH => self.heads.push(head(script, at)),
            Some(Kind::Sign('{')) => self.deeper += 1,
            Some(Kind::Sign('}')) if self.deeper > 0 => self.deeper -= 1,
            Some(Kind::Sign('}')) => {
                self.heads.pop();
            }
            _ => {}
        }
    }

    /// From the outermost in.
    pub(super) fn heads(&self) -> &[Head] {
        &self.heads
    }

    /// Whether no block is open.
    pub(super) fn is_top(&self) -> bool {
        self.heads.is_empty()
    }

    /// Whether a block with `word` in its head is open.
    pub(super) fn within(&self, word: &str) -> bool {
        self.heads.iter().any(|head| head.has(word))
    }
}

impl Head {
    /// Whether `word` stands in it.
    pub(super) fn has(&self, word: &str) -> bool {
        self.words.iter().any(|known| known == word)
    }

    /// The first word.
    pub(super) fn first(&self) -> &str {
        self.words.first().map_or("", String::as_str)
    }

    /// The last word.
    pub(super) fn last(&self) -> &str {
        self.words.last().map_or("", String::as_str)
    }
}

/// The words and literals of the statement that ends with the `{` at `open`.
fn head(script: &Script, open: usize) -> Head {
    let mut start = open;
    let mut depth = 0_usize;
    while start > 0 && open - start < MAX_HEAD {
        match script.kind(start - 1) {
            Some(Kind::Sign(')' | ']')) => depth += 1,
            Some(Kind::Sign('(' | '[')) if depth == 0 => break,
            Some(Kind::Sign('(' | '[')) => depth -= 1,
            Some(Kind::Newline | Kind::Sign(';' | '{' | '}')) if depth == 0 => break,
            _ => {}
        }
        start -= 1;
    }
    let mut head = Head::default();
    for at in start..open {
        match script.kind(at) {
            Some(Kind::Word(word)) => head.words.push(word.clone()),
            Some(Kind::Text(text)) => head.texts.push(text.clone()),
            _ => {}
        }
    }
    head
}
