DROP TABLE workspace_context;
