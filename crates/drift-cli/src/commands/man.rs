//! `drift man`: the manual pages, made from the same definitions as `--help`.

mod markdown;

use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::CommandFactory as _;
use clap_mangen::Man;
use schemars::JsonSchema;
use serde::Serialize;

use crate::args::{Cli, Format};
use crate::error::CommandError;
use crate::shell::Shell;
use crate::suggest::did_you_mean;
use crate::ui::human::shown;
use crate::ui::{Outcome, Report, Text};

/// Print a manual page, or write all of them to a directory
///
/// With --format markdown, the whole reference is printed as one document.
#[derive(clap::Args, Debug)]
#[command(after_help = "EXAMPLES:
  drift man | man -l -
  drift man completions
  drift man --dir ~/.local/share/man/man1
  drift man --format markdown > cli.md")]
pub(crate) struct Args {
    /// The command whose page to print; drift itself if none is named
    #[arg(value_name = "COMMAND", conflicts_with = "dir")]
    command: Vec<String>,
    /// Write one page per command to DIR, which is created if need be
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

pub(crate) fn run(args: Args, shell: &Shell<'_>) -> Result<Outcome, CommandError> {
    let mut root = Cli::command();
    root.build();
    if shell.ui.format() == Format::Markdown {
        return shell.ui.report(&Page { page: markdown::reference(&root) });
    }
    match args.dir {
        None => {
            let page = render(find(&root, &args.command)?)?;
            shell.ui.report(&Page { page: String::from_utf8_lossy(&page).into_owned() })
        }
        Some(dir) => {
            let dir = shell.path(&dir);
            fs_err::create_dir_all(&dir)?;
            let mut pages = Vec::new();
            for command in all(&root) {
                shell.session().check()?;
                let name = Man::new(command.clone()).get_filename();
                tracing::info!("writing {name}");
                fs_err::write(dir.join(&name), render(command)?)?;
                pages.push(name);
            }
            pages.sort();
            shell.ui.report(&Pages { dir: shown(&dir), pages })
        }
    }
}

fn find<'a>(root: &'a clap::Command, path: &[String]) -> Result<&'a clap::Command, CommandError> {
    path.iter().try_fold(root, |at, name| {
        at.find_subcommand(name).ok_or_else(|| {
            let error = CommandError::usage(format!(
                "`{}` has no command `{name}`",
                at.get_bin_name().unwrap_or("drift")
            ));
            let hint = did_you_mean(name, at.get_subcommands().map(clap::Command::get_name));
            error.with_hint(hint.unwrap_or_else(|| "see `drift --help`".to_owned()))
        })
    })
}

fn all(command: &clap::Command) -> Vec<&clap::Command> {
    let below = command.get_subcommands().filter(|sub| !sub.is_hide_set()).flat_map(all);
    std::iter::once(command).chain(below).collect()
}

/// The page of one command: clap_mangen's sections, and the parts of the text after the help as sections of
/// their own, line by line as they are written there.
fn render(command: &clap::Command) -> io::Result<Vec<u8>> {
    let page =
        Man::new(command.clone()).source(concat!("drift ", env!("CARGO_PKG_VERSION"))).manual("drift manual");
    let mut roff = Vec::new();
    page.render_title(&mut roff)?;
    page.render_name_section(&mut roff)?;
    page.render_synopsis_section(&mut roff)?;
    page.render_description_section(&mut roff)?;
    page.render_options_section(&mut roff)?;
    if command.has_subcommands() {
        page.render_subcommands_section(&mut roff)?;
    }
    let after = command.get_after_long_help().or_else(|| command.get_after_help());
    for line in after.map(ToString::to_string).unwrap_or_default().lines() {
        match line.strip_suffix(':') {
            Some(title) if !line.starts_with(' ') => writeln!(roff, ".fi\n.SH {title}\n.nf")?,
            _ => writeln!(roff, "{}", escape(line))?,
        }
    }
    writeln!(roff, ".fi")?;
    Ok(roff)
}

/// A line as roff prints it unchanged.
fn escape(line: &str) -> String {
    let escaped = line.replace('\\', "\\e").replace('-', "\\-").replace('\'', "\\(aq");
    if escaped.starts_with('.') { format!("\\&{escaped}") } else { escaped }
}

#[derive(JsonSchema, Serialize)]
pub(super) struct Page {
    page: String,
}

impl Report for Page {
    const SCHEMA: &'static str = "drift.man/v1";

    fn text(&self, out: &mut Text) -> io::Result<()> {
        out.raw(&self.page)
    }
}

#[derive(JsonSchema, Serialize)]
pub(super) struct Pages {
    dir: String,
    pages: Vec<String>,
}

impl Report for Pages {
    const SCHEMA: &'static str = "drift.man.pages/v1";

    fn text(&self, out: &mut Text) -> io::Result<()> {
        self.pages.iter().try_for_each(|page| out.line(page))
    }
}

#[cfg(test)]
mod tests;
