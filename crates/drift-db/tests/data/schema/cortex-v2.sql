-- cortex.db as version 2 left it. Frozen: a later change of schema is a later version.
PRAGMA application_id = 1129469016;
PRAGMA user_version = 2;

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

CREATE TABLE memory (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  content TEXT NOT NULL,
  project TEXT,
  importance REAL NOT NULL CHECK (importance BETWEEN 0 AND 1),
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  provenance TEXT NOT NULL
) STRICT;

CREATE INDEX memory_project ON memory (project) WHERE project IS NOT NULL;

CREATE TABLE memory_link (
  from_id INTEGER NOT NULL REFERENCES memory (id) ON DELETE CASCADE,
  to_id INTEGER NOT NULL REFERENCES memory (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  PRIMARY KEY (from_id, to_id, kind)
) STRICT, WITHOUT ROWID;

CREATE INDEX memory_link_to ON memory_link (to_id);

CREATE TABLE memory_embedding (
  memory INTEGER NOT NULL REFERENCES memory (id) ON DELETE CASCADE,
  model TEXT NOT NULL,
  dimensions INTEGER NOT NULL CHECK (dimensions > 0),
  vector BLOB NOT NULL CHECK (length(vector) = 4 * dimensions),
  PRIMARY KEY (memory, model)
) STRICT, WITHOUT ROWID;

CREATE VIRTUAL TABLE memory_fts USING fts5 (content, content = 'memory', content_rowid = 'id');

CREATE TRIGGER memory_fts_insert AFTER INSERT ON memory BEGIN
  INSERT INTO memory_fts (rowid, content) VALUES (new.id, new.content);
END;

CREATE TRIGGER memory_fts_delete AFTER DELETE ON memory BEGIN
  INSERT INTO memory_fts (memory_fts, rowid, content) VALUES ('delete', old.id, old.content);
END;

CREATE TRIGGER memory_fts_update AFTER UPDATE OF content ON memory BEGIN
  INSERT INTO memory_fts (memory_fts, rowid, content) VALUES ('delete', old.id, old.content);
  INSERT INTO memory_fts (rowid, content) VALUES (new.id, new.content);
END;

INSERT INTO event (at, kind, detail) VALUES ('2026-11-01T08:00:00Z', 'init', '{"drift":"0.1.0"}');
INSERT INTO memory (id, kind, content, project, importance, created_at, updated_at, provenance) VALUES
  (1, 'decision', 'we chose pnpm over yarn', 'npm:.', 0.9, '2026-11-01T08:00:00Z', '2026-11-01T08:00:00Z', '{"by":"agent"}'),
  (2, 'note', 'core is private', 'npm:packages/core', 0.5, '2026-11-01T08:00:00Z', '2026-11-01T08:00:00Z', '{}'),
  (4, 'note', 'no project', NULL, 0.1, '2026-11-01T08:00:00Z', '2026-11-01T08:00:00Z', '{}');
INSERT INTO memory_link VALUES (1, 2, 'about');
INSERT INTO memory_embedding VALUES (1, 'tiny', 2, X'0000803f00000040');
INSERT INTO migration_history (version, direction, name, blake3, applied_at, duration_ms, drift_version) VALUES (1, 'up', '0001_event', '0000000000000000000000000000000000000000000000000000000000000001', '2026-11-01T08:00:00Z', 1, '0.1.0');
INSERT INTO migration_history (version, direction, name, blake3, applied_at, duration_ms, drift_version) VALUES (2, 'up', '0002_memory', '0000000000000000000000000000000000000000000000000000000000000002', '2026-11-01T08:00:00Z', 1, '0.1.0');
