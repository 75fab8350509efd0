-- Signs that a platform turns against us, until the operator clears them; and which signals were looked at.
create table trouble (
    id uuid primary key,
    channel text collate "C" not null,
    scope text not null,
    kind text collate "C" not null,
    gravity text collate "C" not null,            -- grave | notice
    first_ms bigint not null,
    last_ms bigint not null,
    times integer not null,
    told_ms bigint,
    cleared_ms bigint,
    cleared_by text
);
create unique index trouble_open on trouble (channel, kind) where cleared_ms is null;
create index trouble_cleared on trouble (cleared_ms) where cleared_ms is not null;
create table trouble_signal (
    signal_id bigint primary key
);
