"""The issues of the trackers: our copy, what is similar, linking or opening, incidents."""
