//! What was measured, as a table for people and as JSON for the rest.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Value, json};

use super::measure::{Outcome, Sample};
use super::place::{Place, Scale};
use super::rows::{Peer, Row};

pub(super) struct Report {
    scale: Scale,
    tree: String,
    lines: Vec<Line>,
}

struct Line {
    row: &'static str,
    peer: &'static str,
    at_most: Option<f64>,
    peak_at_most: Option<u64>,
    result: Result<Summary, Missing>,
}

enum Missing {
    Skipped(String),
    Failed(String),
}

struct Summary {
    pairs: usize,
    ours: Range,
    theirs: Range,
    ratio: Range,
    /// Medians of our CPU time, and the most memory in any run.
    our_cpu: Option<f64>,
    their_cpu: Option<f64>,
    our_peak: Option<u64>,
    their_peak: Option<u64>,
}

/// Milliseconds, or ratios.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Range {
    min: f64,
    median: f64,
    max: f64,
}

impl Report {
    pub(super) fn new(scale: Scale, place: &Place) -> Self {
        Self { scale, tree: place.tree.display().to_string(), lines: Vec::new() }
    }

    pub(super) fn add(&mut self, row: &'static Row, results: Vec<(&'static Peer, Outcome)>) {
        for (peer, outcome) in results {
            let result = match outcome {
                Outcome::Pairs(pairs) => Ok(summarise(&pairs)),
                Outcome::Skipped(reason) => Err(Missing::Skipped(reason)),
                Outcome::Failed(reason) => Err(Missing::Failed(reason)),
            };
            let (row_name, peak_at_most) = (row.name, row.peak_at_most);
            self.lines.push(Line {
                row: row_name,
                peer: peer.name,
                at_most: peer.at_most,
                peak_at_most,
                result,
            });
        }
    }

    /// Whether nothing failed and no target was missed; skipped rows do not count.
    pub(super) fn all_met(&self) -> bool {
        self.lines.iter().all(|line| match &line.result {
            Ok(summary) => line.is_met(summary),
            Err(Missing::Skipped(_)) => true,
            Err(Missing::Failed(_)) => false,
        })
    }

    pub(super) fn text(&self) -> String {
        let Self { scale, tree, lines } = self;
        let mut text = format!("scale {}: {} files in {tree}\n\n", scale.name, scale.files);
        let mut table = vec![
            ["row", "against", "pairs", "ours ms", "theirs ms", "ratio", "target", "", "cpu ms", "peak MB"]
                .map(str::to_owned),
        ];
        for line in lines {
            let mut cells = [line.row, line.peer, "", "", "", "", "", "", "", ""].map(str::to_owned);
            cells[6] = line.at_most.map_or_else(String::new, |at_most| format!("≤ {at_most}"));
            match &line.result {
                Ok(summary) => {
                    cells[2] = summary.pairs.to_string();
                    cells[3] = summary.ours.to_string();
                    cells[4] = summary.theirs.to_string();
                    cells[5] = format!("{:.2}", summary.ratio.median);
                    cells[7] = match (line.at_most, line.is_met(summary)) {
                        (_, false) => "MISSED",
                        (Some(_), true) => "met",
                        (None, true) => "",
                    }
                    .to_owned();
                    cells[8] = versus(summary.our_cpu, summary.their_cpu);
                    let megabytes = |bytes: Option<u64>| bytes.map(|bytes| bytes as f64 / 1e6);
                    cells[9] = versus(megabytes(summary.our_peak), megabytes(summary.their_peak));
                }
                Err(Missing::Skipped(reason)) => cells[7] = format!("skipped: {reason}"),
                Err(Missing::Failed(reason)) => cells[7] = format!("FAILED: {reason}"),
            }
            table.push(cells);
        }
        text.push_str(&align(&table));
        text.push_str("\nTimes are min/median/max of the wall clock; cpu and peak are ours | theirs.\n");
        text
    }

    pub(super) fn json(&self) -> String {
        let rows: Vec<Value> = self.lines.iter().map(Line::json).collect();
        let document = json!({
            "schema": "drift.bench/v1",
            "scale": self.scale.name,
            "files": self.scale.files,
            "ok": self.all_met(),
            "rows": rows,
        });
        format!("{document:#}\n")
    }
}

