-- drift.db as version 6 left it. Frozen: a later change of schema is a later version.
PRAGMA application_id = 1146242644;
PRAGMA user_version = 6;

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

CREATE TABLE manifest (
  path ANY NOT NULL PRIMARY KEY,
  size INTEGER,
  mtime INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE file (
  path ANY NOT NULL PRIMARY KEY,
  size INTEGER NOT NULL,
  mtime INTEGER NOT NULL,
  inode INTEGER NOT NULL,
  blake3 BLOB NOT NULL,
  language TEXT,
  project INTEGER REFERENCES project (key) ON DELETE SET NULL
, git_oid BLOB CHECK (length(git_oid) = 20)) STRICT, WITHOUT ROWID;

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

CREATE TABLE workspace_context (
  section TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE "project" (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  ecosystem TEXT NOT NULL,
  path ANY NOT NULL,
  name TEXT,
  version TEXT,
  manifest ANY NOT NULL,
  workspace TEXT,
  private INTEGER NOT NULL CHECK (private IN (0, 1)),
  languages TEXT NOT NULL CHECK (json_type(languages) = 'array'),
  frameworks TEXT NOT NULL CHECK (json_type(frameworks) = 'array'),
  files INTEGER NOT NULL,
  first_seen_at TEXT NOT NULL,
  removed_at TEXT
) STRICT;

CREATE TABLE "problem" (
  id INTEGER PRIMARY KEY,
  file ANY NOT NULL,
  line INTEGER,
  code TEXT NOT NULL,
  message TEXT NOT NULL,
  project INTEGER REFERENCES project (key) ON DELETE SET NULL
) STRICT;

CREATE INDEX problem_project ON problem (project) WHERE project IS NOT NULL;

CREATE TABLE check_run (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  checked_at TEXT NOT NULL,
  git_head TEXT,
  git_branch TEXT,
  pull_request INTEGER NOT NULL CHECK (pull_request IN (0, 1))
) STRICT;

CREATE TABLE finding (
  id INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES check_run (id) ON DELETE CASCADE,
  project INTEGER REFERENCES project (key) ON DELETE CASCADE,
  rule TEXT NOT NULL,
  subject TEXT NOT NULL,
  severity TEXT NOT NULL CHECK (severity IN ('info', 'warning', 'error')),
  file ANY NOT NULL,
  line INTEGER,
  message TEXT NOT NULL
) STRICT;

CREATE INDEX finding_run ON finding (run);
CREATE INDEX finding_project ON finding (project) WHERE project IS NOT NULL;

CREATE TABLE gate_result (
  id INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES check_run (id) ON DELETE CASCADE,
  project INTEGER REFERENCES project (key) ON DELETE CASCADE,
  health INTEGER NOT NULL CHECK (health BETWEEN 0 AND 100),
  gate TEXT NOT NULL CHECK (gate IN ('pass', 'fail')),
  errors INTEGER NOT NULL,
  warnings INTEGER NOT NULL,
  infos INTEGER NOT NULL
) STRICT;

CREATE INDEX gate_result_run ON gate_result (run, project);
CREATE INDEX gate_result_project ON gate_result (project) WHERE project IS NOT NULL;

CREATE TABLE baseline (
  id INTEGER PRIMARY KEY,
  branch TEXT NOT NULL,
  pull_request INTEGER NOT NULL CHECK (pull_request IN (0, 1)),
  git_head TEXT,
  run INTEGER NOT NULL REFERENCES check_run (id),
  created_at TEXT NOT NULL,
  used_at TEXT NOT NULL,
  UNIQUE (branch, pull_request)
) STRICT;

CREATE INDEX baseline_run ON baseline (run);

-- Every directory that the last walk entered: which files with ignore rules it holds (a sum of 1, 2 and 4), and
-- the evidence that its entries are still those that `file` and this table have: a BLAKE3 of its metadata, its
-- entries and the rules that hold in it. NULL where nothing may be concluded.
CREATE TABLE directory (
  path ANY NOT NULL PRIMARY KEY,
  rules INTEGER NOT NULL,
  evidence BLOB
) STRICT, WITHOUT ROWID;

-- The same for the last discovery: a BLAKE3 of the metadata of all that it looked at, of drift and of the
-- options, and what that was: entries of directories, contents of files (present or not), targets of symlinks.
CREATE TABLE discovery (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  evidence BLOB NOT NULL
) STRICT;

CREATE TABLE discovery_look (
  kind TEXT NOT NULL CHECK (kind IN ('entries', 'content', 'target')),
  path ANY NOT NULL,
  PRIMARY KEY (kind, path)
) STRICT, WITHOUT ROWID;

INSERT INTO workspace VALUES ('0123456789abcdef0123456789abcdef', 'shop', '2026-11-01T08:00:00Z');
INSERT INTO native_workspace VALUES ('npm:.', '', 'npm', 'pnpm');
INSERT INTO project (key, id, ecosystem, path, name, version, manifest, workspace, private, languages, frameworks, files, first_seen_at, removed_at) VALUES
  (1, 'npm:.', 'npm', '', 'shop', NULL, 'package.json', 'npm:.', 1, '[]', '[]', 2, '2026-11-01T08:00:00Z', NULL),
  (2, 'npm:packages/core', 'npm', 'packages/core', 'core', '1.0.0', 'packages/core/package.json', 'npm:.', 0, '["TypeScript"]', '["React"]', 2, '2026-11-01T08:00:00Z', NULL),
  (5, 'npm:packages/old', 'npm', 'packages/old', 'old', '0.1.0', 'packages/old/package.json', 'npm:.', 0, '[]', '[]', 1, '2026-11-01T08:00:00Z', '2026-11-02T08:00:00Z');
INSERT INTO project_edge VALUES (1, 2, 'dev');
INSERT INTO external_dependency VALUES (2, 'react', 'normal', '^19.0.0'), (2, 'typescript', 'dev', '~5.9');
INSERT INTO problem (file, line, code, message) VALUES ('packages/core/package.json', 3, 'manifest.syntax', 'expected a comma'), (X'62ff', NULL, 'file.unreadable', 'cannot be read');
INSERT INTO manifest VALUES ('package.json', 120, 1762000000000000000), ('pnpm-workspace.yaml', NULL, NULL);
INSERT INTO file VALUES ('package.json', 120, 1762000000000000000, 11, zeroblob(32), 'JSON', 1, zeroblob(20)), ('packages/core/index.ts', 7, 1762000000000000001, 12, X'00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff', 'TypeScript', 2, X'00112233445566778899aabbccddeeff00112233'), (X'62ff', 1, 2, 3, zeroblob(32), NULL, NULL, NULL);
INSERT INTO scan (command, started_at, finished_at, git_head, git_branch, files, added, changed, removed, rehashed, projects, edges, problems) VALUES ('init', '2026-11-01T08:00:00Z', '2026-11-01T08:00:01Z', NULL, 'main', 3, 3, 0, 0, 3, 2, 1, 2);
INSERT INTO event (at, kind, detail) VALUES ('2026-11-01T08:00:00Z', 'init', '{"drift":"0.1.0"}'), ('2026-11-01T08:00:01Z', 'scan', '{"files":3}');
INSERT INTO workspace_context VALUES ('projects', '{"count":2}', '2026-11-01T08:00:01Z');
INSERT INTO directory VALUES ('', 1, NULL), ('packages/core', 0, zeroblob(16)), (X'62ff', 0, zeroblob(16));
INSERT INTO discovery VALUES (1, zeroblob(32));
INSERT INTO discovery_look VALUES ('entries', ''), ('content', 'package.json'), ('target', X'62ff');
UPDATE problem SET project = 2 WHERE id = 1;
INSERT INTO migration_history (version, direction, name, blake3, applied_at, duration_ms, drift_version) VALUES (1, 'up', '0001_workspace', '0000000000000000000000000000000000000000000000000000000000000001', '2026-11-01T08:00:00Z', 1, '0.1.0');
INSERT INTO migration_history (version, direction, name, blake3, applied_at, duration_ms, drift_version) VALUES (2, 'up', '0002_context', '0000000000000000000000000000000000000000000000000000000000000002', '2026-11-01T08:00:00Z', 1, '0.1.0');
INSERT INTO migration_history (version, direction, name, blake3, applied_at, duration_ms, drift_version) VALUES (3, 'up', '0003_project_state', '0000000000000000000000000000000000000000000000000000000000000003', '2026-11-01T08:00:00Z', 1, '0.1.0');
INSERT INTO migration_history (version, direction, name, blake3, applied_at, duration_ms, drift_version) VALUES (4, 'up', '0004_check', '0000000000000000000000000000000000000000000000000000000000000004', '2026-11-01T08:00:00Z', 1, '0.1.0');
INSERT INTO migration_history (version, direction, name, blake3, applied_at, duration_ms, drift_version) VALUES (5, 'up', '0005_git_oid', '0000000000000000000000000000000000000000000000000000000000000005', '2026-11-01T08:00:00Z', 1, '0.1.0');
INSERT INTO check_run VALUES (1, '2026-11-01T09:00:00Z', '0123456789012345678901234567890123456789', 'main', 0), (2, '2026-11-02T09:00:00Z', NULL, NULL, 1);
INSERT INTO finding VALUES (1, 1, 2, 'version_mismatch', 'react', 'warning', 'packages/core/package.json', 7, 'react is required as ^18 here and ^19 elsewhere'), (2, 1, NULL, 'invalid_manifest', 'manifest.syntax odd', 'error', X'62ff', NULL, 'expected a comma');
INSERT INTO gate_result VALUES (1, 1, 1, 100, 'pass', 0, 0, 0), (2, 1, 2, 97, 'pass', 0, 1, 0), (3, 1, NULL, 90, 'fail', 1, 1, 0), (4, 2, NULL, 100, 'pass', 0, 0, 0);
INSERT INTO baseline VALUES (1, 'main', 0, '0123456789012345678901234567890123456789', 1, '2026-11-01T09:00:00Z', '2026-11-03T09:00:00Z');
INSERT INTO migration_history (version, direction, name, blake3, applied_at, duration_ms, drift_version) VALUES (6, 'up', '0006_scan_memory', '0000000000000000000000000000000000000000000000000000000000000006', '2026-11-01T08:00:00Z', 1, '0.1.0');
