-- What tools and agents remember about a repository. Other programs write here through drift-db, under
-- `writer.lock`; drift reads, counts, keeps and moves it. `project` is the textual id, since the project's
-- key belongs to another database. Times are RFC 3339 in UTC.

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

-- A vector is `dimensions` 32-bit little-endian floats.
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
