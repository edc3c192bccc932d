//! drift-gc
