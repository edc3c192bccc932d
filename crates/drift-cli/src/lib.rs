//! drift-cli
