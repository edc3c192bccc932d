//! The progress bar: on stderr, only on a terminal, gone when the work is done.

use std::fmt::Write;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use indicatif::{HumanCount, MultiProgress, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::ops::Unit;

/// Redraws while nothing advances, so that a long step is seen to be alive.
const TICK: Duration = Duration::from_millis(120);

pub(super) struct Progress {
    multi: MultiProgress,
    shown: bool,
    bar: RwLock<Option<ProgressBar>>,
}

impl Progress {
    pub(super) fn new(shown: bool) -> Progress {
        let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        Progress { multi: MultiProgress::with_draw_target(target), shown, bar: RwLock::new(None) }
    }

    pub(super) fn multi(&self) -> MultiProgress {
        self.multi.clone()
    }

    pub(super) fn start(&self, phase: &str, total: Option<u64>, unit: Unit) {
        self.clear();
        if !self.shown {
            return;
        }
        let bar = match total {
            Some(total) => ProgressBar::new(total),
            None => ProgressBar::no_length(),
        };
        let bar = self.multi.add(bar.with_style(style(total, unit)).with_message(phase.to_owned()));
        bar.tick();
        bar.enable_steady_tick(TICK);
        *self.bar.write().unwrap_or_else(PoisonError::into_inner) = Some(bar);
    }

    pub(super) fn advance(&self, by: u64) {
        if !self.shown {
            return;
        }
        if let Some(bar) = &*self.bar.read().unwrap_or_else(PoisonError::into_inner) {
            bar.inc(by);
        }
    }

    /// Removes the bar from the screen.
    pub(super) fn clear(&self) {
        if !self.shown {
            return;
        }
        if let Some(bar) = self.bar.write().unwrap_or_else(PoisonError::into_inner).take() {
            bar.finish_and_clear();
            self.multi.remove(&bar);
        }
    }
}

fn style(total: Option<u64>, unit: Unit) -> ProgressStyle {
    let style = ProgressStyle::with_template(template(total, unit));
    let rate = |state: &ProgressState, out: &mut dyn Write| {
        // Nobody to tell: the next redraw tries again.
        let _ = write!(out, "{}/s", HumanCount(state.per_sec() as u64));
    };
    style.unwrap_or_else(|_| ProgressStyle::default_bar()).with_key("rate", rate).progress_chars("=> ")
}

fn template(total: Option<u64>, unit: Unit) -> &'static str {
    match (total, unit) {
        (Some(_), Unit::Items) => "{msg} [{bar:24}] {human_pos}/{human_len} {rate} ETA {eta}",
        (Some(_), Unit::Bytes) => {
            "{msg} [{bar:24}] {binary_bytes}/{binary_total_bytes} {binary_bytes_per_sec} ETA {eta}"
        }
        (None, Unit::Items) => "{spinner} {msg} {human_pos} {rate} {elapsed}",
        (None, Unit::Bytes) => "{spinner} {msg} {binary_bytes} {binary_bytes_per_sec} {elapsed}",
    }
}

#[cfg(test)]
mod tests;
