//! Splits SQL into statements, with the line of each, far enough to see what a migration does.
//!
//! Comments vanish; strings and quoted names are one word; the body of a trigger belongs to its statement.

pub(super) struct Statement {
    /// Words and punctuation in upper case, literals as `'`.
    pub(super) words: Vec<String>,
    pub(super) line: usize,
}

pub(super) fn statements(sql: &str) -> Vec<Statement> {
    let mut statements = Vec::new();
    let mut words: Vec<String> = Vec::new();
    let mut first_line = 1;
    let mut depth = 0usize;
    for (word, line) in tokens(sql) {
        if words.is_empty() {
            first_line = line;
        }
        // In a trigger, BEGIN and CASE open what END closes, and semicolons between them are not ours.
        if is_trigger(&words) {
            match word.as_str() {
                "BEGIN" | "CASE" => depth += 1,
                "END" => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        if word == ";" && depth == 0 {
            if !words.is_empty() {
                statements.push(Statement { words: std::mem::take(&mut words), line: first_line });
            }
        } else {
            words.push(word);
        }
    }
    if !words.is_empty() {
        statements.push(Statement { words, line: first_line });
    }
    statements
}

fn is_trigger(words: &[String]) -> bool {
    words.first().is_some_and(|word| word == "CREATE")
        && words.iter().skip(1).take(2).any(|word| word == "TRIGGER")
}

fn tokens(sql: &str) -> Vec<(String, usize)> {
    let mut tokens = Vec::new();
    let mut characters = sql.chars().peekable();
    let mut line = 1;
    while let Some(character) = characters.next() {
        let here = line;
        match character {
            '\n' => line += 1,
            '-' if characters.peek() == Some(&'-') => {
                while characters.next_if(|next| *next != '\n').is_some() {}
            }
            '/' if characters.peek() == Some(&'*') => {
                let mut previous = ' ';
                characters.next();
                for next in characters.by_ref() {
                    line += usize::from(next == '\n');
                    if (previous, next) == ('*', '/') {
                        break;
                    }
                    previous = next;
                }
            }
            '\'' | '"' | '`' | '[' => {
                let closing = if character == '[' { ']' } else { character };
                for next in characters.by_ref() {
                    line += usize::from(next == '\n');
                    if next == closing {
                        break;
                    }
                }
                tokens.push(("'".to_owned(), here));
            }
            _ if character.is_alphanumeric() || character == '_' => {
                let mut word = character.to_ascii_uppercase().to_string();
                while let Some(next) = characters.next_if(|next| next.is_alphanumeric() || *next == '_') {
                    word.push(next.to_ascii_uppercase());
                }
                tokens.push((word, here));
            }
            _ if character.is_whitespace() => {}
            _ => tokens.push((character.to_string(), here)),
        }
    }
    tokens
}
