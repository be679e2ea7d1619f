//! Every SQL statement, and the one writer with group commit.