impl Line {
    fn is_met(&self, summary: &Summary) -> bool {
        let is_small = self.peak_at_most.zip(summary.our_peak).is_none_or(|(limit, peak)| peak <= limit);
        self.at_most.is_none_or(|at_most| summary.ratio.median <= at_most) && is_small
    }

    fn json(&self) -> Value {
        let mut line = json!({ "row": self.row, "peer": self.peer, "at_most": self.at_most });
        match &self.result {
            Ok(summary) => {
                line["met"] = json!(self.is_met(summary));
                line["pairs"] = json!(summary.pairs);
                line["ours_ms"] = summary.ours.json();
                line["theirs_ms"] = summary.theirs.json();
                line["ratio"] = summary.ratio.json();
                line["cpu_ms"] = json!([summary.our_cpu, summary.their_cpu]);
                line["peak_bytes"] = json!([summary.our_peak, summary.their_peak]);
            }
            Err(Missing::Skipped(reason)) => line["skipped"] = json!(reason),
            Err(Missing::Failed(reason)) => line["failed"] = json!(reason),
        }
        line
    }
}

impl Range {
    /// Of at least one value.
    fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let at = |index: usize| values.get(index).copied().unwrap_or(f64::NAN);
        let (middle, last) = (values.len() / 2, values.len().saturating_sub(1));
        let median = if values.len() % 2 == 1 {
            at(middle)
        } else {
            (at(middle.saturating_sub(1)) + at(middle)) / 2.0
        };
        Self { min: at(0), median, max: at(last) }
    }

    fn json(self) -> Value {
        json!({ "min": self.min, "median": self.median, "max": self.max })
    }
}

impl std::fmt::Display for Range {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let digits = if self.median < 100.0 { 1 } else { 0 };
        write!(f, "{:.digits$}/{:.digits$}/{:.digits$}", self.min, self.median, self.max)
    }
}

fn summarise(pairs: &[(Sample, Sample)]) -> Summary {
    let milliseconds = |duration: Duration| duration.as_secs_f64() * 1e3;
    let each = |value: &dyn Fn(&(Sample, Sample)) -> f64| Range::of(pairs.iter().map(value).collect());
    let median_cpu = |sample: &dyn Fn(&(Sample, Sample)) -> Option<Duration>| {
        let all: Option<Vec<f64>> = pairs.iter().map(|pair| sample(pair).map(milliseconds)).collect();
        all.map(|all| Range::of(all).median)
    };
    Summary {
        pairs: pairs.len(),
        ours: each(&|(ours, _)| milliseconds(ours.wall)),
        theirs: each(&|(_, theirs)| milliseconds(theirs.wall)),
        ratio: each(&|(ours, theirs)| ours.wall.as_secs_f64() / theirs.wall.as_secs_f64()),
        our_cpu: median_cpu(&|(ours, _)| ours.cpu),
        their_cpu: median_cpu(&|(_, theirs)| theirs.cpu),
        our_peak: pairs.iter().map(|(ours, _)| ours.peak_bytes).max().flatten(),
        their_peak: pairs.iter().map(|(_, theirs)| theirs.peak_bytes).max().flatten(),
    }
}

fn versus(ours: Option<f64>, theirs: Option<f64>) -> String {
    let show = |value: Option<f64>| value.map_or("?".to_owned(), |value| format!("{value:.1}"));
    format!("{} | {}", show(ours), show(theirs))
}

fn align<const N: usize>(table: &[[String; N]]) -> String {
    let mut widths = [0; N];
    for cells in table {
        for (width, cell) in widths.iter_mut().zip(cells) {
            // A reason is as long as it must be, and stands last in its line.
            if !cell.contains(": ") {
                *width = (*width).max(cell.chars().count());
            }
        }
    }
    let mut text = String::new();
    for cells in table {
        let mut line = String::new();
        for (width, cell) in widths.iter().zip(cells) {
            write!(line, "{cell:width$}  ").expect("BUG: writing to a string cannot fail");
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests;
