//! The documents of `drift workspace …`, for their schemas.

use super::backup::render as backup;
use super::*;
use crate::commands::documents::Schema;
use crate::ops;

pub(in crate::commands) fn all() -> Vec<Schema> {
    vec![
        Schema::of::<affected::View>(),
        Schema::of::<ops::backup::BackupReport>(),
        Schema::of::<ops::backup::DeleteReport>(),
        Schema::of::<backup::List>(),
        Schema::of::<backup::Pinned>(),
        Schema::of::<ops::backup::PruneReport>(),
        Schema::of::<backup::Show>(),
        Schema::of::<backup::Unpinned>(),
        Schema::of::<ops::backup::VerifyReport>(),
        Schema::of::<cache_key::View>(),
        Schema::of::<check::View>(),
        Schema::of::<ops::check::RuleReport>(),
        Schema::of::<context::View>(),
        Schema::of::<delete::View>(),
        Schema::of::<ops::export::ExportReport>(),
        Schema::of::<ops::gc::GcReport>(),
        Schema::of::<graph::View>(),
        Schema::of::<ops::history::HistoryReport>(),
        Schema::of::<ops::import::ImportReport>(),
        Schema::of::<ops::init::InitReport>(),
        Schema::of::<ops::migrate::MigrateReport>(),
        Schema::of::<ops::migrate::SchemaReport>(),
        Schema::of::<migrate::Plan>(),
        Schema::of::<ops::projects::ProjectsReport>(),
        Schema::of::<reset::View>(),
        Schema::of::<ops::restore::RestoreReport>(),
        Schema::of::<ops::scan::ScanReport>(),
        Schema::of::<size::View>(),
        Schema::of::<status::View>(),
        Schema::of::<ops::verify::VerifyReport>(),
        Schema::of::<ops::repair::RepairReport>(),
    ]
}
