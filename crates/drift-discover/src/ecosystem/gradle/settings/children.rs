//! What a settings file does to each project directly below the root:
//! `rootProject.children.each { it.name = "lib-${it.name}" }`.

use super::Build;
use crate::context::Context;
use crate::ecosystem::script::{Kind, Script, Token};

/// A loop over the children of the root.
struct Loop<'s> {
    variable: &'s str,
    /// Where its body starts, and the brace that ends it.
    body: usize,
    end: usize,
}

impl Build {
    /// Applies the assignments of the loop over the root's children that starts at `at`, if there is one; the position
    /// up to which no further one is to be looked for.
    pub(super) fn each_child(&mut self, context: &Context, script: &Script, at: usize) -> usize {
        let Some(Loop { variable, body, end }) = loop_at(script, at) else { return at };
        let mut depth = 0_usize;
        for at in body..end {
            match script.kind(at) {
                Some(Kind::Sign('{')) => depth += 1,
                Some(Kind::Sign('}')) => depth = depth.saturating_sub(1),
                _ => {}
            }
            let is_own = script.word(at) == Some(variable) && !script.is_sign(at - 1, '.');
            let assigns =
                script.is_sign(at + 1, '.') && script.is_sign(at + 3, '=') && !script.is_sign(at + 4, '=');
            let Some(property @ ("name" | "projectDir")) = script.word(at + 2) else { continue };
            if !is_own || !assigns {
                continue;
            }
            if depth > 0 {
                let message =
                    format!("code selects the projects whose `{property}` is set here; none is changed");
                context.problem(&self.settings, Some(script.line(at)), "include.computed", message);
                continue;
            }
            self.assign_each(context, script, variable, property, at + 4, end);
        }
        end
    }

    /// Gives `property` of each child the value at `at`.
    fn assign_each(
        &mut self,
        context: &Context,
        script: &Script,
        variable: &str,
        property: &str,
        at: usize,
        end: usize,
    ) {
        let is_end = |at: &usize| matches!(script.kind(*at), Some(Kind::Newline | Kind::Sign(';' | '}')));
        let stop = (at..end).find(is_end).unwrap_or(end);
        let children: Vec<usize> =
            (1..self.projects.len()).filter(|&child| self.projects[child].parent == Some(0)).collect();
        for child in children {
            let name = self.projects[child].name.clone();
            let tokens = (at..stop).map(|at| of_child(&script.tokens[at], variable, &name)).collect();
            let path = self.path_of(child);
            self.assign(context, &Script::of(script.language, tokens), Some(path), property, 0);
        }
    }
}

/// The piece with the name of one child in the place of `${variable.name}`.
fn of_child(token: &Token, variable: &str, name: &str) -> Token {
    let mut token = token.clone();
    if let Kind::Computed(text) = &token.kind {
        let text =
            text.replace(&format!("${{{variable}.name}}"), name).replace(&format!("${variable}.name"), name);
        token.kind = if text.contains('$') { Kind::Computed(text) } else { Kind::Text(text) };
    }
    token
}

/// The loop whose first piece stands at `at`. One that is never closed reaches to the end.
fn loop_at(script: &Script, at: usize) -> Option<Loop<'_>> {
    let is_children = |at: usize| {
        let word = |offset| script.word(at + offset);
        let dots = script.is_sign(at + 1, '.');
        word(0) == Some("rootProject") && dots && word(2) == Some("children")
    };
    let (variable, open) = if script.word(at) == Some("for") && script.is_sign(at + 1, '(') {
        // A type may stand before the name.
        let name =
            (at + 2..at + 4).find(|&at| script.word(at + 1) == Some("in") || script.is_sign(at + 1, ':'))?;
        let opens = is_children(name + 2) && script.is_sign(name + 5, ')');
        (script.word(name).filter(|_| opens)?, name + 6)
    } else {
        let loops = script.is_sign(at + 3, '.') && matches!(script.word(at + 4), Some("each" | "forEach"));
        if !is_children(at) || !loops {
            return None;
        }
        let first = script.skip_newlines(at + 6);
        let is_name = |at: &usize| script.is_sign(at + 1, '-') && script.is_sign(at + 2, '>');
        let named = (first..first + 2).find(is_name).and_then(|at| script.word(at));
        (named.unwrap_or("it"), at + 5)
    };
    if !script.is_sign(open, '{') {
        return None;
    }
    let mut depth = 0_usize;
    for at in open..script.tokens.len() {
        match script.kind(at) {
            Some(Kind::Sign('{')) => depth += 1,
            Some(Kind::Sign('}')) => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(Loop { variable, body: open + 1, end: at });
        }
    }
    Some(Loop { variable, body: open + 1, end: script.tokens.len() })
}
