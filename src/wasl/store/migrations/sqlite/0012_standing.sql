-- Standings: conversations in human hands, and who was told that an AI answers. Consents were here before.
create table handoff (
    id text primary key,
    conversation_id text not null,
    channel text not null,
    why text not null,                            -- asked | emergency | moderation | operator | rule
    asked_ms integer not null,
    returns_ms integer not null,                  -- when it goes back to the assistant by itself
    note text not null,
    taken_ms integer,                             -- null: nobody has taken it yet
    taken_by text,
    ended_ms integer,
    ended_by text                                 -- operator | time | person
) strict, without rowid;
create unique index handoff_open on handoff (conversation_id) where ended_ms is null;
create index handoff_conversation on handoff (conversation_id, ended_ms);
create index handoff_waiting on handoff (asked_ms) where ended_ms is null;
create index handoff_ended on handoff (ended_ms) where ended_ms is not null;

create table disclosure (
    conversation_id text not null,
    channel text not null,
    at_ms integer not null,
    primary key (conversation_id, channel)
) strict, without rowid;
