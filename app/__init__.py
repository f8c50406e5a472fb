"""Pointsman: throws the points for community tickets."""

import os

# Since 1.29 onnxruntime sends usage data and keeps an id of the machine, from its import on. Only this turns all of it
# off, and it is read once: so it is set before any module of ours can import that.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
