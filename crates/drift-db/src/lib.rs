//! drift-db
