-- What init and scan write: the workspace, its projects and their graph, a fingerprint of every file.
-- Times are RFC 3339 in UTC. Paths are relative to the root with `/`: text, or a blob where not UTF-8.

CREATE TABLE workspace (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE native_workspace (
  id TEXT NOT NULL PRIMARY KEY,
  root ANY NOT NULL,
  ecosystem TEXT NOT NULL,
  manager TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- `key` never changes for the life of a project, also when it moves; rows are never deleted by a scan.
CREATE TABLE project (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  ecosystem TEXT NOT NULL,
  path ANY NOT NULL,
  name TEXT,
  version TEXT,
  manifest ANY NOT NULL,
  workspace TEXT,
  private INTEGER NOT NULL,
  languages TEXT NOT NULL,
  frameworks TEXT NOT NULL,
  files INTEGER NOT NULL,
  first_seen_at TEXT NOT NULL,
  removed_at TEXT
) STRICT;

CREATE TABLE project_edge (
  from_key INTEGER NOT NULL REFERENCES project (key) ON DELETE CASCADE,
  to_key INTEGER NOT NULL REFERENCES project (key) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  PRIMARY KEY (from_key, to_key, kind)
) STRICT, WITHOUT ROWID;

CREATE INDEX project_edge_to ON project_edge (to_key);

CREATE TABLE external_dependency (
  project INTEGER NOT NULL REFERENCES project (key) ON DELETE CASCADE,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  requirement TEXT NOT NULL,
  PRIMARY KEY (project, name, kind, requirement)
) STRICT, WITHOUT ROWID;

CREATE TABLE problem (
  file ANY NOT NULL,
  line INTEGER,
  code TEXT NOT NULL,
  message TEXT NOT NULL
) STRICT;

-- Every file that the graph depends on, present (size, mtime in nanoseconds) or not (both NULL): if none
-- differs on disk, the graph is current.
CREATE TABLE manifest (
  path ANY NOT NULL PRIMARY KEY,
  size INTEGER,
  mtime INTEGER
) STRICT, WITHOUT ROWID;

-- Keyed by path, so that a scan in path order writes and compares sequentially.
CREATE TABLE file (
  path ANY NOT NULL PRIMARY KEY,
  size INTEGER NOT NULL,
  mtime INTEGER NOT NULL,
  inode INTEGER NOT NULL,
  blake3 BLOB NOT NULL,
  language TEXT,
  project INTEGER REFERENCES project (key) ON DELETE SET NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE scan (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  command TEXT NOT NULL,
  started_at TEXT NOT NULL,
  finished_at TEXT NOT NULL,
  git_head TEXT,
  git_branch TEXT,
  files INTEGER NOT NULL,
  added INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  removed INTEGER NOT NULL,
  rehashed INTEGER NOT NULL,
  projects INTEGER NOT NULL,
  edges INTEGER NOT NULL,
  problems INTEGER NOT NULL
) STRICT;

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
