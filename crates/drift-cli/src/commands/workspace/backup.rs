//! `drift workspace backup …`: take snapshots, look at them, decide how long they stay.

pub(super) mod render;

use clap::{Subcommand, ValueEnum};
use drift_backup::{Compression, Pin, Tier};

use super::options;
use crate::args::DryRunArg;
use crate::error::CommandError;
use crate::ops::backup::{self, BackupOptions};
use crate::ops::config::Anchor;
use crate::shell::Shell;
use crate::ui::{Outcome, human};

pub(super) use render::removed;

/// Take a snapshot of both databases, or look after those that are there
///
/// A snapshot is consistent, verified and hashed, and is taken while scans and readers run. It lies in
/// .drift-backups, outside .drift, so that losing .drift loses no snapshot. After each one the retention policy
/// removes what it no longer keeps, and says so.
#[derive(clap::Args, Debug)]
#[command(after_help = "EXAMPLES:
  drift workspace backup
  drift workspace backup --note 'before the upgrade' --pin
  drift workspace backup --archive --tier weekly
  drift workspace backup list")]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Option<Action>,
    #[command(flatten)]
    create: CreateArgs,
}

#[derive(Debug, Subcommand)]
enum Action {
    Create(CreateArgs),
    List(ListArgs),
    Show(ShowArgs),
    Verify(VerifyArgs),
    Pin(PinArgs),
    Unpin(UnpinArgs),
    Delete(DeleteArgs),
    Prune(PruneArgs),
}

/// Take a snapshot of both databases
#[derive(clap::Args, Debug)]
#[command(after_help = "EXAMPLES:
  drift workspace backup create
  drift workspace backup create --archive=gzip --note release")]
struct CreateArgs {
    /// Choose how long it is kept, as [backup.retention] says; manual without this
    #[arg(long, value_name = "TIER")]
    tier: Option<TierName>,
    /// Keep a remark with it
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Store it compacted and compressed; it restores as well
    #[arg(long, value_name = "FORMAT", num_args = 0..=1, require_equals = true, default_missing_value = "zstd")]
    archive: Option<ArchiveName>,
    /// Keep it until it is unpinned, whatever the retention policy says
    #[arg(long)]
    pin: bool,
}

/// List the snapshots, newest first, and why each is kept
#[derive(clap::Args, Debug)]
#[command(after_help = "EXAMPLES:
  drift workspace backup list
  drift workspace backup list --json")]
struct ListArgs {}

/// Show everything a snapshot says of itself
#[derive(clap::Args, Debug)]
#[command(after_help = "EXAMPLES:
  drift workspace backup show
  drift workspace backup show latest~1 --json")]
struct ShowArgs {
    /// An id, the beginning of one, `latest` or `latest~N`
    #[arg(value_name = "ID", default_value = "latest")]
    id: String,
}

/// Verify that snapshots are still what was stored
///
/// Compares every byte with the hashes taken when the snapshot was made, then runs SQLite's own checks. Exits 3
/// if any snapshot is damaged.
#[derive(clap::Args, Debug)]
#[command(after_help = "EXAMPLES:
  drift workspace backup verify
  drift workspace backup verify latest")]
struct VerifyArgs {
    /// The snapshots to verify; all without this
    #[arg(value_name = "ID")]
    ids: Vec<String>,
}

/// Pin snapshots, so that retention never removes them
#[derive(clap::Args, Debug)]
#[command(after_help = "EXAMPLES:
  drift workspace backup pin latest")]
struct PinArgs {
    /// The snapshots to pin
    #[arg(value_name = "ID", required = true)]
    ids: Vec<String>,
}

/// Unpin snapshots, so that retention decides about them again
#[derive(clap::Args, Debug)]
#[command(after_help = "EXAMPLES:
  drift workspace backup unpin 20261122T201530Z-7f3a")]
struct UnpinArgs {
    /// The snapshots to unpin
    #[arg(value_name = "ID", required = true)]
    ids: Vec<String>,
}

