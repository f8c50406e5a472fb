"""The parts of routing.yaml and macros.yaml that contain no condition."""
