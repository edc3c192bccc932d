//! The typed tables: plain rows in, plain rows out, one file per group of tables.
//!
//! Rule: a write stores what differs and touches nothing else, so that doing the same twice changes no byte.
//! Every function runs inside its caller's transaction.

pub mod baseline;
pub mod context;
pub mod directory;
pub mod discovery;
pub mod event;
pub mod file;
pub mod finding;
pub mod graph;
pub mod history;
pub mod memory;
pub mod scan;
mod stored_path;
pub mod summary;
pub mod workspace;

pub use stored_path::StoredPath;
