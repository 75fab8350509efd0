-- Sunsets: leaving a channel without losing anyone.
create table sunset (
    id text primary key,
    channel text not null,
    state text not null,                              -- draft | running | paused | closed | undone
    plan text not null                                -- JSON: everything else
) strict, without rowid;
create index sunset_state on sunset (state);

-- Whom a sunset concerns: one row an address.
create table sunset_member (
    sunset_id text not null,
    address_id text not null,
    conversation_id text not null,
    region text not null,
    language text not null,
    told_ms integer not null default 0,               -- when they were told last, 0: never
    moved_ms integer,                                 -- since when they may be reached elsewhere
    lost text,                                        -- why they cannot be told
    primary key (sunset_id, address_id)
) strict, without rowid;
create index sunset_member_open on sunset_member (sunset_id, told_ms, address_id) where moved_ms is null and lost is null;
create index sunset_member_region on sunset_member (sunset_id, region);
create index sunset_member_conversation on sunset_member (conversation_id);

-- Who was told in which milestone by which message: written before the message is, so that nobody is told twice.
create table sunset_told (
    sunset_id text not null,
    milestone text not null,
    address_id text not null,
    conversation_id text not null,
    message_id text not null,
    free integer not null,                            -- 1: in the window
    at_ms integer not null,
    said integer not null default 0,
    primary key (sunset_id, milestone, address_id)
) strict, without rowid;
create index sunset_told_unsaid on sunset_told (sunset_id, address_id) where said = 0;
create index sunset_told_outside on sunset_told (at_ms) where free = 0;
create index sunset_told_message on sunset_told (message_id);
