-- How old the last export is.
create index audit_act on audit (act, at_ms);
