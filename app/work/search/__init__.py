"""What is searched by words and by meaning: in the records for all processes, and in memory in each."""
