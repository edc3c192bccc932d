-- registry.db as version 1 left it. Frozen: a later change of schema is a later version.
PRAGMA application_id = 1146242642;
PRAGMA user_version = 1;

CREATE TABLE workspace (
  path ANY NOT NULL PRIMARY KEY,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  added_at TEXT NOT NULL,
  used INTEGER NOT NULL,
  used_at TEXT
) STRICT, WITHOUT ROWID;

CREATE INDEX workspace_id ON workspace (id);

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

INSERT INTO workspace (path, id, name, added_at, used, used_at) VALUES
  ('/home/dev/shop', '0123456789abcdef0123456789abcdef', 'shop', '2026-11-01T08:00:00Z', 1, '2026-11-02T08:00:00Z'),
  (x'2f686f6d652f6465762fff', '0123456789abcdef0123456789abcdef', 'copy', '2026-11-01T09:00:00Z', 0, NULL);
INSERT INTO migration_history (version, direction, name, blake3, applied_at, duration_ms, drift_version) VALUES (1, 'up', '0001_workspace', '0000000000000000000000000000000000000000000000000000000000000001', '2026-11-01T08:00:00Z', 1, '0.1.0');
