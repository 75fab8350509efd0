-- Who bore a handle on a channel, also after the address ended: whoever lost the channel proves an old address by its handle.
create index address_handle on address (channel, handle);
create index address_named on address (channel, alias) where alias is not null;
