-- Sunsets: leaving a channel without losing anyone.
create table sunset (
    id text collate "C" primary key,
    channel text collate "C" not null,
    state text not null,                              -- draft | running | paused | closed | undone
    plan text not null                                -- JSON: everything else
);
create index sunset_state on sunset (state);

-- Whom a sunset concerns: one row an address.
create table sunset_member (
    sunset_id text collate "C" not null,
    address_id uuid not null,
    conversation_id uuid not null,
    region text collate "C" not null,
    language text not null,
    told_ms bigint not null default 0,               -- when they were told last, 0: never
    moved_ms bigint,                                 -- since when they may be reached elsewhere
    lost text,                                        -- why they cannot be told
    primary key (sunset_id, address_id)
);
create index sunset_member_open on sunset_member (sunset_id, told_ms, address_id) where moved_ms is null and lost is null;
create index sunset_member_region on sunset_member (sunset_id, region);
create index sunset_member_conversation on sunset_member (conversation_id);

-- Who was told in which milestone by which message: written before the message is, so that nobody is told twice.
create table sunset_told (
    sunset_id text collate "C" not null,
    milestone text collate "C" not null,
    address_id uuid not null,
    conversation_id uuid not null,
    message_id uuid not null,
    free smallint not null,                            -- 1: in the window
    at_ms bigint not null,
    said smallint not null default 0,
    primary key (sunset_id, milestone, address_id)
);
create index sunset_told_unsaid on sunset_told (sunset_id, address_id) where said = 0;
create index sunset_told_outside on sunset_told (at_ms) where free = 0;
create index sunset_told_message on sunset_told (message_id);
