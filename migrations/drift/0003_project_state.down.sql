DROP INDEX problem_project;

CREATE TABLE problem_old (
  file ANY NOT NULL,
  line INTEGER,
  code TEXT NOT NULL,
  message TEXT NOT NULL
) STRICT;

INSERT INTO problem_old (rowid, file, line, code, message) SELECT id, file, line, code, message FROM problem;

DROP TABLE problem;
ALTER TABLE problem_old RENAME TO problem;

CREATE TABLE project_old (
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

INSERT INTO project_old (key, id, ecosystem, path, name, version, manifest, workspace, private, languages,
                         frameworks, files, first_seen_at, removed_at)
SELECT key, id, ecosystem, path, name, version, manifest, workspace, private, languages,
       frameworks, files, first_seen_at, removed_at
FROM project;

DROP TABLE project;
ALTER TABLE project_old RENAME TO project;
