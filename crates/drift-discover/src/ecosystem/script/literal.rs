//! [`Scanner`]: comments, strings and words, by language.

use super::escapes::{Escapes, Quote, interpolation};
use super::{Kind, Language, Token};

/// Cuts a script, from the start to the end.
pub(super) struct Scanner<'t> {
    language: Language,
    text: &'t str,
    at: usize,
    line: u32,
    /// The markers of heredocs whose text starts on the next line.
    heredocs: Vec<String>,
}

impl<'t> Scanner<'t> {
    pub(super) fn new(language: Language, text: &'t str) -> Scanner<'t> {
        Scanner { language, text, at: 0, line: 1, heredocs: Vec::new() }
    }

    /// The next piece; `before` tells a regular expression from a division.
    pub(super) fn next(&mut self, before: Option<&Token>) -> Option<Token> {
        let start = self.at;
        while self.skip_blank() {}
        let spaced = self.at > start || start == 0;
        let line = self.line;
        let first = self.rest().chars().next()?;
        let kind = if first == '\n' {
            self.advance(1);
            self.skip_heredocs();
            Kind::Newline
        } else if let Some(kind) = self.literal(first, before, spaced) {
            kind
        } else if is_word(first) {
            let end = self.rest().find(|c| !is_word(c)).unwrap_or(self.rest().len());
            let mut word = self.take(end).to_owned();
            let marks = matches!(self.language, Language::Ruby | Language::Elixir);
            if marks && self.rest().starts_with(['?', '!']) && !self.rest()[1..].starts_with('=') {
                word.push_str(self.take(1));
            }
            Kind::Word(word)
        } else {
            self.advance(first.len_utf8());
            Kind::Sign(first)
        };
        Some(Token { kind, line, spaced })
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn advance(&mut self, length: usize) {
        let passed = &self.text[self.at..self.at + length];
        self.line += passed.bytes().filter(|&byte| byte == b'\n').count() as u32;
        self.at += length;
    }

    fn take(&mut self, length: usize) -> &'t str {
        let taken = &self.rest()[..length];
        self.advance(length);
        taken
    }

    /// Passes white space, comments and continued lines; whether there was any.
    fn skip_blank(&mut self) -> bool {
        let rest = self.rest();
        let blank = rest.find(|c: char| c == '\n' || !c.is_whitespace()).unwrap_or(rest.len());
        if blank > 0 {
            self.advance(blank);
            return true;
        }
        if rest.starts_with("\\\n") {
            self.advance(2);
            return true;
        }
        let hashes = matches!(self.language, Language::Ruby | Language::Elixir);
        if (hashes && rest.starts_with('#')) || (!hashes && rest.starts_with("//")) {
            self.advance(rest.find('\n').unwrap_or(rest.len()));
            return true;
        }
        if !hashes && rest.starts_with("/*") {
            self.skip_block_comment();
            return true;
        }
        let line_start = self.at == 0 || self.text[..self.at].ends_with('\n');
        if self.language == Language::Ruby && line_start {
            if rest.starts_with("=begin") {
                let end = rest.find("\n=end").map_or(rest.len(), |end| end + 5);
                self.advance(end);
                return true;
            }
            if rest.starts_with("__END__") {
                self.advance(rest.len());
                return true;
            }
        }
        // A script may start with the name of its interpreter.
        if self.at == 0 && rest.starts_with("#!") {
            self.advance(rest.find('\n').unwrap_or(rest.len()));
            return true;
        }
        false
    }

    fn skip_block_comment(&mut self) {
        let nests = matches!(self.language, Language::Kotlin | Language::Swift);
        let (mut depth, mut end) = (0_usize, 0);
        let rest = self.rest();
        while let Some(next) = rest[end..].find(['*', '/']) {
            end += next;
            if rest[end..].starts_with("*/") {
                depth -= 1;
                end += 2;
                if depth == 0 {
                    self.advance(end);
                    return;
                }
            } else if rest[end..].starts_with("/*") && (nests || depth == 0) {
                depth += 1;
                end += 2;
            } else {
                end += 1;
            }
        }
        self.advance(rest.len());
    }

    /// A string of any form that starts here.
    fn literal(&mut self, first: char, before: Option<&Token>, spaced: bool) -> Option<Kind> {
        use Language::{Elixir, Groovy, Kotlin, Ruby, Swift};
        let rest = self.rest();
        let language = self.language;
        match first {
            '"' if language != Ruby && rest.starts_with("\"\"\"") => {
                let text = self.delimited(3, "\"\"\"", Escapes::of(language, Quote::Triple));
                Some(text)
            }
            '\'' if matches!(language, Groovy | Elixir) && rest.starts_with("'''") => {
                Some(self.delimited(3, "'''", Escapes::of(language, Quote::Single)))
            }
            '"' => Some(self.delimited(1, "\"", Escapes::of(language, Quote::Double))),
            '\'' if language != Swift => Some(self.delimited(1, "'", Escapes::of(language, Quote::Single))),
            '`' if language == Ruby => match self.delimited(1, "`", Escapes::of(language, Quote::Double)) {
                Kind::Text(text) | Kind::Computed(text) => Some(Kind::Computed(text)),
                other => Some(other),
            },
            '`' if matches!(language, Kotlin | Swift) => match self.delimited(1, "`", Escapes::NONE) {
                Kind::Text(text) => Some(Kind::Word(text)),
                other => Some(other),
            },
            '#' if language == Swift => {
                let hashes = rest.len() - rest.trim_start_matches('#').len();
                let quotes = if rest[hashes..].starts_with("\"\"\"") { 3 } else { 1 };
                if !rest[hashes..].starts_with('"') {
                    return None;
                }
                let close = format!("{}{}", "\"".repeat(quotes), "#".repeat(hashes));
                Some(self.delimited(hashes + quotes, &close, Escapes::NONE))
            }
            '%' if language == Ruby => self.percent(before, spaced),
            '~' if language == Elixir => self.sigil(),
            '<' if language == Ruby && rest.starts_with("<<") => self.heredoc(before, spaced),
            '?' if language == Elixir || (language == Ruby && !before.is_some_and(is_value)) => {
                // A character: `?"` opens no string.
                let length = rest.chars().nth(1).filter(|c| !c.is_whitespace())?.len_utf8();
                Some(Kind::Text(self.take(1 + length)[1..].to_owned()))
            }
            '/' if matches!(language, Ruby | Groovy) => {
                let after_space = rest[1..].starts_with([' ', '\t', '\n', '=']);
                let value = before.is_some_and(is_value);
                let word = before.is_some_and(|token| matches!(token.kind, Kind::Word(_)));
                let starts = !value || (word && spaced && !after_space);
                let closes = rest[1..].find(['/', '\n']).is_some_and(|at| rest[1 + at..].starts_with('/'));
                (starts && closes).then(|| self.delimited(1, "/", Escapes::of(language, Quote::Double)))
            }
            _ => None,
        }
    }

    /// A string from `open` bytes on up to `close`.
    fn delimited(&mut self, open: usize, close: &str, escapes: Escapes) -> Kind {
        self.advance(open);
        let rest = self.rest();
        let (mut text, mut computed, mut at) = (String::new(), false, 0);
        let end = loop {
            let Some(c) = rest[at..].chars().next() else { break at };
            if rest[at..].starts_with(close) {
                break at;
            }
            if escapes.interpolates(&rest[at..]) {
                computed = true;
                let end = at + interpolation(&rest[at..]);
                text.push_str(&rest[at..end]);
                at = end;
            } else if c == '\\' && escapes.backslash {
                let escaped = rest[at + 1..].chars().next();
                text.push(match escaped {
                    Some('n') if escapes.letters => '\n',
                    Some('t') if escapes.letters => '\t',
                    Some(c) => c,
                    None => '\\',
                });
                at += 1 + escaped.map_or(0, char::len_utf8);
            } else {
                text.push(c);
                at += c.len_utf8();
            }
        };
        self.advance((end + close.len()).min(rest.len()));
        if computed { Kind::Computed(text) } else { Kind::Text(text) }
    }

    /// Ruby's `%w[…]`, `%q(…)`, `%(…)`, `%r{…}`.
    fn percent(&mut self, before: Option<&Token>, spaced: bool) -> Option<Kind> {
        let rest = self.rest();
        let mut chars = rest[1..].chars();
        let second = chars.next()?;
        let (kind, open) = if second.is_ascii_alphabetic() { (second, chars.next()?) } else { ('Q', second) };
        if !"wWiIqQrsx".contains(kind) || open.is_alphanumeric() || open.is_whitespace() {
            return None;
        }
        // `a % b` and `a %= b` are no strings.
        if before.is_some_and(is_value) && !(spaced && second.is_ascii_alphabetic()) {
            return None;
        }
        let start = 1 + usize::from(second.is_ascii_alphabetic());
        let raw = matches!(kind, 'q' | 'w' | 'i' | 's');
        let text = self.bracketed(start, open, raw);
        Some(match (kind, text) {
            ('w' | 'W' | 'i' | 'I', Kind::Text(text)) => {
                Kind::Words(text.split_whitespace().map(str::to_owned).collect())
            }
            ('x', Kind::Text(text)) => Kind::Computed(text),
            (_, text) => text,
        })
    }

    /// Elixir's `~s(…)`, `~w[…]`, `~r/…/`, `~S"""…"""`.
    fn sigil(&mut self) -> Option<Kind> {
        let rest = self.rest();
        let letters = rest[1..].chars().take_while(char::is_ascii_alphabetic).count();
        let kind = rest[1..].chars().next().filter(|_| letters > 0)?;
        let open = rest[1 + letters..].chars().next()?;
        if !"\"'()[]{}<>|/".contains(open) {
            return None;
        }
        let raw = kind.is_ascii_uppercase();
        let triple = format!("{open}{open}{open}");
        let text = if "\"'".contains(open) && rest[1 + letters..].starts_with(&triple) {
            self.delimited(4 + letters, &triple, Escapes::of(self.language, Quote::Triple))
        } else {
            self.bracketed(1 + letters, open, raw)
        };
        let modifiers = self.rest().chars().take_while(char::is_ascii_lowercase).count();
        self.advance(modifiers);
        Some(match (kind, text) {
            ('w' | 'W', Kind::Text(text)) => {
                Kind::Words(text.split_whitespace().map(str::to_owned).collect())
            }
            (_, text) => text,
        })
    }

    /// A string between `open`, `start` bytes from here, and its counterpart; brackets nest.
    fn bracketed(&mut self, start: usize, open: char, raw: bool) -> Kind {
        let close = match open {
            '(' => ')',
            '[' => ']',
            '{' => '}',
            '<' => '>',
            other => other,
        };
        self.advance(start + open.len_utf8());
        let rest = self.rest();
        let (mut depth, mut text, mut computed, mut at) = (1_usize, String::new(), false, 0);
        while let Some(c) = rest[at..].chars().next() {
            if c == close {
                depth -= 1;
                if depth == 0 {
                    break;
                }
            } else if c == open {
                depth += 1;
            } else if c == '\\' {
                at += 1;
                let Some(escaped) = rest[at..].chars().next() else { break };
                text.push(escaped);
                at += escaped.len_utf8();
                continue;
            } else if c == '#' && !raw && rest[at..].starts_with("#{") {
                computed = true;
            }
            text.push(c);
            at += c.len_utf8();
        }
        self.advance((at + close.len_utf8()).min(rest.len()));
        if computed { Kind::Computed(text) } else { Kind::Text(text) }
    }

    /// Ruby's `<<~TEXT`: the text itself starts on the next line.
    fn heredoc(&mut self, before: Option<&Token>, spaced: bool) -> Option<Kind> {
        let rest = self.rest();
        let mut at = 2;
        at += usize::from(rest[at..].starts_with(['~', '-']));
        // `list << WORD` appends.
        if at == 2 && (before.is_some_and(is_value) && (!spaced || rest[2..].starts_with(' '))) {
            return None;
        }
        let quote = rest[at..].chars().next().filter(|c| matches!(c, '"' | '\'' | '`'));
        at += quote.map_or(0, char::len_utf8);
        let end = rest[at..].find(|c| !is_word(c)).unwrap_or(rest.len() - at);
        if end == 0 || !rest[at..].starts_with(|c: char| c.is_alphabetic() || c == '_') {
            return None;
        }
        let marker = rest[at..at + end].to_owned();
        let length = (at + end + quote.map_or(0, char::len_utf8)).min(rest.len());
        self.heredocs.push(marker.clone());
        self.advance(length);
        Some(Kind::Computed(marker))
    }

    /// Passes the texts of the heredocs that the last line opened.
    fn skip_heredocs(&mut self) {
        for marker in std::mem::take(&mut self.heredocs) {
            loop {
                let rest = self.rest();
                if rest.is_empty() {
                    break;
                }
                let length = rest.find('\n').map_or(rest.len(), |end| end + 1);
                if self.take(length).trim() == marker {
                    break;
                }
            }
        }
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '@')
}

/// Whether an operator may follow.
fn is_value(token: &Token) -> bool {
    match &token.kind {
        Kind::Word(word) => {
            let keywords = ["if", "unless", "and", "or", "not", "return", "when", "in", "do", "then", "else"];
            !keywords.contains(&word.as_str())
        }
        Kind::Text(_) | Kind::Computed(_) | Kind::Words(_) => true,
        Kind::Sign(sign) => matches!(sign, ')' | ']' | '}'),
        Kind::Newline => false,
    }
}
