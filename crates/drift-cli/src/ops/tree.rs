//! Reading the tree afresh, with progress: what every operation does that asks for the projects as they are now.

use std::path::Path;

use drift_discover::{Event, Examined, Tree, TreeOptions, read_tree};

use super::{Phase, Session, Unit};
use crate::error::CommandError;

/// Walks the tree at `root` and discovers its projects; nothing is written.
pub(super) fn read(
    session: &Session<'_>,
    root: &Path,
    options: &TreeOptions,
    examined: Examined,
) -> Result<Tree, CommandError> {
    let phase = phase(session);
    Ok(read_tree(root, options, examined, session.interrupt.flag(), &|event| reach(&phase, event))?)
}

/// The phase that a walk is.
pub(super) fn phase<'a>(session: &Session<'a>) -> Phase<'a> {
    session.phase("reading the tree", None, Unit::Items)
}

/// Moves the phase on by what the walk tells.
pub(super) fn reach(phase: &Phase<'_>, event: Event) {
    if let Event::Walked { files } = event {
        phase.reach(files);
    }
}
