"""``python -m rag`` is ``rag``."""

from __future__ import annotations

import sys

from rag.interfaces.cli.main import main

sys.exit(main())
