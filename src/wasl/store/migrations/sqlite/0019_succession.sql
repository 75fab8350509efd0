-- Successions: candidates of the route that others replace from a day on.
create table succession (
    id text primary key,
    state text not null,                              -- tried | planned | undone
    plan text not null                                -- JSON: everything else
) strict, without rowid;
create index succession_state on succession (state, id);
