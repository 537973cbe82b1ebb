"""URL identity: one address, however it is spelled.

w3lib does what RFC 3986 and IDNA call equivalent: case of scheme and host, dot segments, the case
and the need of percent-encoding, punycode, the order of the query. Added here is what publishers'
links differ in without leading to another page: tracking parameters, default ports, a trailing
slash, credentials, fragments. What may well lead elsewhere stays: ``www.``, http against https.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

from w3lib.url import canonicalize_url

_DEFAULT_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|[0-9a-f:.]*:[0-9a-f:.]*")
# Most addresses in the news are plain words and in normal form but for a slash at the end; what
# this matches is known to come out of the long way as it went in, and costs a tenth.
_PLAIN = re.compile(r"https?://(?:[a-z][a-z0-9-]*\.)+[a-z]{2,}(?:/(?!\.)[A-Za-z0-9._~-]+)*")

# Only names that nobody gives to a parameter which selects a page: "ref", "source" or "id" are not
# here, although some use them to track.
_TRACKING = re.compile(
    r"""
      utm_\w+ | ga_(?:source|medium|campaign|content|term) | _ga | _gl   # Google Analytics
    | gclid | gclsrc | dclid | gbraid | wbraid | srsltid                 # Google Ads, Merchant
    | fbclid | fb_(?:action_ids|action_types|ref|source) | igshid | igsh # Meta
    | msclkid | yclid | ysclid | twclid | ttclid | li_fat_id | epik | rdt_cid | sccid
    | mc_(?:cid|eid) | mkt_tok | _hs(?:enc|mi) | hsctatracking | vero_(?:id|conv)
    | oly_(?:anon|enc)_id | wickedid | ml_subscriber(?:_hash)? | __s | _bta_(?:tid|c)
    | at_(?:medium|campaign|custom\d|format|link_\w+|bbc_team|ptr_name) | xtor   # AT Internet
    | (?:mtm|matomo|pk|piwik)_(?:source|medium|campaign|cid|content|keyword|kwd|group|placement)
    | cmpid | ns_(?:campaign|mchannel|source|linkname|fee) | wt_mc | wt\.mc_id | s_cid | ocid
    | guccounter | guce_referrer(?:_sig)? | __twitter_impression | amp_js_v
    """,
    re.IGNORECASE | re.VERBOSE,
)


def normalise_url(url: str) -> str | None:
    """Return the form that all spellings of ``url`` share; None for what is no http(s) URL.

    ``HTTPS://Example.com:443/a/../b/?utm_source=x&b=2&a=1#top`` becomes
    ``https://example.com/b?a=1&b=2``.
    """
    bare = url.removesuffix("/")
    if _PLAIN.fullmatch(bare):
        return bare if bare.count("/") > len("//") else f"{bare}/"
    return _long_way(url)


def _long_way(url: str) -> str | None:
    try:
        parts = urlsplit(canonicalize_url(url.strip(), keep_blank_values=True))
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:  # a port beyond 65535, an unclosed bracket, a lone surrogate
        return None
    if parts.scheme not in _DEFAULT_PORTS or not _HOST.fullmatch(host):
        return None
    netloc = f"[{host}]" if ":" in host else host
    if port is not None and port != _DEFAULT_PORTS[parts.scheme]:
        netloc = f"{netloc}:{port}"
    query = "&".join(
        pair
        for pair in parts.query.split("&")
        if pair and not _TRACKING.fullmatch(pair.partition("=")[0])
    )
    return urlunsplit((parts.scheme, netloc, parts.path.rstrip("/") or "/", query, ""))
