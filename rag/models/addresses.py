"""Base URLs of model servers."""

from __future__ import annotations

import ipaddress
import urllib.request
from urllib.parse import urlsplit

import regex

_USER = regex.compile(r"^(\s*+[\w+.-]*+:/++)?.*@", regex.DOTALL)
_PARAMETERS = regex.compile(r"([?#]).+", regex.DOTALL)


def with_version(base_url: str) -> str:
    """Return a base URL, with ``/v1`` added if it has no path."""
    url = base_url.strip().rstrip("/")
    if "://" not in url:
        url = f"http://{url}"
    return url if urlsplit(url).path.strip("/") else f"{url}/v1"


def without_password(base_url: str) -> str:
    """Return an address as it may be shown, also one that is not well-formed.

    It is without a user's name and password, and without what a query or a fragment says: some
    servers take their key there.
    """
    return _PARAMETERS.sub(r"\1…", _USER.sub(r"\1", base_url))


def is_local(base_url: str) -> bool:
    """Return whether an address is on this machine; such addresses ignore proxy variables."""
    host = urlsplit(base_url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def proxy_of(base_url: str) -> str | None:
    """Return the proxy that the environment names for an address; none for this machine."""
    url = urlsplit(base_url)
    if is_local(base_url) or urllib.request.proxy_bypass(url.hostname or ""):
        return None
    proxies = urllib.request.getproxies()
    return proxies.get(url.scheme) or proxies.get("all")
