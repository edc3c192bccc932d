DROP TRIGGER memory_fts_update;
DROP TRIGGER memory_fts_delete;
DROP TRIGGER memory_fts_insert;
DROP TABLE memory_fts;
DROP TABLE memory_embedding;
DROP TABLE memory_link;
DROP TABLE memory;
