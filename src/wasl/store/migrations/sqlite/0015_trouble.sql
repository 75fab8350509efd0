-- Signs that a platform turns against us, until the operator clears them; and which signals were looked at.
create table trouble (
    id text primary key,
    channel text not null,
    scope text not null,
    kind text not null,
    gravity text not null,                        -- grave | notice
    first_ms integer not null,
    last_ms integer not null,
    times integer not null,
    told_ms integer,
    cleared_ms integer,
    cleared_by text
) strict, without rowid;
create unique index trouble_open on trouble (channel, kind) where cleared_ms is null;
create index trouble_cleared on trouble (cleared_ms) where cleared_ms is not null;
create table trouble_signal (
    signal_id integer primary key
) strict;
