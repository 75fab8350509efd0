-- On SQLite deliveries are rows of their own number from here on; PostgreSQL's tables are made so anyway.
comment on table delivery is 'what is brought to an address, and how far it came';
