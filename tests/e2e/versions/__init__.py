"""Two versions of one program, each run as a process: what the older one leaves behind, the newer one finishes."""
