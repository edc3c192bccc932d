//! drift-backup
