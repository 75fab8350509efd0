-- Imported chats, and one index over everything that was said. Whoever deletes a message or an entry, or gives it to another
-- conversation, need not know of the index: triggers keep it true. Nothing here fires when a message is stored.
create table import (
    n integer generated always as identity primary key,   -- what entries name it by
    id text collate "C" not null unique,
    owner uuid not null,                          -- the conversation that brought it
    state text not null,                          -- reading | waiting | done | stopped
    key text not null,                            -- the vault's name for its sources
    bytes_read bigint not null,
    bytes_total bigint not null,
    record text not null                          -- JSON
);
create index import_owner on import (owner, id);

create table chat (
    n integer generated always as identity primary key,
    id text collate "C" not null unique,
    owner uuid not null,
    import_id text not null,
    format text not null,
    native_id text,
    title text,
    told text not null,                           -- JSON: everything the source tells of it
    entries integer not null default 0,
    first_ms bigint,
    last_ms bigint,
    last_text text not null default ''
);
create index chat_owner on chat (owner, last_ms);
create index chat_last on chat ((coalesce(last_ms, 0)), id);

create table chat_import (
    chat_n integer not null,
    import_n integer not null,
    primary key (chat_n, import_n)
);
create index chat_import_import on chat_import (import_n);

create table participant (
    chat_n integer not null,
    key text collate "C" not null,
    told text not null,                           -- JSON
    primary key (chat_n, key)
);

create table entry (
    chat_n integer not null,
    seq bigint not null,
    author text,
    role text not null,
    text text not null,
    wall_ms bigint,
    instant_ms bigint,
    resolution text not null,
    native_id text,
    parts text,                                   -- JSON, null for plain words
    more text,                                    -- JSON, null for nothing
    source integer not null,
    start bigint,
    length bigint,
    pointer text,
    fingerprint bytea not null,
    import_n integer not null,
    search_key bigint,
    primary key (chat_n, seq)
);

-- Who refers to a file of ours: a message by its id, an entry by "chat/seq".
create table file_use (
    sha256 text collate "C" not null,
    place text collate "C" not null,
    primary key (sha256, place)
);
create index file_use_place on file_use (place);
insert into file_use select distinct p.value ->> 'sha256', m.id::text from message m, json_array_elements(m.parts::json) p
where strpos(m.parts, '"sha256":"') > 0 and p.value ->> 'sha256' is not null;

-- What is indexed, by time: words as they stand in order, and every form by which the text is found.
create table searchable (
    key bigint primary key,                       -- milliseconds << 20, and an order within them
    conversation_id uuid not null,
    message_id uuid,
    chat_n integer,
    seq bigint,
    said text not null,
    words tsvector not null
);
create index searchable_conversation on searchable (conversation_id, key);
-- A short waiting list: every search reads it to its end.
create index searchable_words on searchable using gin (words) with (gin_pending_list_limit = 256);
alter table message add column search_key bigint;     -- null: not indexed yet
create index message_unsearched on message (id) where search_key is null;
create table search_state (
    one integer primary key check (one = 1),
    words_version integer not null                -- of what is in the index; 0: some of it is older
);
insert into search_state select 1, case when exists (select 1 from message) then 0 else 1 end;

create function message_deleted() returns trigger language plpgsql as $$ begin
    delete from searchable s using gone g where s.key = g.search_key and s.message_id = g.id;
    delete from file_use f using gone g where f.place = g.id::text and strpos(g.parts, '"sha256":"') > 0;
    return null;
end $$;
create trigger message_deleted after delete on message referencing old table as gone for each statement
execute function message_deleted();

create function message_moved() returns trigger language plpgsql as $$ begin
    update searchable set conversation_id = new.conversation_id where key = new.search_key and message_id = new.id;
    return null;
end $$;
create trigger message_moved after update of conversation_id on message for each row
when (old.conversation_id is distinct from new.conversation_id) execute function message_moved();

create function entry_deleted() returns trigger language plpgsql as $$ begin
    delete from searchable s using gone g where s.key = g.search_key and s.chat_n = g.chat_n and s.seq = g.seq;
    delete from file_use f using gone g where f.place = g.chat_n || '/' || g.seq and strpos(g.parts, '"sha256":"') > 0;
    return null;
end $$;
create trigger entry_deleted after delete on entry referencing old table as gone for each statement
execute function entry_deleted();

create function chat_moved() returns trigger language plpgsql as $$ begin
    update searchable s set conversation_id = new.owner from entry e
    where e.chat_n = new.n and s.key = e.search_key and s.chat_n = e.chat_n and s.seq = e.seq;
    return null;
end $$;
create trigger chat_moved after update of owner on chat for each row
when (old.owner is distinct from new.owner) execute function chat_moved();

create function chat_deleted() returns trigger language plpgsql as $$ begin
    delete from entry where chat_n = old.n;
    delete from participant where chat_n = old.n;
    delete from chat_import where chat_n = old.n;
    return null;
end $$;
create trigger chat_deleted after delete on chat for each row execute function chat_deleted();

create function conversation_deleted() returns trigger language plpgsql as $$ begin
    delete from chat where owner = old.id;
    delete from import where owner = old.id;
    return null;
end $$;
create trigger conversation_deleted after delete on conversation for each row execute function conversation_deleted();
