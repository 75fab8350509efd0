-- Imported chats, and one index over everything that was said. Whoever deletes a message or an entry, or gives it to another
-- conversation, need not know of the index: triggers keep it true. Nothing here fires when a message is stored.
create table import (
    n integer primary key,                        -- what entries name it by
    id text not null unique,
    owner text not null,                          -- the conversation that brought it
    state text not null,                          -- reading | waiting | done | stopped
    key text not null,                            -- the vault's name for its sources
    bytes_read integer not null,
    bytes_total integer not null,
    record text not null                          -- JSON
) strict;
create index import_owner on import (owner, id);

create table chat (
    n integer primary key,                        -- stands above the seq in the ids of its entries
    id text not null unique,
    owner text not null,
    import_id text not null,
    format text not null,
    native_id text,
    title text,
    told text not null,                           -- JSON: everything the source tells of it
    entries integer not null default 0,
    first_ms integer,
    last_ms integer,
    last_text text not null default ''
) strict;
create index chat_owner on chat (owner, last_ms);
create index chat_last on chat (last_ms);

create table chat_import (
    chat_n integer not null,
    import_n integer not null,
    primary key (chat_n, import_n)
) strict, without rowid;
create index chat_import_import on chat_import (import_n);

create table participant (
    chat_n integer not null,
    key text not null,
    told text not null,                           -- JSON
    primary key (chat_n, key)
) strict, without rowid;

create table entry (
    id integer primary key,                       -- chat n << 41 | seq
    author text,
    role text not null,
    text text not null,
    wall_ms integer,
    instant_ms integer,
    resolution text not null,
    native_id text,
    parts text,                                   -- JSON, null for plain words
    more text,                                    -- JSON, null for nothing
    source integer not null,
    start integer,
    length integer,
    pointer text,
    fingerprint blob not null,
    import_n integer not null,
    search_key integer
) strict;

-- Who refers to a file of ours: a message by its id, an entry by its number.
create table file_use (
    sha256 text not null,
    place text not null,
    primary key (sha256, place)
) strict, without rowid;
create index file_use_place on file_use (place);
insert or ignore into file_use select json_extract(p.value, '$.sha256'), m.id from message m, json_each(m.parts) p
where instr(m.parts, '"sha256":"') > 0 and json_extract(p.value, '$.sha256') is not null;

-- What is indexed, by time: words as they stand, and their other forms with the token of the conversation.
create table searchable (
    key integer primary key,                      -- milliseconds << 20, and an order within them
    message_id text,
    entry_id integer,
    said text not null,
    forms text not null
) strict;
create virtual table words using fts5 (
    said, forms, content = 'searchable', content_rowid = 'key', columnsize = 0, tokenize = "ascii tokenchars '.,:''_'"
);
insert into words (words, rank) values ('automerge', 8);    -- a fifth less work when writing, and searches read a few more pages
insert into words (words, rank) values ('hashsize', 4194304);  -- a run of an import is gathered whole before it is written out
-- Live messages that are in searchable and not in words yet. FTS5 writes out at every commit what it gathered, which costs six times
-- the indexing itself; so they are handed over some hundreds at a time, and searches look through those that wait.
create table fresh (
    key integer primary key
) strict;
alter table message add column search_key integer;    -- null: not indexed yet
create index message_unsearched on message (id) where search_key is null;
create table search_state (
    one integer primary key check (one = 1),
    words_version integer not null                -- of what is in the index; 0: some of it is older
) strict;
insert into search_state select 1, case when exists (select 1 from message) then 0 else 1 end;

create trigger searchable_deleted after delete on searchable begin
    insert into words (words, rowid, said, forms) select 'delete', old.key, old.said, old.forms
    where not exists (select 1 from fresh where key = old.key);
    delete from fresh where key = old.key;
end;
create trigger searchable_changed after update of said, forms on searchable
when not exists (select 1 from fresh where key = old.key) begin
    insert into words (words, rowid, said, forms) values ('delete', old.key, old.said, old.forms);
    insert into words (rowid, said, forms) values (new.key, new.said, new.forms);
end;
create trigger message_deleted after delete on message begin
    delete from searchable where key = old.search_key and message_id = old.id;
    delete from file_use where place = old.id and instr(old.parts, '"sha256":"') > 0;
end;
create trigger message_moved after update of conversation_id on message when old.conversation_id <> new.conversation_id begin
    update searchable set forms = replace(forms, '_' || replace(old.conversation_id, '-', ''), '_' || replace(new.conversation_id, '-', ''))
    where key = new.search_key and message_id = new.id;
end;
create trigger entry_deleted after delete on entry begin
    delete from searchable where key = old.search_key and entry_id = old.id;
    delete from file_use where place = cast(old.id as text) and instr(old.parts, '"sha256":"') > 0;
end;
create trigger chat_moved after update of owner on chat when old.owner <> new.owner begin
    update searchable set forms = replace(forms, '_' || replace(old.owner, '-', ''), '_' || replace(new.owner, '-', ''))
    where key in (select search_key from entry where id between new.n << 41 and (new.n << 41) | ((1 << 41) - 1));
end;
create trigger chat_deleted after delete on chat begin
    delete from entry where id between old.n << 41 and (old.n << 41) | ((1 << 41) - 1);
    delete from participant where chat_n = old.n;
    delete from chat_import where chat_n = old.n;
end;
create trigger conversation_deleted after delete on conversation begin
    delete from chat where owner = old.id;
    delete from import where owner = old.id;
end;
