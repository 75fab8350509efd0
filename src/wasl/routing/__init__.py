"""Which candidate answers: pure choice, breaker, budget."""
