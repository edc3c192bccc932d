//! `drift config path`

use std::io;
use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;

use crate::error::CommandError;
use crate::ops::config::{Anchor, Files};
use crate::shell::Shell;
use crate::ui::human::shown;
use crate::ui::{Outcome, Report, Table, Text};

/// Print where the configuration files are, or would be
#[derive(clap::Args, Debug)]
#[command(after_help = "EXAMPLES:
  drift config path
  drift config path --json")]
pub(crate) struct Args {}

pub(crate) fn run(_: Args, shell: &Shell<'_>) -> Result<Outcome, CommandError> {
    let files = Files::locate(&shell.place, Anchor::Existing)?;
    let view = |layer: &'static str, path: Option<&Path>| {
        path.map(|path| FileView { layer, path: shown(path), present: path.is_file() })
    };
    let files = [view("user", files.user.as_deref()), view("workspace", files.workspace.as_deref())];
    shell.ui.report(&Paths { files: files.into_iter().flatten().collect() })
}

#[derive(JsonSchema, Serialize)]
pub(super) struct Paths {
    /// In order of precedence, lowest first.
    files: Vec<FileView>,
}

#[derive(JsonSchema, Serialize)]
struct FileView {
    layer: &'static str,
    path: String,
    present: bool,
}

impl Report for Paths {
    const SCHEMA: &'static str = "drift.config.path/v1";

    fn text(&self, out: &mut Text) -> io::Result<()> {
        let mut table = Table::of_pairs();
        for file in &self.files {
            let absent = if file.present { "" } else { " (absent)" };
            table.pair(file.layer, format!("{}{absent}", file.path));
        }
        out.table(&table)
    }
}
