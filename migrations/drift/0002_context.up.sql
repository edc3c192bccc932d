-- What is known of the workspace, ready to be read: one JSON value per section, rewritten in the transaction
-- that changes what it tells of.

CREATE TABLE workspace_context (
  section TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
