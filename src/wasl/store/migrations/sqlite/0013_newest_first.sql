-- Searches read the newest first, and FTS5 goes forward through a long list ten times as fast as backward: so rows are numbered
-- backward in time (a place is the greatest key less the key). And a live message that waits to be handed to FTS5 waits as a whole
-- row in one small table, until some hundreds go into the large ones together.
-- may lose rows: words, words_data, words_idx, words_config, words_docsize, fresh
drop trigger searchable_deleted;
drop trigger searchable_changed;
drop trigger message_deleted;
drop trigger message_moved;
drop table words;
drop table fresh;

create view newest_first as select 4611686018427387903 - key as place, said, forms from searchable;
create virtual table words using fts5 (
    said, forms, content = 'newest_first', content_rowid = 'place', columnsize = 0, tokenize = "ascii tokenchars '.,:''_'"
);
insert into words (words, rank) values ('automerge', 8);    -- a fifth less work when writing; `tidy` merges the rest now and then
insert into words (words, rank) values ('usermerge', 4);    -- what `tidy` leaves at the most of one size
insert into words (words, rank) values ('hashsize', 4194304);  -- a run of an import is gathered whole before it is written out
insert into words (rowid, said, forms) select place, said, forms from newest_first order by place;

create table fresh (
    key integer primary key,
    conversation_id text not null,
    message_id text not null,
    said text not null,
    forms text not null
) strict;

create trigger searchable_deleted after delete on searchable begin
    insert into words (words, rowid, said, forms) values ('delete', 4611686018427387903 - old.key, old.said, old.forms);
end;
create trigger searchable_changed after update of said, forms on searchable begin
    insert into words (words, rowid, said, forms) values ('delete', 4611686018427387903 - old.key, old.said, old.forms);
    insert into words (rowid, said, forms) values (4611686018427387903 - new.key, new.said, new.forms);
end;
create trigger message_deleted after delete on message begin
    delete from searchable where key = old.search_key and message_id = old.id;
    delete from fresh where key = old.search_key and message_id = old.id;
    delete from file_use where place = old.id and instr(old.parts, '"sha256":"') > 0;
end;
create trigger message_moved after update of conversation_id on message when old.conversation_id <> new.conversation_id begin
    update searchable set forms = replace(forms, '_' || replace(old.conversation_id, '-', ''), '_' || replace(new.conversation_id, '-', ''))
    where key = new.search_key and message_id = new.id;
    update fresh set forms = replace(forms, '_' || replace(old.conversation_id, '-', ''), '_' || replace(new.conversation_id, '-', '')),
    conversation_id = new.conversation_id where key = new.search_key and message_id = new.id;
end;
