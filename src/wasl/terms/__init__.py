"""Terms watch: what a page says, in a form in which only words count, and what became of those words; pure."""
