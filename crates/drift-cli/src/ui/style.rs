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
    let steers = |character: char| character.is_control() && character != '\t';
    if !text.contains(steers) {
        return text.into();
    }
    let mut tamed = String::with_capacity(text.len());
    for character in text.chars() {
        if steers(character) {
            tamed.push_str(&format!("\\x{:02X}", u32::from(character)));
        } else {
            tamed.push(character);
        }
    }
    tamed.into()
}

pub(super) fn choice(colour: bool) -> ColorChoice {
    if colour { ColorChoice::Always } else { ColorChoice::Never }
}
