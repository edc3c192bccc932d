//! `drift workspace cache-key`: the key of a CI cache, for jobs and scripts.

use std::io;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use drift_config::CiProvider;
use schemars::JsonSchema;
use serde::Serialize;

use super::options;
use crate::args::Format;
use crate::error::CommandError;
use crate::ops;
use crate::ops::cache_key::CacheKeyReport;
use crate::ops::config::Anchor;
use crate::shell::Shell;
use crate::ui::{Outcome, Report, Text};

/// Print the key of a CI cache
///
/// Text is lines that a shell can evaluate: provider, key, restore_keys (separated by spaces), path, save,
/// base_branch, base_commit and base_rule. `--format github` writes the same for $GITHUB_OUTPUT, with one
/// restore key per line. A pull request never saves. No workspace is needed.
#[derive(clap::Args, Debug)]
#[command(after_help = "EXAMPLES:
  drift workspace cache-key
  eval \"$(drift workspace cache-key)\" && echo \"$key\"
  drift workspace cache-key --format github >> \"$GITHUB_OUTPUT\"
  drift workspace cache-key --provider gitlab --snippet")]
pub(crate) struct Args {
    /// Take the variables of provider P, instead of finding out who runs drift
    #[arg(long, value_name = "P", value_parser = provider())]
    provider: Option<CiProvider>,
    /// Print a job to paste: restore the cache, import, scan, check, export, save
    #[arg(long)]
    snippet: bool,
}

fn provider() -> impl clap::builder::TypedValueParser<Value = CiProvider> {
    let names = CiProvider::ALL.iter().map(|provider| provider.as_str());
    PossibleValuesParser::new(names).map(|name| {
        let named = CiProvider::ALL.iter().find(|provider| provider.as_str() == name);
        // clap has refused every other name.
        named.copied().unwrap_or(CiProvider::Generic)
    })
}

pub(crate) fn run(args: Args, shell: &Shell<'_>) -> Result<Outcome, CommandError> {
    let config = shell.config(Anchor::Existing)?;
    let ci = ops::cache_key::run_of(args.provider, &shell.vars());
    let session = shell.session_with(&config);
    if args.snippet && args.provider.is_none() && ci.provider == CiProvider::Generic {
        session.note("nothing tells which CI runs drift; choose another job with --provider");
    }
    let snippet = args.snippet.then(|| ops::cache_key::snippet(ci.provider));
    let report = ops::cache_key::run(&session, &ci, &options::cache_key(&config, shell, &ci))?;
    shell.ui.report(&View { report, snippet, format: shell.ui.format() })
}

#[derive(JsonSchema, Serialize)]
pub(super) struct View {
    #[serde(flatten)]
    report: CacheKeyReport,
    /// With `--snippet`.
    snippet: Option<&'static str>,
    #[serde(skip)]
    format: Format,
}

impl Report for View {
    const SCHEMA: &'static str = "drift.workspace.cache-key/v1";

    fn text(&self, out: &mut Text) -> io::Result<()> {
        if let Some(snippet) = self.snippet {
            return out.raw(snippet);
        }
        let (report, base) = (&self.report, &self.report.base);
        let github = self.format == Format::Github;
        let mut line = |name: &str, value: &str| match github {
            // Whatever is in a key or may name a branch, it is no line break.
            true => out.line(format_args!("{name}={value}")),
            false => out.line(format_args!("{name}={}", quoted(value))),
        };
        line("provider", report.provider.as_str())?;
        line("key", &report.key)?;
        line("path", report.path)?;
        line("save", if report.save { "true" } else { "false" })?;
        line("base_branch", base.branch.as_deref().unwrap_or_default())?;
        line("base_commit", base.commit.as_deref().unwrap_or_default())?;
        line("base_rule", base.rule)?;
        match github {
            // No key is the word that ends the list.
            true => out.line(format_args!("restore_keys<<END\n{}\nEND", report.restore_keys.join("\n"))),
            false => out.line(format_args!("restore_keys={}", quoted(&report.restore_keys.join(" ")))),
        }
    }
}

/// A word as a shell reads it back: a branch may be called `$(id)`.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
    match word.chars().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}
