-- What `check --record` and `check --baseline` keep: each run, what it judged of every project and of the
-- workspace as a whole, and what it found. A baseline is a run that a branch is measured by.

CREATE TABLE check_run (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  checked_at TEXT NOT NULL,
  git_head TEXT,
  git_branch TEXT,
  pull_request INTEGER NOT NULL CHECK (pull_request IN (0, 1))
) STRICT;

-- `project` is NULL for what concerns the workspace as a whole. `rule`, `project` and `subject` say which
-- finding it is; `file`, `line` and `message` may differ from run to run.
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

-- One row per project of the run, and one with `project` NULL for the workspace.
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

-- One per branch, and one more where a pull request from a branch of that name made it, which no other branch
-- is ever measured by. `branch` is empty outside git. gc removes what was not used for long.
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
