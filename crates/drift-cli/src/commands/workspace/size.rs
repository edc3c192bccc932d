//! `drift workspace size`: what the workspace takes on disk.

use std::io;

use drift_config::ByteSize;
use schemars::JsonSchema;
use serde::Serialize;

use super::options;
use crate::error::{CommandError, EXIT_FOUND_PROBLEMS};
use crate::ops;
use crate::ops::config::Anchor;
use crate::ops::size::{SizeOptions, SizeReport, Tables};
use crate::shell::Shell;
use crate::ui::{Align, Outcome, Report, Table, Text, human};

/// Cells of the longest bar.
const BAR: u64 = 24;

/// Show what the workspace takes on disk
///
/// Databases, snapshots, what interrupted commands left, and how much of it `drift workspace gc` would give
/// back.
#[derive(clap::Args, Debug)]
#[command(after_help = "EXAMPLES:
  drift workspace size
  drift workspace size --tables
  drift workspace size --fail-over 500MB")]
pub(crate) struct Args {
    /// Tell what each table takes, which reads the whole databases
    #[arg(long)]
    tables: bool,
    /// Print exact numbers of bytes
    #[arg(long)]
    bytes: bool,
    /// Exit 3 if everything together is larger than this, such as 500MB or 2GiB
    #[arg(long, value_name = "SIZE")]
    fail_over: Option<ByteSize>,
}

pub(crate) fn run(args: Args, shell: &Shell<'_>) -> Result<Outcome, CommandError> {
    let config = shell.config(Anchor::Existing)?;
    let tables = if args.tables { Tables::Told } else { Tables::LeftOut };
    let options = SizeOptions { policy: options::gc(&config), tables };
    let report = ops::size::run(&shell.session_with(&config), &options)?;
    let limit_bytes = args.fail_over.map(|size| size.0);
    let exceeded = limit_bytes.is_some_and(|limit| report.total_bytes > limit);
    shell.ui.report(&View { report, limit_bytes, exceeded, exact: args.bytes })
}

#[derive(JsonSchema, Serialize)]
pub(super) struct View {
    #[serde(flatten)]
    report: SizeReport,
    /// Of `--fail-over`.
    limit_bytes: Option<u64>,
    exceeded: bool,
    #[serde(skip)]
    exact: bool,
}

impl View {
    fn size(&self, bytes: u64) -> String {
        if self.exact { bytes.to_string() } else { human::bytes(bytes) }
    }

    fn bar(&self, bytes: u64) -> String {
        let total = self.report.total_bytes.max(1);
        // Rounded up, so that whatever takes space is seen.
        let cells = (u128::from(bytes) * u128::from(BAR)).div_ceil(u128::from(total));
        "█".repeat(cells as usize)
    }

    fn row(&self, table: &mut Table, label: &str, bytes: u64, note: &str) {
        table.row([label.to_owned(), self.size(bytes), self.bar(bytes), note.to_owned()]);
    }
}

impl Report for View {
    const SCHEMA: &'static str = "drift.workspace.size/v1";

    fn text(&self, out: &mut Text) -> io::Result<()> {
        let report = &self.report;
        let mut table =
            Table::new([("", Align::Left), ("", Align::Right), ("", Align::Left), ("", Align::Left)]);
        for database in &report.databases {
            let free = database.freelist_count * database.page_size;
            let note = if free > 0 { format!("{} free", self.size(free)) } else { String::new() };
            self.row(&mut table, &format!("{}.db", database.name), database.bytes, &note);
            for one in &database.tables {
                self.row(&mut table, &format!("  {}", one.name), one.bytes, "");
            }
            if database.wal_bytes > 0 {
                self.row(&mut table, &format!("{}.db-wal", database.name), database.wal_bytes, "");
            }
        }
        for (label, heap) in
            [("snapshots", &report.backups), ("staging", &report.staging), ("quarantine", &report.quarantine)]
        {
            if heap.count > 0 {
                self.row(&mut table, label, heap.bytes, &heap.count.to_string());
            }
        }
        self.row(&mut table, "total", report.total_bytes, "");
        out.table(&table)?;
        if report.reclaimable_bytes > 0 {
            let bytes = self.size(report.reclaimable_bytes);
            out.line(format_args!("`drift workspace gc` would give back about {bytes}"))?;
        }
        if let Some(limit) = self.limit_bytes.filter(|_| self.exceeded) {
            out.line(format_args!("That is more than the limit of {}", self.size(limit)))?;
        }
        Ok(())
    }

    fn exit(&self) -> u8 {
        if self.exceeded { EXIT_FOUND_PROBLEMS } else { 0 }
    }
}
