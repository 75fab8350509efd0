-- The statistics of words tell which searches read a word's list and which look through the newest rows: three times as many words
-- are known by number, so that what is not among them is rare.
alter table searchable alter column words set statistics 300;
