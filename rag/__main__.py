"""``python -m rag`` is the same as ``rag``."""

from __future__ import annotations

import sys

from rag.interfaces.cli.main import main

sys.exit(main())
