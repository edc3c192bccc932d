DROP TABLE discovery_look;
DROP TABLE discovery;
DROP TABLE directory;
