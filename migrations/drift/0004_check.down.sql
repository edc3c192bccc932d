DROP TABLE baseline;
DROP TABLE gate_result;
DROP TABLE finding;
DROP TABLE check_run;