/// Delete snapshots for good
#[derive(clap::Args, Debug)]
#[command(after_help = "EXAMPLES:
  drift workspace backup delete latest~3 --dry-run
  drift workspace backup delete 20261122T201530Z-7f3a --yes")]
struct DeleteArgs {
    /// The snapshots to delete
    #[arg(value_name = "ID", required = true)]
    ids: Vec<String>,
    #[command(flatten)]
    dry_run: DryRunArg,
}

/// Remove the snapshots that the retention policy no longer keeps
#[derive(clap::Args, Debug)]
#[command(after_help = "EXAMPLES:
  drift workspace backup prune --dry-run
  drift workspace backup prune")]
struct PruneArgs {
    #[command(flatten)]
    dry_run: DryRunArg,
}

/// A tier, as named on the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum TierName {
    Operational,
    Manual,
    Daily,
    Weekly,
    Monthly,
}

/// A form of archive, as named on the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum ArchiveName {
    Zstd,
    Gzip,
}

impl From<TierName> for Tier {
    fn from(name: TierName) -> Tier {
        match name {
            TierName::Operational => Tier::Operational,
            TierName::Manual => Tier::Manual,
            TierName::Daily => Tier::Daily,
            TierName::Weekly => Tier::Weekly,
            TierName::Monthly => Tier::Monthly,
        }
    }
}

impl CreateArgs {
    /// Whether any of them is on the command line. Clap could forbid them beside a subcommand, and would then
    /// forbid the global flags there as well.
    fn is_given(&self) -> bool {
        self.tier.is_some() || self.note.is_some() || self.archive.is_some() || self.pin
    }
}

pub(crate) fn run(args: Args, shell: &Shell<'_>) -> Result<Outcome, CommandError> {
    let config = shell.config(Anchor::Existing)?;
    let (session, policy) = (shell.session_with(&config), options::retention(&config));
    if args.action.is_some() && args.create.is_given() {
        return Err(CommandError::usage(
            "the flags of a new backup go with `backup` or `backup create` alone",
        )
        .with_hint("write them after `create`, or leave them out"));
    }
    match args.action.unwrap_or(Action::Create(args.create)) {
        Action::Create(args) => {
            let options = BackupOptions {
                tier: args.tier.map_or(Tier::Manual, Tier::from),
                note: args.note,
                pinned: args.pin,
                compression: match args.archive {
                    None => Compression::None,
                    Some(ArchiveName::Zstd) => Compression::Zstd,
                    Some(ArchiveName::Gzip) => Compression::Gzip,
                },
                retention: policy,
            };
            shell.ui.report(&backup::run(&session, &options)?)
        }
        Action::List(_) => {
            shell.ui.report(&render::List { report: backup::list(&session, &policy)?, now: shell.now })
        }
        Action::Show(args) => shell.ui.report(&render::Show(backup::show(&session, &args.id, &policy)?)),
        Action::Verify(args) => shell.ui.report(&backup::verify(&session, &args.ids)?),
        Action::Pin(args) => shell.ui.report(&render::Pinned(backup::pin(&session, &args.ids, Pin::Pinned)?)),
        Action::Unpin(args) => {
            shell.ui.report(&render::Unpinned(backup::pin(&session, &args.ids, Pin::Free)?))
        }
        Action::Delete(args) if args.dry_run.dry_run => {
            shell.ui.report(&backup::plan_delete(&session, &args.ids)?)
        }
        Action::Delete(args) => {
            for id in &args.ids {
                let snapshot = backup::resolve(&session, id)?;
                let size = human::bytes(snapshot.bytes());
                shell.ui.confirm(&format!("delete the snapshot {} ({size}) for good?", snapshot.id()))?;
            }
            shell.ui.report(&backup::delete(&session, &args.ids)?)
        }
        Action::Prune(args) => shell.ui.report(&backup::prune(&session, &policy, args.dry_run.dry_run)?),
    }
}
