"""What things cost: dated price cards, and sums of estimate and truth. Pure."""
