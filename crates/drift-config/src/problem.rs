//! [`Problem`]: one thing wrong with a configuration, with the place and a caret under it.

use std::{fmt, ops::Range};

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};

use crate::layer::{Origin, Place};

/// Stable codes of problems.
pub mod code {
    pub const SYNTAX: &str = "config.syntax";
    pub const UNKNOWN_KEY: &str = "config.unknown_key";
    pub const UNKNOWN_VARIABLE: &str = "config.unknown_variable";
    pub const INVALID_VALUE: &str = "config.invalid_value";
}

/// The most problems that are reported of one file; placing them takes time, and nobody reads more.
pub(crate) const MAX_PROBLEMS: usize = 50;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemLevel {
    Warning,
    Error,
}

/// Whether rendered text carries terminal colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Plain,
    Color,
}

#[derive(Clone, Debug)]
pub struct Problem {
    pub level: ProblemLevel,
    pub code: &'static str,
    /// The dotted key, if the problem is about one.
    pub key: Option<String>,
    /// What is wrong, without the place.
    pub message: String,
    pub hint: Option<String>,
    pub origin: Origin,
    excerpt: Option<Excerpt>,
}

/// The line a problem is on.
#[derive(Clone, Debug)]
struct Excerpt {
    line: String,
    number: usize,
    span: Range<usize>,
}

impl Problem {
    pub(crate) fn error(code: &'static str, message: impl Into<String>) -> Problem {
        Problem {
            level: ProblemLevel::Error,
            code,
            key: None,
            message: printable(&message.into()),
            hint: None,
            origin: Origin::Default,
            excerpt: None,
        }
    }

    pub(crate) fn warning(code: &'static str, message: impl Into<String>) -> Problem {
        Problem { level: ProblemLevel::Warning, ..Problem::error(code, message) }
    }

    pub(crate) fn key(mut self, key: impl fmt::Display) -> Problem {
        self.key = Some(printable(&key.to_string()));
        self
    }

    pub(crate) fn hint(mut self, hint: Option<String>) -> Problem {
        self.hint = hint;
        self
    }

    pub(crate) fn at_value(self, place: &Place) -> Problem {
        self.at(place, place.value.clone())
    }

    pub(crate) fn at_key(self, place: &Place) -> Problem {
        self.at(place, place.key.clone())
    }

    fn at(mut self, place: &Place, span: Range<usize>) -> Problem {
        self.origin = place.source.origin_at(span.start);
        self.excerpt = Some(Excerpt::new(&place.source.text, span));
        self
    }

    /// Line and column, for sorting; what is in no file comes first.
    pub(crate) fn position(&self) -> (usize, usize) {
        match self.origin {
            Origin::File { line, column, .. } => (line, column),
            _ => (0, 0),
        }
    }

    /// The line the problem is on with a caret below, without a title.
    pub fn excerpt(&self) -> Option<String> {
        let snippet = self.snippet()?;
        Some(Renderer::plain().render(&[Group::with_level(Level::ERROR).element(snippet.path(None::<&str>))]))
    }

    fn snippet(&self) -> Option<Snippet<'_, Annotation<'_>>> {
        let excerpt = self.excerpt.as_ref()?;
        // A variable or a flag is its own place, without lines.
        let snippet = Snippet::source(&excerpt.line)
            .path(self.origin.path().map(|path| path.to_string_lossy()))
            .line_numbering(self.origin.path().is_some())
            .line_start(excerpt.number);
        Some(snippet.annotation(AnnotationKind::Primary.span(excerpt.span.clone())))
    }

    /// The problem as a block of text with the line it is on and a caret, ending without a newline.
    pub fn render(&self, style: Style) -> String {
        let level = match self.level {
            ProblemLevel::Error => Level::ERROR,
            ProblemLevel::Warning => Level::WARNING,
        };
        let title = match &self.key {
            Some(key) => format!("{key}: {}", self.message),
            None => self.message.clone(),
        };
        let mut group = level.primary_title(&title).elements(self.snippet());
        if let Some(hint) = &self.hint {
            group = group.element(Level::HELP.message(hint));
        }
        let renderer = match style {
            Style::Plain => Renderer::plain(),
            Style::Color => Renderer::styled(),
        };
        renderer.render(&[group])
    }
}

/// `drift.toml:4:15: backup.retention.manual: expected a whole number, found "lots"`
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.origin)?;
        if let Some(key) = &self.key {
            write!(f, "{key}: ")?;
        }
        f.write_str(&self.message)
    }
}

/// Longer messages are cut: they quote keys and values.
const MAX_MESSAGE: usize = 300;

/// Longer lines are cut around the caret: a file may be one line of a megabyte.
const MAX_LINE: usize = 200;

impl Excerpt {
    fn new(text: &str, span: Range<usize>) -> Excerpt {
        let at = floor_boundary(text, span.start.min(text.len()));
        let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let end = text[at..].find('\n').map_or(text.len(), |newline| at + newline);
        let number = text[..start].matches('\n').count() + 1;
        let (start, end) = if end - start > MAX_LINE {
            let start = floor_boundary(text, start.max(at.saturating_sub(MAX_LINE / 4)));
            (start, floor_boundary(text, end.min(start + MAX_LINE)))
        } else {
            (start, end)
        };
        let line = text[start..end].trim_end_matches('\r').to_owned();
        let from = (at - start).min(line.len());
        // A caret needs a column even where the text ends.
        let to = floor_boundary(&line, span.end.clamp(at, end).saturating_sub(start).min(line.len()));
        Excerpt { number, span: from..to.max(from), line }
    }
}

/// Line and column of a byte, both from 1, columns in characters.
pub(crate) fn line_column(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..floor_boundary(text, at.min(text.len()))];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

fn floor_boundary(text: &str, at: usize) -> usize {
    (0..=at).rev().find(|&index| text.is_char_boundary(index)).unwrap_or(0)
}

/// A configuration file can come with a clone: what it says must neither drive a terminal nor flood it.
fn printable(text: &str) -> String {
    let reorders = |c: char| matches!(c, '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    let safe = |c: char| if c.is_control() || reorders(c) { '\u{FFFD}' } else { c };
    let mut shown: String = text.chars().take(MAX_MESSAGE).map(safe).collect();
    if text.len() > shown.len() && text.chars().nth(MAX_MESSAGE).is_some() {
        shown.push('…');
    }
    shown
}
