//! The syntax that `go.mod` and `go.work` share, as `golang.org/x/mod/modfile` reads it: lines of words, and
//! blocks `verb ( … )` whose lines all have that verb.
//!
//! Read here because `gomod-parser` refuses files that the go command accepts (quoted paths, empty blocks,
//! `module ( … )`) and takes the comment behind a local replacement for its version.

/// Most words of all directives; the largest files that people keep have some ten thousand.
const MAX_WORDS: usize = 500_000;

/// One directive: a line, or a line of a block with the block's verb in front.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Directive {
    pub(super) line: u32,
    pub(super) verb: String,
    pub(super) words: Vec<String>,
    /// The text behind `//` on the same line, trimmed.
    pub(super) comment: Option<String>,
}

/// Why a file is no `go.mod` or `go.work`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum SyntaxError {
    #[error("the string is not closed")]
    OpenString,
    #[error("the block that starts here is not closed")]
    OpenBlock,
    #[error("`)` closes no block")]
    Unopened,
    #[error("a block cannot start inside a block")]
    Nested,
    #[error("it has more than {MAX_WORDS} words")]
    TooManyWords,
}

/// Reads all directives; `Err` has the line of the fault.
pub(super) fn parse(text: &str) -> Result<Vec<Directive>, (u32, SyntaxError)> {
    let mut directives = Vec::new();
    let mut block: Option<(u32, Vec<String>)> = None;
    let mut left = MAX_WORDS;
    for (line, text) in (1..).zip(text.lines()) {
        let (mut words, comment) = words(text, left).map_err(|error| (line, error))?;
        let brackets: Vec<&str> = words.iter().filter(|word| word.is_bracket).map(Word::text).collect();
        match (&block, brackets.as_slice()) {
            (None, ["("]) if words.len() > 1 && words.last().is_some_and(|word| word.is_bracket) => {
                words.pop();
                block = Some((line, plain(words)));
            }
            (None, ["(", ")"]) if words.len() > 2 => {}
            (Some(_), [")"]) if words.len() == 1 => block = None,
            (None, [")"]) => return Err((line, SyntaxError::Unopened)),
            (Some(_), ["(", ..]) => return Err((line, SyntaxError::Nested)),
            (in_block, _) => {
                let mut all = in_block.as_ref().map_or(Vec::new(), |(_, verb)| verb.clone());
                let own = plain(words);
                if own.is_empty() {
                    continue;
                }
                all.extend(own);
                // Each line of a block repeats what stands in front of the block.
                left = left.checked_sub(all.len()).ok_or((line, SyntaxError::TooManyWords))?;
                let verb = all.remove(0);
                directives.push(Directive { line, verb, words: all, comment });
            }
        }
    }
    match block {
        Some((line, _)) => Err((line, SyntaxError::OpenBlock)),
        None => Ok(directives),
    }
}

struct Word {
    text: String,
    /// A bare `(` or `)`.
    is_bracket: bool,
}

impl Word {
    fn text(&self) -> &str {
        &self.text
    }
}

fn plain(words: Vec<Word>) -> Vec<String> {
    words.into_iter().map(|word| word.text).collect()
}

/// At most `most` words, and the comment behind them.
fn words(line: &str, most: usize) -> Result<(Vec<Word>, Option<String>), SyntaxError> {
    let mut words = Vec::new();
    let mut rest = line.trim_start();
    while let Some(first) = rest.chars().next() {
        if let Some(comment) = rest.strip_prefix("//") {
            return Ok((words, Some(comment.trim().to_owned())));
        }
        let (text, after) = match first {
            '(' | ')' | '[' | ']' | '{' | '}' | ',' => (first.to_string(), &rest[1..]),
            '"' => quoted(&rest[1..])?,
            '`' => {
                let (text, after) = rest[1..].split_once('`').ok_or(SyntaxError::OpenString)?;
                (text.to_owned(), after)
            }
            _ => {
                let is_end = |c: char| c.is_whitespace() || "()[]{},".contains(c);
                let end = rest.find(is_end).unwrap_or(rest.len());
                let end = rest[..end].find("//").unwrap_or(end);
                (rest[..end].to_owned(), &rest[end..])
            }
        };
        if words.len() == most {
            return Err(SyntaxError::TooManyWords);
        }
        words.push(Word { text, is_bracket: matches!(first, '(' | ')') });
        rest = after.trim_start();
    }
    Ok((words, None))
}

/// The value of a string whose opening quote is behind us, and what follows it.
fn quoted(text: &str) -> Result<(String, &str), SyntaxError> {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Ok((value, &text[at + 1..])),
            // Paths and versions need no other escapes than of the quote and the backslash.
            '\\' => value.push(chars.next().ok_or(SyntaxError::OpenString)?.1),
            _ => value.push(c),
        }
    }
    Err(SyntaxError::OpenString)
}

#[cfg(test)]
mod tests;
