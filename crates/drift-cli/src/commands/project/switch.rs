//! `drift project switch`

use std::io;

use crate::error::CommandError;
use crate::ops::known::{self, SwitchReport};
use crate::shell::Shell;
use crate::ui::{Outcome, Report, Text};

/// Print the path of a known workspace, and make it the current one
///
/// No program can change the directory of the shell it was started from: let the shell do it, as in the example.
/// `docs/projects.md` has a function for it.
#[derive(clap::Args, Debug)]
#[command(after_help = "EXAMPLES:
  cd \"$(drift project switch shop)\"
  drift project switch shop --json")]
pub(crate) struct Args {
    /// A name, a path or an id
    #[arg(value_name = "WORKSPACE")]
    workspace: String,
}

pub(crate) fn run(args: Args, shell: &Shell<'_>) -> Result<Outcome, CommandError> {
    shell.ui.report(&known::switch(&shell.session(), &args.workspace)?)
}

impl Report for SwitchReport {
    const SCHEMA: &'static str = "drift.project.switch/v1";

    /// Exactly the path, so that a shell can take it as it is.
    fn text(&self, out: &mut Text) -> io::Result<()> {
        #[cfg(unix)]
        {
            use std::os::unix::ffi::OsStrExt;
            out.raw(self.root.as_os_str().as_bytes())?;
        }
        #[cfg(not(unix))]
        out.raw(crate::ui::human::shown(&self.root))?;
        out.raw("\n")
    }
}
