-- Evidence: what was published, changed and handed over. Rows are only ever added; none of them is about a person.
create table evidence (
    id text collate "C" primary key,
    kind text collate "C" not null,                    -- figure | change | suite | pack
    channel text collate "C" not null,                      -- '' for all
    month text not null,                          -- 2026-10, or ''
    at_ms bigint not null,
    body text not null                            -- JSON
);
create index evidence_kind on evidence (kind, channel, at_ms, id);
