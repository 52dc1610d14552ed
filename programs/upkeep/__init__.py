"""What keepers do to keep listings true, apart from how it looks on a page."""
