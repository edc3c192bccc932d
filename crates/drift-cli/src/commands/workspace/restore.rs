//! `drift workspace restore`: bring a snapshot back, and say how to undo that.

use std::io;
use std::path::PathBuf;

use drift_db::DatabaseKind;

use super::init::DatabaseName;
use super::{backup, options};
use crate::args::DryRunArg;
use crate::error::CommandError;
use crate::ops::config::Anchor;
use crate::ops::restore::{self, PlannedView, RestoreOptions, RestoreReport};
use crate::shell::Shell;
use crate::ui::{Outcome, Report, Text, human};

/// Bring the databases of a snapshot back
///
/// What is live goes into a safety snapshot first or, where it is damaged, to quarantine byte for byte; the
/// result names the command that undoes the restore. Both databases end old or both end new, also after a kill
/// or on a full disk: the next command finishes what was interrupted.
#[derive(clap::Args, Debug)]
#[command(after_help = "EXAMPLES:
  drift workspace restore
  drift workspace restore latest~1 --dry-run
  drift workspace restore 20261122T201530Z-7f3a --database cortex --yes
  drift workspace restore --to /tmp/look")]
pub(crate) struct Args {
    /// An id, the beginning of one, `latest` or `latest~N`
    #[arg(value_name = "ID", default_value = "latest")]
    id: String,
    /// Restore only this database
    #[arg(long, value_name = "NAME")]
    database: Vec<DatabaseName>,
    /// Write the databases into an empty directory, and leave the workspace alone
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
    #[command(flatten)]
    dry_run: DryRunArg,
}

pub(crate) fn run(args: Args, shell: &Shell<'_>) -> Result<Outcome, CommandError> {
    let config = shell.config(Anchor::Existing)?;
    let session = shell.session_with(&config);
    let options = RestoreOptions {
        id: args.id,
        databases: args.database.into_iter().map(DatabaseKind::from).collect(),
        retention: options::retention(&config),
    };
    let planned = restore::plan(&session, &options)?;
    let to = args.to.map(|dir| shell.path(&dir));
    if args.dry_run.dry_run {
        return shell.ui.report(&restore::describe(&session, &planned, to.as_deref())?);
    }
    if let Some(dir) = to {
        return shell.ui.report(&restore::extract_to(&session, &planned, &dir)?);
    }
    let header = &planned.plan.snapshot.header;
    let whose = if planned.plan.other_workspace { ", which belongs to another workspace" } else { "" };
    let age = human::age(header.created_at, shell.now);
    let what: Vec<_> = planned.kinds().iter().map(|kind| kind.file_name()).collect();
    shell.ui.confirm(&format!(
        "replace {} with the snapshot {} (taken {age}){whose}?",
        what.join(" and "),
        header.id
    ))?;
    shell.ui.report(&restore::apply(&session, &planned, &options.retention)?)
}

impl Report for RestoreReport {
    const SCHEMA: &'static str = "drift.workspace.restore/v1";

    fn text(&self, out: &mut Text) -> io::Result<()> {
        let databases = self.databases.join(" and ");
        if let Some(dir) = &self.to {
            let wrote = if self.dry_run { "Would write" } else { "Wrote" };
            return out.line(format_args!("{wrote} {databases} from {} to {dir}", self.restored));
        }
        if self.dry_run {
            let whose = if self.other_workspace { ", which belongs to another workspace" } else { "" };
            out.line(format_args!("Would restore {databases} from {}{whose}", self.restored))?;
            return planned_text(&self.plan, out);
        }
        let migrated = if self.migrated { ", migrated to the latest schema" } else { "" };
        out.line(format_args!("Restored {databases} from {}{migrated}", self.restored))?;
        if let Some(quarantine) = &self.quarantine {
            out.line(format_args!("What could not be backed up is kept in {quarantine}"))?;
        }
        if let Some(safety) = &self.safety_backup {
            out.line(format_args!("Undo with `drift workspace restore {safety}`"))?;
        }
        backup::removed(out, &self.removed)
    }
}

/// A line for each database that would go live.
pub(super) fn planned_text(plan: &[PlannedView], out: &mut Text) -> io::Result<()> {
    for planned in plan {
        let live = match planned.live {
            "safety_backup" => "what is live goes into a safety backup".to_owned(),
            "quarantine" => format!(
                "what is live goes to quarantine ({})",
                planned.detail.as_deref().unwrap_or("unusable")
            ),
            _ => "nothing is live".to_owned(),
        };
        let migrate = if planned.migrate { ", then migrated" } else { "" };
        let size = human::bytes(planned.bytes);
        out.line(format_args!("  {}.db: {size}{migrate}; {live}", planned.database))?;
    }
    Ok(())
}
