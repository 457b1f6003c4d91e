"""The vocabulary: what each number and each dimension means."""
