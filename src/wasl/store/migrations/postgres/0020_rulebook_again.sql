-- From what a version of the rulebook can be made again: a start with wrong rule files takes the last one that was in force.
alter table rulebook add column own text;                              -- the operator's files by name (JSON); null: unknown
alter table rulebook add column last_ms bigint not null default 0;    -- when it came into force here last
create index rulebook_by_last on rulebook (last_ms) where own is not null;
