-- The list of a word can be read for a stretch of time: the newest come first without reading all of it. Where something is stored
-- already the index is made anew in the background once the store is open (store/postgres_search.py, which holds the same words).
do $$ begin
    if not exists (select 1 from searchable) then
        drop index searchable_words;
        create index searchable_words on searchable using gin
            (words, (array[(key >> 44) << 2 | 0, (key >> 48) << 2 | 1, (key >> 52) << 2 | 2, (key >> 56) << 2 | 3]))
            with (gin_pending_list_limit = 256);
    end if;
end $$;
