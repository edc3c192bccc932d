//! Rows about finding projects, against the native tools that answer the same question.
//!
//! A native tool knows one ecosystem, so each row has a repository of its own with the packages of that one alone: as
//! many packages, of as many files, as it has in the tree of the scale. drift finds all projects there afresh, with
//! their dependencies; the native tool lists the members of its workspace, offline.

use std::ffi::OsStr;

use anyhow::Result;

use super::generate::Kind;
use super::place::Place;
use super::rows::{Job, Peer, Row, drift, job, tool};

const AT_MOST: Option<f64> = Some(0.25);

pub(super) const ROWS: &[Row] = &[
    Row {
        setup: |place| workspace(place, Kind::Cargo),
        subject: |place| read_afresh(place, Kind::Cargo),
        peers: &[Peer {
            name: "cargo metadata --no-deps",
            tools: &["cargo"],
            job: |place| {
                let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
                let arguments = ["metadata", "--no-deps", "--offline", "--format-version=1"];
                native(place, Kind::Cargo, &cargo, &arguments)
            },
            at_most: AT_MOST,
        }],
        ..row("discovery-cargo", "projects of a Cargo workspace from scratch")
    },
    Row {
        setup: |place| workspace(place, Kind::Go),
        subject: |place| read_afresh(place, Kind::Go),
        peers: &[Peer {
            name: "go list -m",
            tools: &["go"],
            job: |place| native(place, Kind::Go, "go", &["list", "-m"]),
            at_most: AT_MOST,
        }],
        ..row("discovery-go", "projects of a Go workspace from scratch")
    },
    Row {
        setup: |place| workspace(place, Kind::Npm),
        subject: |place| read_afresh(place, Kind::Npm),
        peers: &[
            Peer {
                name: "pnpm ls",
                tools: &["pnpm"],
                job: |place| native(place, Kind::Npm, "pnpm", &["ls", "--recursive", "--depth=-1", "--json"]),
                at_most: AT_MOST,
            },
            Peer {
                name: "turbo ls",
                tools: &["turbo"],
                job: |place| {
                    let arguments = ["ls", "--dangerously-disable-package-manager-check"];
                    native(place, Kind::Npm, "turbo", &arguments)
                },
                at_most: AT_MOST,
            },
        ],
        ..row("discovery-pnpm", "projects of a pnpm workspace from scratch")
    },
    Row {
        setup: |place| workspace(place, Kind::Python),
        subject: |place| read_afresh(place, Kind::Python),
        peers: &[Peer {
            name: "uv workspace list",
            tools: &["uv"],
            job: |place| native(place, Kind::Python, "uv", &["--offline", "workspace", "list"]),
            at_most: AT_MOST,
        }],
        ..row("discovery-uv", "projects of a uv workspace from scratch")
    },
];

const fn row(name: &'static str, what: &'static str) -> Row {
    Row {
        name,
        what,
        needs: &[&["workspace", "affected"]],
        setup: |_| Ok(()),
        subject: |place| read_afresh(place, Kind::Cargo),
        peers: &[],
        peak_at_most: None,
    }
}

fn workspace(place: &Place, kind: Kind) -> Result<()> {
    place.prepare_tree_of(kind)?;
    place.must_in(&place.tree_of(kind), &["workspace", "init"])
}

/// The base is a list, so git has no part in it; a file that concerns nobody stands in it.
fn read_afresh(place: &Place, kind: Kind) -> Job {
    let tree = place.tree_of(kind);
    let list = tree.join(".gitignore");
    job(drift(place, &["workspace", "affected", "--files", "-", "--json"]).reading(&list).at(tree))
}

fn native(place: &Place, kind: Kind, program: &str, arguments: &[&str]) -> Job {
    let arguments: Vec<&dyn AsRef<OsStr>> = arguments.iter().map(|argument| argument as _).collect();
    job(tool(program, &arguments).at(place.tree_of(kind)))
}
