//! Black-box tests of the drift binary: one file per verb or concern, each driven through [`env::TestEnv`].
//!
//! A test sees what a user sees: the exit code, stdout and stderr, as inline snapshots with what differs from
//! run to run replaced. Edge cases belong into the tests of the libraries, which are a hundred times faster.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]
#![expect(clippy::disallowed_methods, reason = "a test hands PATH and the like of its own process to drift")]

mod affected;
mod backup;
mod bundle;
mod cache_key;
mod check;
mod ci;
mod command_line;
mod completions;
mod config;
mod context;
mod contract;
mod databases;
mod declared;
mod ecosystem;
mod env;
mod erase;
mod error_codes;
mod errors;
mod gc;
mod graph;
mod history;
mod init;
mod json;
mod man;
mod migrate;
mod outcome;
mod own_errors;
mod project;
mod rescan;
mod restore;
mod safekeeping;
mod scan;
mod signals;
mod size;
mod streams;
mod terminal;
mod transcripts;
mod unanswered;
mod verify;
