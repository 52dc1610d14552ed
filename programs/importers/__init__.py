"""What fills the tables from files: the vocabulary, and the federal releases."""
