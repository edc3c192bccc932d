DROP TABLE migration_history;
DROP TABLE event;
DROP TABLE workspace;
