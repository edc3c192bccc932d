-- cortex.db as version 1 left it. Frozen: a later change of schema is a later version.
PRAGMA application_id = 1129469016;
PRAGMA user_version = 1;

CREATE TABLE event (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at TEXT NOT NULL,
  kind TEXT NOT NULL,
  detail TEXT NOT NULL
) STRICT;

CREATE TABLE migration_history (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  version INTEGER NOT NULL,
  direction TEXT NOT NULL,
  name TEXT NOT NULL,
  blake3 TEXT NOT NULL,
  applied_at TEXT NOT NULL,
  duration_ms INTEGER NOT NULL,
  drift_version TEXT NOT NULL
) STRICT;

INSERT INTO event (at, kind, detail) VALUES ('2026-11-01T08:00:00Z', 'init', '{"drift":"0.1.0"}');
INSERT INTO migration_history (version, direction, name, blake3, applied_at, duration_ms, drift_version) VALUES (1, 'up', '0001_event', '0000000000000000000000000000000000000000000000000000000000000001', '2026-11-01T08:00:00Z', 1, '0.1.0');
