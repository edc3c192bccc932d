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
    /// What a loop over a list of literals goes through.
    items: Vec<String>,
    /// What each of them is called in it.
    variable: String,
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

    /// What `variable` stands for: the literals that the loop around goes through.
    pub(super) fn items(&self, variable: &str) -> &[String] {
        let around = self.heads.iter().rev().find(|head| head.variable == variable);
        around.map_or(&[], |head| &head.items)
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
    // The brackets of a list that is not called belong to the head.
    if let Some((items, variable)) = loop_of(script, start, open) {
        (head.items, head.variable) = (items, variable);
    }
    head
}

/// The list and the variable of `listOf("a", "b").forEach { name ->` or `["a", "b"].each {`, which starts at
/// `start`; nothing where an item is no literal.
fn loop_of(script: &Script, start: usize, open: usize) -> Option<(Vec<String>, String)> {
    let is_call = matches!(script.word(start), Some("listOf" | "setOf" | "arrayOf"));
    let (first, close) = match is_call {
        true if script.is_sign(start + 1, '(') => (start + 2, ')'),
        false if script.is_sign(start, '[') => (start + 1, ']'),
        _ => return None,
    };
    let end = open.checked_sub(3)?;
    let is_loop = script.is_sign(end, close)
        && script.is_sign(end + 1, '.')
        && matches!(script.word(end + 2), Some("forEach" | "each"));
    if !is_loop || first > end {
        return None;
    }
    let mut items = Vec::new();
    let pieces: Vec<usize> =
        (first..end).filter(|&at| !matches!(script.kind(at), Some(Kind::Newline))).collect();
    for item in pieces.split(|&at| script.is_sign(at, ',')) {
        match item {
            // After the last comma.
            [] => {}
            [at] => items.push(script.text(*at)?.to_owned()),
            _ => return None,
        }
    }
    let named = script.is_sign(open + 2, '-') && script.is_sign(open + 3, '>');
    let variable = script.word(open + 1).filter(|_| named).unwrap_or("it");
    Some((items, variable.to_owned()))
}
