"""A large batch mod a prime, every array kept whole: for equations to solve, and roots for each example."""
