-- The id that git gives the content of a file: a checkout on another machine, whose index names the same id, has
-- the same content, though its times are all new. NULL where nobody looked, or where git converts the file on
-- its way into the work tree, so that the id is that of other bytes.

ALTER TABLE file ADD COLUMN git_oid BLOB CHECK (length(git_oid) = 20);
