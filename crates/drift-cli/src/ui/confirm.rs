//! Confirmations: asked of a person at a terminal, refused everywhere else, never awaited.

use std::io;

use dialoguer::Confirm;

use super::Ui;
use crate::error::{CommandError, ErrorCode};
use crate::ops::Interrupted;

/// Prompts hide the cursor and leave it hidden when interrupted.
const SHOW_CURSOR: &str = "\x1b[?25h";

impl Ui {
    /// Asks whether to go on. `question` says what will happen: "delete 3 snapshots?"
    pub(crate) fn confirm(&self, question: &str) -> Result<(), CommandError> {
        if self.settings.assume_yes {
            return Ok(());
        }
        if !self.settings.interactive {
            return Err(CommandError::new(
                ErrorCode::ConfirmationRequired,
                format!("not confirmed: {question}"),
            )
            .with_hint("give `--yes` to confirm without being asked"));
        }
        self.progress.clear();
        match Confirm::new().with_prompt(question).default(false).interact_opt() {
            Ok(Some(true)) => Ok(()),
            Ok(_) => {
                Err(CommandError::new(ErrorCode::ConfirmationRequired, "not confirmed; nothing was changed"))
            }
            Err(dialoguer::Error::IO(error)) => {
                self.messages.print(SHOW_CURSOR);
                match error.kind() {
                    io::ErrorKind::Interrupted => Err(Interrupted.into()),
                    _ => Err(CommandError::new(ErrorCode::of_io(&error), "cannot ask for confirmation")
                        .with_cause(&error)),
                }
            }
        }
    }
}
