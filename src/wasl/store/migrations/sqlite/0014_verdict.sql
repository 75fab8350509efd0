-- What the rules said when a delivery was to go out, as JSON: effect, ids of rules, digest of the book, reasons, price, what it waits for.
alter table delivery add column verdict text;
