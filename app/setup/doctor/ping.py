"""The event of a test delivery: that it arrives is all that it says."""

EVENT = "doctor.ping"
