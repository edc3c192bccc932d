//! [`Value`]: the arguments of a call, as far as they are literal.

use super::{Kind, Language, Script};
use crate::context::MAX_NESTING;

/// What stands in the place of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Text(String),
    /// `:name` in Ruby and Elixir.
    Symbol(String),
    /// A name, with what follows behind dots: `projects.core.api`; also numbers and `true`.
    Word(String),
    /// `[…]` or `{…}`.
    List(Args),
    Call(String, Args),
    /// Anything else: only running it would tell.
    Computed,
}

/// The arguments of a call or the items of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Args {
    pub(crate) positional: Vec<Value>,
    pub(crate) named: Vec<(String, Value)>,
}

impl Args {
    /// The argument `name`.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.named.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// The argument `name`, if it is a literal string.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::text)
    }

    /// The positional argument `at`, if it is a literal string.
    pub(crate) fn text_at(&self, at: usize) -> Option<&str> {
        self.positional.get(at).and_then(Value::text)
    }
}

impl Value {
    /// The literal string.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The literal strings of this and of what it lists; `None` if one of them is no literal.
    pub(crate) fn texts(&self) -> Option<Vec<&str>> {
        match self {
            Value::Text(text) => Some(vec![text]),
            Value::List(args) => {
                let lists = args.positional.iter().map(Value::texts).collect::<Option<Vec<_>>>()?;
                Some(lists.into_iter().flatten().collect())
            }
            _ => None,
        }
    }
}

impl Script {
    /// The arguments of the call whose name stands before `at`, in parentheses or without, and the position
    /// behind them. Without parentheses they reach to the end of the line, a block, or a trailing condition.
    pub(crate) fn call(&self, at: usize) -> (Args, usize) {
        let paren = self.is_sign(at, '(') && (self.language != Language::Ruby || !self.is_spaced(at));
        self.bounded(at, Args::default(), || match paren {
            true => self.args(at + 1, Some(')'), 0),
            false => self.args(at, None, 0),
        })
    }

    /// The value at `at` and the position behind it.
    pub(crate) fn value(&self, at: usize) -> (Value, usize) {
        self.bounded(at, Value::Computed, || self.value_at(at, None, 0))
    }

    /// The items of the list or tuple that opens at `at`, whatever stands behind it, and the position there.
    pub(crate) fn list(&self, at: usize) -> (Args, usize) {
        let close = if self.is_sign(at, '{') { '}' } else { ']' };
        self.bounded(at, Args::default(), || self.args(at + 1, Some(close), 0))
    }

    /// What `read` finds at `at` and the position behind it; `otherwise`, there, once the script was read so often that
    /// it must be made to be.
    fn bounded<T>(&self, at: usize, otherwise: T, read: impl FnOnce() -> (T, usize)) -> (T, usize) {
        if self.is_spent() {
            return (otherwise, at);
        }
        let (found, end) = read();
        self.pass(at, end);
        (found, end)
    }

