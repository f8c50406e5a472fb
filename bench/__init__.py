"""The measurements of docs/benchmarks.md: ratios within one run, because machines differ and are noisy."""
