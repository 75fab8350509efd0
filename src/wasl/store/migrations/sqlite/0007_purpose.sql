-- Purpose: what every turn was for, without its words; what raters say; who was pointed to a channel of the operator's own.
-- When a person is erased their records stay as anonymous counts: other ids, no conversation, times rounded down.
create table purpose (
    id text primary key,                           -- the turn's
    conversation_id text,
    person_id text not null,                       -- at that time
    channel text not null,
    at_ms integer not null,
    episode text not null,                         -- the turn with which it began
    episode_at_ms integer not null,
    label text not null,                          -- business | general | mixed | neutral | uncertain
    odds real not null,
    served text not null,                         -- answered | part | redirected | refused | human | other
    mode text not null,                           -- watch | guard
    general_share real not null,
    inherited integer not null,
    judge text not null,                          -- none | agreed | changed | failed
    judge_label text,
    reply_label text,
    reply_odds real,
    input_tokens integer not null,
    output_tokens integer not null,
    scope_version text not null,
    classifier_version text not null,
    band_low real not null,
    band_high real not null,
    language text not null,
    country text not null
) strict, without rowid;
create index purpose_month on purpose (channel, at_ms, id);
create index purpose_time on purpose (at_ms, channel);
create index purpose_conversation on purpose (conversation_id, channel, at_ms) where conversation_id is not null;
create index purpose_person on purpose (person_id);
create index purpose_judged on purpose (channel, judge, at_ms, id) where judge <> 'none';

create table purpose_rating (
    id text primary key,
    purpose_id text not null,
    rater text not null,
    label text not null,
    at_ms integer not null,
    note text not null
) strict, without rowid;
create index purpose_rating_of on purpose_rating (purpose_id, at_ms);

-- A person is pointed elsewhere once in a while: the row is taken in one statement, whoever asks at the same time.
create table redirect_slot (
    person_id text primary key,
    turn_id text not null,
    at_ms integer not null
) strict, without rowid;

create table redirect (
    turn_id text primary key,
    conversation_id text,
    person_id text not null,
    channel text not null,
    at_ms integer not null,
    followed_ms integer,
    followed_on text
) strict, without rowid;
create index redirect_month on redirect (channel, at_ms, turn_id);
create index redirect_person on redirect (person_id);
create index redirect_conversation on redirect (conversation_id) where conversation_id is not null;
