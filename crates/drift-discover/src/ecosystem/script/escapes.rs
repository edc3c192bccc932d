//! [`Escapes`]: what is special within a string, by language and quote.

use super::Language;

/// What quotes a string.
#[derive(Clone, Copy)]
pub(super) enum Quote {
    Single,
    Double,
    Triple,
}

/// What is special within a string.
#[derive(Clone, Copy)]
pub(super) struct Escapes {
    pub(super) backslash: bool,
    /// `\n` and `\t`.
    pub(super) letters: bool,
    interpolation: Option<&'static str>,
}

impl Escapes {
    pub(super) const NONE: Escapes = Escapes { backslash: false, letters: false, interpolation: None };

    pub(super) fn of(language: Language, quote: Quote) -> Escapes {
        use Language::{Elixir, Groovy, Kotlin, Ruby, Swift};
        let interpolation = match (language, quote) {
            (Ruby | Groovy | Kotlin, Quote::Single) => None,
            (Ruby | Elixir, _) => Some("#{"),
            (Groovy | Kotlin, _) => Some("$"),
            (Swift, _) => Some("\\("),
        };
        let backslash = !matches!((language, quote), (Kotlin, Quote::Triple));
        Escapes { backslash, letters: !matches!((language, quote), (Ruby, Quote::Single)), interpolation }
    }

    pub(super) fn interpolates(self, text: &str) -> bool {
        match self.interpolation {
            Some("$") => {
                let next = text.strip_prefix('$').and_then(|text| text.chars().next());
                next.is_some_and(|c| c == '{' || c == '_' || c.is_alphabetic())
            }
            Some(mark) => text.starts_with(mark),
            None => false,
        }
    }
}

/// The length of the interpolation at the start of `text`; strings within it are passed.
pub(super) fn interpolation(text: &str) -> usize {
    // No further: a name without braces must not cost a look at the rest of the file.
    let Some(open) = text.bytes().take(3).position(|byte| matches!(byte, b'{' | b'(')) else { return 1 };
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for (at, c) in text.char_indices().skip(open) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            '{' | '(' if !quoted => depth += 1,
            '}' | ')' if !quoted => depth = depth.saturating_sub(1),
            '\n' if quoted => quoted = false,
            _ => {}
        }
        if depth == 0 && !quoted {
            return at + c.len_utf8();
        }
    }
    text.len()
}
