-- Who is who: links between conversations, an audit log, legal holds, erasures. Nothing moves on a link: a conversation only names
-- another person, and remembers as whom it was born.
alter table conversation add column born_as uuid;                            -- null: it still is whom it was born as
alter table conversation add column shared integer not null default 0;       -- 1: its person has other conversations too
alter table conversation add column identity_epoch integer not null default 0;   -- grows when whose it is, or what is in it, changes

alter table conversation add column continues text;                          -- the imported chat whose end is its beginning

-- A person's history over several conversations goes by id; ids sort by time.
create index message_by_id on message (conversation_id, id);
-- Messages with a file of ours, for who still refers to it.
create index message_file on message (conversation_id) where strpos(parts, '"sha256":"') > 0;
create index usage_conversation on usage (conversation_id) where conversation_id is not null;

alter table raw add column conversations text collate "C";                   -- ids of those whose words it holds, parted by spaces
create index raw_conversation on raw (conversations) where length(conversations) = 36;
create index raw_several on raw (id) where length(conversations) > 36;
create index raw_unknown on raw (channel) where conversations is null;

create table link (
    id text collate "C" primary key,
    one uuid not null,
    other uuid not null,
    proof text not null,                          -- code | embed token | account | operator
    made_by text not null,                        -- person | operator | system
    at_ms bigint not null,
    ended_ms bigint,
    ended_by text
);
create index link_one on link (one);
create index link_other on link (other);

create table audit (
    id text collate "C" primary key,
    at_ms bigint not null,
    made_by text not null,
    act text not null,
    person_id uuid not null,
    conversation_id uuid,
    address_id uuid,
    detail text not null
);
create index audit_person on audit (person_id, id);

create table legal_hold (
    person_id uuid primary key,
    reason text not null,
    made_by text not null,
    at_ms bigint not null
);

create table erasure (
    id text collate "C" primary key,
    at_ms bigint not null,
    made_by text not null,
    person_id uuid not null,
    conversations text not null,                  -- JSON array of ids
    addresses text not null,                      -- JSON array of ids
    receipt text not null
);
