"""Help me choose: answers to what kinds of care to ask about. Plain rules; docs/guide.md."""
