-- What platforms say of the templates that they approve beforehand, by list, webhook and refusal.
create table listed_template (
    channel text collate "C" not null,
    name text collate "C" not null,
    language text collate "C" not null,
    status text collate "C" not null,                         -- the platform's word: approved | paused | rejected …, or gone
    category text collate "C" not null,
    carries bigint not null,                     -- 1: an answer can be its one value
    characters_max bigint not null,
    told_ms bigint not null,
    listed bigint not null,                      -- 0: known by a webhook or a refusal alone
    primary key (channel, name, language)
);
create table template_list (
    channel text collate "C" primary key,
    at_ms bigint not null                        -- when the whole list was read last
);
-- The signals that were read as news of a template.
create table template_signal (
    signal_id bigint primary key
);
