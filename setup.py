"""Puts what the chat serves, which lies at the top of the repository, into the wheel.

There it is ``rag/_app``; see ``rag/domain/paths.py``. Everything else stands in pyproject.toml.
"""

from setuptools import find_packages, setup

setup(
    script_name="setup.py",  # which is then no module of the package below
    packages=[*find_packages(include=["rag*"]), "rag._app"],
    package_dir={"rag._app": "."},
)
