-- What a day has cost, by channel and by candidate: JSON, currency to an exact decimal.
alter table traffic add column money text not null default '{}';
