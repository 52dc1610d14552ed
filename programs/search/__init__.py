"""Search: from what a visitor typed to what a page prints. Nothing else looks for matches."""
