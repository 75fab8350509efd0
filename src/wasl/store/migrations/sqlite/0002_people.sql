-- Who is who: links between conversations, an audit log, legal holds, erasures. Nothing moves on a link: a conversation only names
-- another person, and remembers as whom it was born.
alter table conversation add column born_as text;                            -- null: it still is whom it was born as
alter table conversation add column shared integer not null default 0;       -- 1: its person has other conversations too
alter table conversation add column identity_epoch integer not null default 0;   -- grows when whose it is, or what is in it, changes

alter table conversation add column continues text;                          -- the imported chat whose end is its beginning

-- A person's history over several conversations goes by id; ids sort by time.
create index message_by_id on message (conversation_id, id);
-- Messages with a file of ours, for who still refers to it.
create index message_file on message (conversation_id) where instr(parts, '"sha256":"') > 0;
create index usage_conversation on usage (conversation_id) where conversation_id is not null;

alter table raw add column conversations text;                               -- ids of those whose words it holds, parted by spaces
create index raw_conversation on raw (conversations) where length(conversations) = 36;
create index raw_several on raw (id) where length(conversations) > 36;
create index raw_unknown on raw (channel) where conversations is null;

create table link (
    id text primary key,
    one text not null,
    other text not null,
    proof text not null,                          -- code | embed token | account | operator
    made_by text not null,                        -- person | operator | system
    at_ms integer not null,
    ended_ms integer,
    ended_by text
) strict, without rowid;
create index link_one on link (one);
create index link_other on link (other);

create table audit (
    id text primary key,
    at_ms integer not null,
    made_by text not null,
    act text not null,
    person_id text not null,
    conversation_id text,
    address_id text,
    detail text not null
) strict, without rowid;
create index audit_person on audit (person_id, id);

create table legal_hold (
    person_id text primary key,
    reason text not null,
    made_by text not null,
    at_ms integer not null
) strict, without rowid;

create table erasure (
    id text primary key,
    at_ms integer not null,
    made_by text not null,
    person_id text not null,
    conversations text not null,                  -- JSON array of ids
    addresses text not null,                      -- JSON array of ids
    receipt text not null
) strict, without rowid;
