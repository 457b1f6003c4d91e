"""What changes when: parse, ask, draw."""
