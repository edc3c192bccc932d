//! The reports of `drift workspace backup …` as text and as documents.

use std::io;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::error::EXIT_FOUND_PROBLEMS;
use crate::ops::backup::{
    BackupReport, DeleteReport, ListReport, PinReport, PruneReport, RemovedView, ShowReport, VerifyReport,
};
use crate::ui::{Align, Report, Table, Text, Tone, human, styled};

impl Report for BackupReport {
    const SCHEMA: &'static str = "drift.workspace.backup/v1";

    fn text(&self, out: &mut Text) -> io::Result<()> {
        out.line(format_args!("Took the {} backup {}, {}", self.tier, self.id, human::bytes(self.bytes)))?;
        removed(out, &self.removed)
    }
}

/// What retention removed on the way.
pub(in crate::commands::workspace) fn removed(out: &mut Text, removed: &[RemovedView]) -> io::Result<()> {
    for gone in removed {
        out.line(format_args!("Removed {}, {} ({})", gone.id, human::bytes(gone.bytes), gone.reason))?;
    }
    Ok(())
}

#[derive(JsonSchema, Serialize)]
pub(in crate::commands::workspace) struct List {
    #[serde(flatten)]
    pub(super) report: ListReport,
    #[serde(skip)]
    pub(super) now: Timestamp,
}

impl Report for List {
    const SCHEMA: &'static str = "drift.workspace.backup.list/v1";

    fn text(&self, out: &mut Text) -> io::Result<()> {
        if self.report.backups.is_empty() {
            return out.line("No backups; `drift workspace backup` takes one");
        }
        let mut table = Table::new([
            ("ID", Align::Left),
            ("TAKEN", Align::Left),
            ("TIER", Align::Left),
            ("REASON", Align::Left),
            ("SIZE", Align::Right),
            ("KEPT AS", Align::Left),
            ("NOTE", Align::Left),
        ]);
        for backup in &self.report.backups {
            let taken = match backup.created_at.parse() {
                Ok(at) => human::age(at, self.now),
                Err(_) => backup.created_at.clone(),
            };
            let keep = if backup.keep.is_empty() { "-".to_owned() } else { backup.keep.join(", ") };
            table.row([
                backup.id.clone(),
                taken,
                backup.tier.to_owned(),
                backup.reason.to_owned(),
                human::bytes(backup.bytes),
                keep,
                backup.note.clone().unwrap_or_default(),
            ]);
        }
        out.table(&table)
    }
}

#[derive(JsonSchema, Serialize)]
#[serde(transparent)]
pub(in crate::commands::workspace) struct Show(pub(super) ShowReport);

impl Report for Show {
    const SCHEMA: &'static str = "drift.workspace.backup.show/v1";

    fn text(&self, out: &mut Text) -> io::Result<()> {
        let show = &self.0;
        let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".into());
        let mut table = Table::of_pairs();
        table.pair("id", show.snapshot.id.clone());
        table.pair("taken", human::moment(&show.snapshot.created_at));
        table.pair("tier", format!("{} ({})", show.snapshot.tier, show.snapshot.reason));
        table.pair("note", or_none(&show.snapshot.note));
        table.pair("kept as", show.snapshot.keep.join(", "));
        table.pair("verified", or_none(&show.verified_at.as_deref().map(human::moment)));
        table.pair("commit", or_none(&show.git_head));
        table.pair("by", format!("drift {}", show.drift_version));
        table.pair("form", show.compression);
        out.table(&table)?;
        for database in &show.databases {
            out.blank()?;
            let stored = &database.stored;
            let version = stored.schema_version;
            out.heading(format_args!(
                "{}.db, {}, schema {version}",
                stored.name,
                human::bytes(stored.bytes)
            ))?;
            let mut table = Table::of_pairs();
            table.pair("  read at", human::moment(&database.read_at));
            table.pair("  blake3", stored.blake3.clone());
            for (name, rows) in &database.rows {
                table.pair(&format!("  {name}"), human::count(*rows, "row", "rows"));
            }
            out.table(&table)?;
        }
        Ok(())
    }
}

impl Report for VerifyReport {
    const SCHEMA: &'static str = "drift.workspace.backup.verify/v1";

    fn text(&self, out: &mut Text) -> io::Result<()> {
        if self.backups.is_empty() {
            return out.line("No backups to verify");
        }
        for backup in &self.backups {
            let verdict =
                if backup.healthy { styled(Tone::Good, "healthy") } else { styled(Tone::Error, "damaged") };
            out.line(format_args!("{} {verdict}", backup.id))?;
            for finding in &backup.findings {
                out.line(format_args!("  {}: {}", finding.subject, finding.message))?;
            }
        }
        Ok(())
    }

    fn exit(&self) -> u8 {
        if self.backups.iter().all(|backup| backup.healthy) { 0 } else { EXIT_FOUND_PROBLEMS }
    }
}

/// A report that names the snapshots something was done to.
macro_rules! named {
    ($name:ident, $schema:literal, $verb:literal) => {
        #[derive(JsonSchema, Serialize)]
        #[serde(transparent)]
        pub(in crate::commands::workspace) struct $name(pub(super) PinReport);

        impl Report for $name {
            const SCHEMA: &'static str = $schema;

            fn text(&self, out: &mut Text) -> io::Result<()> {
                for backup in &self.0.backups {
                    out.line(format_args!(concat!($verb, " {}"), backup.id))?;
                }
                Ok(())
            }
        }
    };
}

named!(Pinned, "drift.workspace.backup.pin/v1", "Pinned");
named!(Unpinned, "drift.workspace.backup.unpin/v1", "Unpinned");

impl Report for DeleteReport {
    const SCHEMA: &'static str = "drift.workspace.backup.delete/v1";

    fn text(&self, out: &mut Text) -> io::Result<()> {
        let verb = if self.dry_run { "Would delete" } else { "Deleted" };
        for backup in &self.backups {
            out.line(format_args!("{verb} {}, {}", backup.id, human::bytes(backup.bytes)))?;
        }
        Ok(())
    }
}

impl Report for PruneReport {
    const SCHEMA: &'static str = "drift.workspace.backup.prune/v1";

    fn text(&self, out: &mut Text) -> io::Result<()> {
        for kept in &self.kept {
            out.line(format_args!("keep    {}  {}", kept.id, kept.keep.join(", ")))?;
        }
        let verb = if self.dry_run { "would remove" } else { "removed" };
        for gone in &self.removed {
            out.line(format_args!("{verb} {}, {} ({})", gone.id, human::bytes(gone.bytes), gone.reason))?;
        }
        if self.removed.is_empty() {
            out.line("Nothing to remove")?;
        }
        Ok(())
    }
}
