-- A problem belongs to the project whose directory holds its file, so that every result can be asked per
-- project; the lists of a project are JSON arrays by constraint, since other programs read them.
-- SQLite cannot add a constraint to a table, so `project` is rebuilt in the order of
-- https://sqlite.org/lang_altertable.html#otheralter; foreign keys are off while migrations run.

CREATE TABLE project_new (
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

INSERT INTO project_new (key, id, ecosystem, path, name, version, manifest, workspace, private, languages,
                         frameworks, files, first_seen_at, removed_at)
SELECT key, id, ecosystem, path, name, version, manifest, workspace, private, languages,
       frameworks, files, first_seen_at, removed_at
FROM project;

DROP TABLE project;
ALTER TABLE project_new RENAME TO project;

CREATE TABLE problem_new (
  id INTEGER PRIMARY KEY,
  file ANY NOT NULL,
  line INTEGER,
  code TEXT NOT NULL,
  message TEXT NOT NULL,
  project INTEGER REFERENCES project (key) ON DELETE SET NULL
) STRICT;

INSERT INTO problem_new (id, file, line, code, message) SELECT rowid, file, line, code, message FROM problem;

DROP TABLE problem;
ALTER TABLE problem_new RENAME TO problem;

CREATE INDEX problem_project ON problem (project) WHERE project IS NOT NULL;
