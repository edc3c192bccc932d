-- The workspaces that were seen on this machine. A cache: whatever is lost here is found again by the next
-- `init`, `restore`, `import` or `drift project add`. Times are RFC 3339 in UTC.

-- `path` is the absolute root: text, or a blob where not UTF-8. Copies of a workspace have its `id` too. The one
-- with the greatest `used` was switched to last.
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
