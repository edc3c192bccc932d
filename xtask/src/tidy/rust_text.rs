//! Tells code, comments and literals of a Rust file apart, so that rules may search text without parsing.
//!
//! Every byte has one class, and a view keeps its offsets: what belongs elsewhere is a space, newlines stay.
//! Inline test modules count as tests, not as code. Text that does not compile gives some answer, never a panic.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Code,
    Comment,
    /// The inside of a string or character literal.
    Literal,
    /// Under `#[cfg(test)]`.
    Test,
}

pub(super) struct RustText {
    text: Vec<u8>,
    classes: Vec<Class>,
}

impl RustText {
    pub(super) fn new(text: &str) -> Self {
        let text = text.as_bytes().to_vec();
        let mut lexer = Lexer { text: &text, at: 0, classes: vec![Class::Code; text.len()] };
        lexer.run();
        let classes = lexer.classes;
        let mut this = Self { text, classes };
        this.mark_tests();
        this
    }

    /// Code alone, without tests.
    pub(super) fn code(&self) -> String {
        self.view(|class| class == Class::Code)
    }

    /// What stands under `#[cfg(test)]`.
    pub(super) fn tests(&self) -> String {
        self.view(|class| class == Class::Test)
    }

    /// Comments alone.
    pub(super) fn comments(&self) -> String {
        self.view(|class| class == Class::Comment)
    }

    /// Everything but the inside of literals: where a literal stood is a `~`.
    pub(super) fn layout(&self) -> String {
        let bytes = self.text.iter().zip(&self.classes);
        let bytes = bytes.map(|(byte, class)| if *class == Class::Literal { b'~' } else { *byte });
        String::from_utf8_lossy(&bytes.collect::<Vec<_>>()).into_owned()
    }

    /// How many lines hold anything but test code.
    pub(super) fn lines_without_tests(&self) -> usize {
        let mut offset = 0;
        let lines = self.text.split_inclusive(|byte| *byte == b'\n');
        lines
            .filter(|line| {
                let classes = self.classes.get(offset..offset + line.len()).unwrap_or_default();
                offset += line.len();
                classes.iter().any(|class| *class != Class::Test)
            })
            .count()
    }

    fn view(&self, keep: impl Fn(Class) -> bool) -> String {
        let bytes = self.text.iter().zip(&self.classes);
        let bytes = bytes.map(|(byte, class)| if keep(*class) || *byte == b'\n' { *byte } else { b' ' });
        String::from_utf8_lossy(&bytes.collect::<Vec<_>>()).into_owned()
    }

    /// Marks every item under `#[cfg(test)]`, attribute included.
    fn mark_tests(&mut self) {
        let code = self.code().into_bytes();
        let mut from = 0;
        while let Some(start) = find(&code, from, b"#[cfg(test)]") {
            let end = item_end(&code, start + b"#[cfg(test)]".len());
            if let Some(classes) = self.classes.get_mut(start..end) {
                classes.fill(Class::Test);
            }
            from = end.max(start + 1);
        }
    }
}

/// One past the item that starts at or after `from`: past its closing brace, or its semicolon.
fn item_end(code: &[u8], from: usize) -> usize {
    let mut depth = 0usize;
    for (offset, byte) in code.iter().enumerate().skip(from) {
        match byte {
            b'{' => depth += 1,
            b'}' if depth <= 1 => return offset + 1,
            b'}' => depth -= 1,
            b';' if depth == 0 => return offset + 1,
            _ => {}
        }
    }
    code.len()
}

fn find(text: &[u8], from: usize, needle: &[u8]) -> Option<usize> {
    let rest = text.get(from..)?;
    rest.windows(needle.len()).position(|window| window == needle).map(|offset| from + offset)
}

struct Lexer<'a> {
    text: &'a [u8],
    at: usize,
    classes: Vec<Class>,
}

impl Lexer<'_> {
    fn run(&mut self) {
        while let Some(byte) = self.peek(0) {
            match byte {
                b'/' if self.peek(1) == Some(b'/') => self.line_comment(),
                b'/' if self.peek(1) == Some(b'*') => self.block_comment(),
                b'"' => self.string(),
                b'\'' => self.quote(),
                b'r' | b'b' | b'c' if self.raw_hashes().is_some() && !self.inside_word() => self.raw_string(),
                _ => self.at += 1,
            }
        }
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.text.get(self.at + ahead).copied()
    }

    fn inside_word(&self) -> bool {
        let before = self.at.checked_sub(1).and_then(|at| self.text.get(at));
        before.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
    }

    fn take(&mut self, class: Class) {
        if let Some(slot) = self.classes.get_mut(self.at) {
            *slot = class;
        }
        self.at += 1;
    }

    fn line_comment(&mut self) {
        while self.peek(0).is_some_and(|byte| byte != b'\n') {
            self.take(Class::Comment);
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0usize;
        while let Some(byte) = self.peek(0) {
            let pair = (byte, self.peek(1).unwrap_or(0));
            match pair {
                (b'/', b'*') => depth += 1,
                (b'*', b'/') => depth -= 1,
                _ => {
                    self.take(Class::Comment);
                    continue;
                }
            }
            self.take(Class::Comment);
            self.take(Class::Comment);
            if depth == 0 {
                return;
            }
        }
    }

    /// From the opening quote past the closing one; the quotes themselves are code.
    fn string(&mut self) {
        self.at += 1;
        while let Some(byte) = self.peek(0) {
            match byte {
                b'"' => {
                    self.at += 1;
                    return;
                }
                b'\\' => {
                    self.take(Class::Literal);
                    self.take(Class::Literal);
                }
                _ => self.take(Class::Literal),
            }
        }
    }

    /// A character literal, or the start of a lifetime.
    fn quote(&mut self) {
        self.at += 1;
        let is_escape = self.peek(0) == Some(b'\\');
        // The longest character is four bytes; a lifetime has no closing quote that near, but for 'a'.
        let width = self.peek(0).map_or(1, |byte| match byte {
            0xf0.. => 4,
            0xe0.. => 3,
            0xc0.. => 2,
            _ => 1,
        });
        if is_escape {
            self.take(Class::Literal);
            self.take(Class::Literal);
        } else if self.peek(width) != Some(b'\'') {
            return;
        }
        while self.peek(0).is_some_and(|byte| byte != b'\'' && byte != b'\n') {
            self.take(Class::Literal);
        }
        self.at += 1;
    }

    /// How many `#` a raw string here has; `None` where there is no raw string.
    fn raw_hashes(&self) -> Option<usize> {
        let mut ahead = usize::from(matches!(self.peek(0), Some(b'b' | b'c')));
        if self.peek(ahead) != Some(b'r') {
            return None;
        }
        ahead += 1;
        let mut hashes = 0;
        while self.peek(ahead + hashes) == Some(b'#') {
            hashes += 1;
        }
        (self.peek(ahead + hashes) == Some(b'"')).then_some(hashes)
    }

    fn raw_string(&mut self) {
        let hashes = self.raw_hashes().unwrap_or(0);
        while self.peek(0).is_some_and(|byte| byte != b'"') {
            self.at += 1;
        }
        self.at += 1;
        let mut closing = vec![b'"'];
        closing.resize(1 + hashes, b'#');
        let end = find(self.text, self.at, &closing).unwrap_or(self.text.len());
        while self.at < end {
            self.take(Class::Literal);
        }
        self.at += closing.len();
    }
}