    fn is_spaced(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| token.spaced)
    }

    fn args(&self, mut at: usize, close: Option<char>, depth: usize) -> (Args, usize) {
        let mut args = Args::default();
        loop {
            at = if close.is_some() { self.skip_newlines(at) } else { at };
            if self.ends(at, close) {
                let behind = at + usize::from(close.is_some() && at < self.tokens.len());
                return (args, behind);
            }
            if depth >= MAX_NESTING {
                return (args, self.skip(at, close, true));
            }
            let (name, start) = match self.name(at) {
                Some((name, start)) => (Some(name), self.skip_newlines(start)),
                None => (None, at),
            };
            let (value, end) = self.value_at(start, close, depth);
            match name {
                Some(name) => args.named.push((name, value)),
                None => args.positional.push(value),
            }
            let stuck = end <= at;
            at = end;
            if self.is_sign(at, ',') {
                at = self.skip_newlines(at + 1);
            } else if close.is_none() || stuck || at >= self.tokens.len() {
                return (args, at);
            }
        }
    }

    /// `name: `, `"name": `, `:name => `, `name = `: the name and where its value starts.
    fn name(&self, at: usize) -> Option<(String, usize)> {
        let sign = |at, sign| self.is_sign(at, sign);
        if sign(at, ':') && sign(at + 2, '=') && sign(at + 3, '>') {
            return Some((self.word(at + 1)?.to_owned(), at + 4));
        }
        let name = match self.kind(at)? {
            Kind::Word(name) | Kind::Text(name) => name,
            _ => return None,
        };
        // `a::b` is a path, `a: :b` a symbol with a name.
        let path = sign(at + 2, ':') && !self.is_spaced(at + 2);
        if sign(at + 1, ':') && !path && !self.is_spaced(at + 1) {
            return Some((name.clone(), at + 2));
        }
        if sign(at + 1, '=') && sign(at + 2, '>') {
            return Some((name.clone(), at + 3));
        }
        let assigns = matches!(self.language, Language::Kotlin) && sign(at + 1, '=') && !sign(at + 2, '=');
        assigns.then(|| (name.clone(), at + 2))
    }

    fn value_at(&self, at: usize, close: Option<char>, depth: usize) -> (Value, usize) {
        let (value, end) = self.plain(at, depth);
        // An operator or a call behind it makes another value of it; so does a lack of anything to read.
        if end > at && (self.ends(end, close) || self.is_sign(end, ',')) {
            return (value, end);
        }
        if end > at && close.is_some() && self.ends(self.skip_newlines(end), close) {
            return (value, self.skip_newlines(end));
        }
        // Groovy: `['a', 'b'] as String[]`, `"a" as File`.
        if self.word(end) == Some("as") && matches!(value, Value::List(_) | Value::Text(_)) {
            return (value, self.skip(end, close, false));
        }
        let end = self.skip(end.max(at), close, false);
        (Value::Computed, end)
    }

    /// A value without operators.
    fn plain(&self, at: usize, depth: usize) -> (Value, usize) {
        match self.kind(at) {
            Some(Kind::Text(text)) => {
                // Ruby's `.freeze` leaves the text as it is.
                let frozen = self.is_sign(at + 1, '.') && self.word(at + 2) == Some("freeze");
                (Value::Text(text.clone()), at + if frozen { 3 } else { 1 })
            }
            Some(Kind::Words(words)) => {
                let positional = words.iter().cloned().map(Value::Text).collect();
                (Value::List(Args { positional, named: Vec::new() }), at + 1)
            }
            Some(Kind::Computed(_)) => (Value::Computed, at + 1),
            Some(Kind::Sign(':')) => match self.kind(at + 1) {
                Some(Kind::Word(name) | Kind::Text(name)) => (Value::Symbol(name.clone()), at + 2),
                _ => (Value::Computed, at + 1),
            },
            Some(Kind::Sign(open @ ('[' | '{'))) if depth < MAX_NESTING => {
                let close = if *open == '[' { ']' } else { '}' };
                let (args, end) = self.args(at + 1, Some(close), depth + 1);
                (Value::List(args), end)
            }
            // Swift's `.package(…)`, Kotlin's `*arrayOf(…)`.
            Some(Kind::Sign('.' | '*')) if self.word(at + 1).is_some() => self.plain(at + 1, depth),
            Some(Kind::Word(_)) => self.chain(at, depth),
            _ => (Value::Computed, at),
        }
    }

    /// `a.b.c`, or `a.b(…)`.
    fn chain(&self, at: usize, depth: usize) -> (Value, usize) {
        let mut name = self.word(at).unwrap_or_default().to_owned();
        let mut end = at + 1;
        while self.is_sign(end, '.') {
            let Some(next) = self.word(end + 1) else { break };
            name.push('.');
            name.push_str(next);
            end += 2;
        }
        if self.is_sign(end, '(') && !self.is_spaced(end) && depth < MAX_NESTING {
            let (args, end) = self.args(end + 1, Some(')'), depth + 1);
            return (Value::Call(name, args), end);
        }
        // Groovy and Ruby call without parentheses: `implementation project(…)` is not a value, but
        // `file 'x'` is.
        (Value::Word(name), end)
    }

    /// Whether the arguments end at `at`.
    fn ends(&self, at: usize, close: Option<char>) -> bool {
        match (self.kind(at), close) {
            (None, _) => true,
            (Some(Kind::Sign(sign)), Some(close)) => *sign == close,
            (Some(Kind::Newline), None) => true,
            (Some(Kind::Sign(sign)), None) => matches!(sign, ';' | '{' | '}' | ')' | ']'),
            (Some(Kind::Word(word)), None) => matches!(word.as_str(), "do" | "if" | "unless" | "end"),
            _ => false,
        }
    }

    /// The position of the next comma or of the end; `all` passes commas as well and the closing sign too.
    fn skip(&self, mut at: usize, close: Option<char>, all: bool) -> usize {
        let mut depth = 0_usize;
        while let Some(kind) = self.kind(at) {
            if depth == 0 {
                if self.ends(at, close) && !(close.is_none() && self.is_sign(at, '{')) {
                    return at + usize::from(all && close.is_some());
                }
                if !all && self.is_sign(at, ',') {
                    return at;
                }
            }
            match kind {
                Kind::Sign('(' | '[' | '{') => depth += 1,
                Kind::Sign(')' | ']' | '}') if depth == 0 => return at,
                Kind::Sign(')' | ']' | '}') => depth -= 1,
                _ => {}
            }
            at += 1;
        }
        at
    }
}
