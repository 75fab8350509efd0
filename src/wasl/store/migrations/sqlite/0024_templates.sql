-- What platforms say of the templates that they approve beforehand, by list, webhook and refusal.
create table listed_template (
    channel text not null,
    name text not null,
    language text not null,
    status text not null,                         -- the platform's word: approved | paused | rejected …, or gone
    category text not null,
    carries integer not null,                     -- 1: an answer can be its one value
    characters_max integer not null,
    told_ms integer not null,
    listed integer not null,                      -- 0: known by a webhook or a refusal alone
    primary key (channel, name, language)
) strict, without rowid;
create table template_list (
    channel text primary key,
    at_ms integer not null                        -- when the whole list was read last
) strict, without rowid;
-- The signals that were read as news of a template.
create table template_signal (
    signal_id integer primary key
) strict;
