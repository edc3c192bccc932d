//! The few tones of drift's text. They are always written; the stream drops them where colour is off.

use std::borrow::Cow;
use std::fmt;

use anstream::ColorChoice;
use anstyle::{AnsiColor, Style};

/// What a piece of text means, from which its look follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Tone {
    #[default]
    Plain,
    Heading,
    /// Less important than what stands around it.
    Dim,
    Good,
    Hint,
    Warning,
    Error,
}

impl Tone {
    fn style(self) -> Style {
        match self {
            Tone::Plain => Style::new(),
            Tone::Heading => Style::new().bold(),
            Tone::Dim => Style::new().dimmed(),
            Tone::Good => AnsiColor::Green.on_default(),
            Tone::Hint => AnsiColor::Cyan.on_default(),
            Tone::Warning => AnsiColor::Yellow.on_default().bold(),
            Tone::Error => AnsiColor::Red.on_default().bold(),
        }
    }
}

/// `value` in the look of `tone`.
pub(crate) fn styled(tone: Tone, value: impl fmt::Display) -> impl fmt::Display {
    let style = tone.style();
    fmt::from_fn(move |f| write!(f, "{style}{value}{style:#}"))
}

/// `text` with its control characters as `\xNN`, so that what a file contains cannot steer the terminal.
pub(super) fn tame(text: &str) -> Cow<'_, str> {
    spell_out(text, |rest| usize::from(rest.starts_with('\t')))
}

/// The same for whole lines that carry our own styles.
pub(super) fn tame_lines(text: &str) -> Cow<'_, str> {
    spell_out(text, |rest| if rest.starts_with(['\t', '\n']) { 1 } else { style_length(rest) })
}

/// Spells out control characters, except where `harmless` tells the length of what begins there.
fn spell_out(text: &str, harmless: impl Fn(&str) -> usize) -> Cow<'_, str> {
    let mut out = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(found) = text[at..].find(char::is_control) {
        at += found;
        let kept = harmless(&text[at..]);
        if kept > 0 {
            at += kept;
            continue;
        }
        out.push_str(&text[copied..at]);
        let control = text[at..].chars().next().unwrap_or_default();
        out.push_str(&format!("\\x{:02X}", u32::from(control)));
        at += control.len_utf8();
        copied = at;
    }
    if copied == 0 {
        return text.into();
    }
    out.push_str(&text[copied..]);
    out.into()
}

/// The length of the style (`ESC [ digits m`) that `text` begins with, else 0.
fn style_length(text: &str) -> usize {
    let Some(rest) = text.strip_prefix("\x1b[") else { return 0 };
    let end = rest.find(|character: char| !character.is_ascii_digit() && character != ';');
    match end {
        Some(end) if rest[end..].starts_with('m') => "\x1b[".len() + end + "m".len(),
        _ => 0,
    }
}

pub(super) fn choice(colour: bool) -> ColorChoice {
    if colour { ColorChoice::Always } else { ColorChoice::Never }
}

#[cfg(test)]
mod tests;
