//! Text for the memory: the same on every machine, and to an index much like a language.
//!
//! Words are as frequent as their rank says (Zipf), notes are short more often than long, and some words are names
//! as they stand in code.

use super::generate::Random;

const WORDS: usize = 30_000;
const SYLLABLES: &[&str] = &[
    "ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe", "qui", "ro", "su", "ta", "ve",
    "wi", "xo", "yu", "za", "bre", "cli", "dro", "flu", "gra", "ple", "sti", "tro", "shu", "the", "ing",
    "ion", "ent", "al", "er", "or", "is", "an", "ed",
];
const KINDS: &[&str] = &["note", "decision", "fact", "preference", "error"];
const SHORTEST: f64 = 80.0;
const LONGEST: f64 = 6_000.0;

pub(super) struct Prose {
    random: Random,
    words: Vec<String>,
}

impl Prose {
    pub(super) fn new() -> Self {
        let mut random = Random(42);
        let mut words: Vec<String> = Vec::with_capacity(WORDS);
        for rank in 0..WORDS {
            // Frequent words are short, as in any language.
            let syllables = 1 + random.below(1 + (rank + 1).ilog10().min(3) as usize);
            let word = (0..syllables).map(|_| SYLLABLES[random.below(SYLLABLES.len())]).collect();
            words.push(word);
        }
        Self { random, words }
    }

    /// Some sentences, without quotes.
    pub(super) fn note(&mut self) -> String {
        let length = (SHORTEST * (LONGEST / SHORTEST).powf(self.fraction())) as usize;
        let mut text = String::with_capacity(length + 80);
        while text.len() < length {
            let first = text.len();
            for place in 0..5 + self.random.below(14) {
                if place > 0 {
                    text.push(' ');
                }
                let word = self.word();
                text.push_str(&word);
            }
            text[first..].get_mut(0..1).map(str::make_ascii_uppercase).unwrap_or_default();
            text.push_str(". ");
        }
        text
    }

    /// An SQL literal: an id of a project, or that there is none.
    pub(super) fn project(&mut self) -> String {
        if self.random.below(10) < 4 {
            return "NULL".to_owned();
        }
        let number = (300.0_f64.powf(self.fraction())) as usize;
        format!("'npm:packages/{}-{number:03}'", self.words[number])
    }

    pub(super) fn kind(&mut self) -> &'static str {
        KINDS[self.random.below(KINDS.len())]
    }

    pub(super) fn importance(&mut self) -> f64 {
        self.random.below(101) as f64 / 100.0
    }

    fn word(&mut self) -> String {
        // A logarithm of the rank that is even makes the frequency fall with the rank.
        let rank = (WORDS as f64).powf(self.fraction()) as usize - 1;
        let word = &self.words[rank.min(WORDS - 1)];
        match self.random.below(40) {
            0 => format!("{word}_{}", self.words[self.random.below(200)]),
            1 => format!("{word}{}", self.random.below(10_000)),
            _ => word.clone(),
        }
    }

    /// From 0 up to 1.
    fn fraction(&mut self) -> f64 {
        self.random.below(1 << 20) as f64 / f64::from(1 << 20)
    }
}

#[cfg(test)]
mod tests;
