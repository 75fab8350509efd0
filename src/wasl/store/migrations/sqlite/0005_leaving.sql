-- Leaving: who is reachable where, what goes through each way a day, and the drills. Nothing here is written when a message comes: a
-- chore looks at addresses that it has not seen, and at each day once it is over.
alter table address add column country text;          -- null: not looked at yet, empty: it tells none
alter table address add column heard integer;         -- null: not looked at yet, 0: nobody ever wrote from it, 1: somebody did
create index address_reach on address (person_id, channel, country, heard) where valid_to_ms is null and kind <> 'group';
create index address_unseen on address (id) where country is null;
create index address_unheard on address (id) where heard = 0;

-- What went through a way or came from a candidate on one day (UTC).
create table traffic (
    day_ms integer not null,
    kind text not null,                               -- channel | candidate | all
    name text not null,
    turns integer not null,
    conversations integer not null,
    answered integer not null,
    primary key (day_ms, kind, name)
) strict, without rowid;

-- The figures of one day, for the trend: shares, and no people.
create table exposure (
    day_ms integer primary key,
    record text not null                              -- JSON
) strict;

create table drill (
    id text primary key,
    mode text not null,                               -- live | shadow
    started_ms integer not null,
    until_ms integer not null,                        -- a live drill ends by itself
    ended_ms integer,
    asked text not null,                              -- JSON: what is lost, and how
    report text                                       -- JSON, once it is over
) strict, without rowid;
create index drill_open on drill (until_ms) where ended_ms is null;
