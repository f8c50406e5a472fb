"""Before anything imports numpy: the test processes share the processors, and threads of its BLAS would only spin."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
