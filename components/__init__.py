"""How things look: shell, cards, tables, figures, words, formats."""
