//! Rows about large databases that need a program of our own: the copy without its checks, and a backup beside a writer.
//!
//! The program is an example of drift-db, because this crate knows nothing of databases.
//! Beside a writer two things count: how much longer the backup takes, and how much longer the writer's commits do.

use std::io::Read;
use std::process::{Child, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::database;
use super::measure::{Outcome, Sample, run_job};
use super::place::Place;
use super::rows::{Job, Peer, Row, drift, empty_scratch, no_backups, on_databases, own, tool};

/// Measured like any other row.
pub(super) const COPY: Row = Row {
    name: "copy",
    what: "the copy of large databases alone, with its BLAKE3",
    needs: &[&["workspace", "backup"]],
    setup: database::filled_workspace,
    subject: |place| {
        let (drift, cortex) = (place.database("drift"), place.database("cortex"));
        let copy = tool(&place.helper, &[&"copy", &place.scratch, &drift, &cortex]);
        Job { before: empty_scratch, steps: vec![copy] }
    },
    peers: &[Peer {
        name: "copy + fsync",
        tools: &[],
        job: |place| on_databases(place, |path, copy| vec![own(place, &[&"copy-sync", &path, &copy])]),
        at_most: Some(1.5),
    }],
    peak_at_most: Some(64_000_000),
};

pub(super) const ROWS: &[Row] = &[
    beside("backup-beside-100", "backup beside a writer at 100 commits/s"),
    beside("backup-beside-1000", "backup beside a writer at 1000 commits/s"),
];

const fn beside(name: &'static str, what: &'static str) -> Row {
    Row {
        name,
        what,
        needs: &[&["workspace", "backup"]],
        setup: database::filled_workspace,
        subject: backup,
        peers: &[
            Peer { name: "the same, idle", tools: &[], job: backup, at_most: Some(1.3) },
            Peer { name: "the writer's p99 alone", tools: &[], job: backup, at_most: Some(2.0) },
        ],
        peak_at_most: Some(64_000_000),
    }
}

fn backup(place: &Place) -> Job {
    Job { before: no_backups, steps: vec![drift(place, &["workspace", "backup"])] }
}

/// Before and after the backup, so that the writer is in its stride.
const LEAD: Duration = Duration::from_millis(200);
const PAIRS: usize = 5;

/// Both peers of one of [`ROWS`], from the same runs.
pub(super) fn measure(
    row: &'static Row,
    place: &Place,
    runs: Option<usize>,
) -> Vec<(&'static Peer, Outcome)> {
    match pairs(row, place, runs.unwrap_or(PAIRS)) {
        Ok((times, latencies)) => {
            row.peers.iter().zip([Outcome::Pairs(times), Outcome::Pairs(latencies)]).collect()
        }
        Err(error) => row.peers.iter().map(|peer| (peer, Outcome::Failed(format!("{error:#}")))).collect(),
    }
}

type Pairs = Vec<(Sample, Sample)>;

fn pairs(row: &Row, place: &Place, runs: usize) -> Result<(Pairs, Pairs)> {
    let rate = row.name.rsplit('-').next().unwrap_or_default();
    (row.setup)(place)?;
    let job = backup(place);
    run_job(&job, place).context("first run")?;
    let (mut times, mut latencies) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        let idle = run_job(&job, place)?;
        let writer = Writer::start(place, rate)?;
        std::thread::sleep(LEAD + idle.wall);
        let alone = writer.stop()?;
        let writer = Writer::start(place, rate)?;
        std::thread::sleep(LEAD);
        let beside = run_job(&job, place);
        let disturbed = writer.stop()?;
        times.push((beside?, idle));
        latencies.push((disturbed, alone));
    }
    empty_scratch(place)?;
    Ok((times, latencies))
}

struct Writer(Child);

impl Writer {
    fn start(place: &Place, rate: &str) -> Result<Self> {
        let mut command = place.command(&place.helper);
        command.arg("write").arg(place.database("drift")).arg(rate);
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        Ok(Self(child.context("cannot start the writer")?))
    }

    /// The 99th percentile of its commits, as the wall time of a sample.
    fn stop(mut self) -> Result<Sample> {
        drop(self.0.stdin.take());
        let mut told = String::new();
        if let Some(mut stdout) = self.0.stdout.take() {
            stdout.read_to_string(&mut told)?;
        }
        let status = self.0.wait()?;
        let p99 = serde_json::from_str::<Value>(&told).ok().and_then(|told| told["p99_us"].as_u64());
        match p99 {
            Some(p99) => Ok(Sample { wall: Duration::from_micros(p99), cpu: None, peak_bytes: None }),
            None => bail!("the writer ended with {status}: {told}"),
        }
    }
}
