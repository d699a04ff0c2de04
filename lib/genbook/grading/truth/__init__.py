"""What the judge computes itself: it sees values only, and trusts no code of a submission."""
