"""What was learned from labelled tickets. Nothing here trains, writes, or asks the outside."""
