-- What a scan remembers so that the next one need not look again. It describes one machine's tree, means nothing
-- elsewhere, and may be emptied at any time.

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
