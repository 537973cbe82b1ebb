"""URL identity: one address, however it is spelled.

w3lib does what RFC 3986 and IDNA call equivalent: case of scheme and host, dot segments, the case
and the need of percent-encoding, punycode, the order of the query. Added here is what publishers'
links differ in without leading to another page: tracking parameters, session ids, default ports, a
trailing slash, an index file's name, credentials, fragments, mobile and AMP twins
(``dedupe.acquire.twins``). What may well lead elsewhere stays: ``www.``, http against https, the
case of a path, a parameter that could select a page.
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit, urlunsplit

from w3lib.url import canonicalize_url

from dedupe.acquire.twins import cached_address, desktop_host, desktop_path, is_twin_parameter

RULES = 2
"""Version of these rules. Other rules make other ids of the same addresses, so runs record it."""

_DEFAULT_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|[0-9a-f.]*+:[0-9a-f:.]*+")
# Most addresses in the news are plain words and in normal form but for a slash at the end; what
# this matches is known to come out of the long way as it went in, and costs a tenth.
_PLAIN = re.compile(r"https?://(?:[a-z][a-z0-9-]*\.)+[a-z]{2,}(?:/(?!\.)[A-Za-z0-9._~-]+)*")
_NOT_PLAIN = re.compile(
    r"//(?:amp|m|mobile|touch)\.|\.m\.|\bamp(?![a-z0-9])|/(?:index|default)\.|\.ampproject\.",
    re.IGNORECASE,
)
_INDEX = re.compile(r"/(?:index\.(?:html?|shtml|php)|default\.aspx?)$", re.IGNORECASE)
_SESSION_IN_PATH = re.compile(r";jsessionid=[^/;]*|/\(s\([a-z0-9]{24}\)\)(?=/)", re.IGNORECASE)

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
    | gad_(?:source|campaignid) | mibextid | __tn__ | _openstat | dm_i | dicbo | tblci | obOrigUrl
    | __hs(?:tc|sc|fp) | _branch_match_id | ck_subscriber_id | ss_(?:source|campaign_(?:id|name))
    | at_(?:general|identity|campaign_type|variant|emailtype|send_date|recipient_\w+)
    | wt\.(?:mc_ev|tsrc|z_\w+) | wprov | smid | smtyp | intcmp | sr_share | xtref | soc_(?:src|trk)
    | phpsessid | jsessionid | aspsessionid\w+ | cfid | cftoken | oscsid | zenid      # sessions
    """,
    re.IGNORECASE | re.VERBOSE,
)
# "sid" may be a story's number, "session_id" one of a conference; a digest is neither.
_SESSION = re.compile(r"(?:sid|sess(?:ion)?_?id)=[0-9a-f]{32}", re.IGNORECASE)
_USERINFO = re.compile(r"^(\s*[a-z][a-z0-9+.-]*://)[^/?#]*@", re.IGNORECASE)
_SECRET = re.compile(
    r"""(?<=[?&])((?:x-(?:amz|goog)-(?:signature|credential|security-token)|sig|signature
    |(?:access|auth)_?token|token|api_?key|client_?secret|secret|passw(?:or)?d)=)[^&#]+""",
    re.IGNORECASE | re.VERBOSE,
)

# Servers and browsers take no longer one, and nobody wraps caches in caches more often.
_LONGEST, _MOST_TURNS = 8_192, 8


def normalise_url(url: str) -> str | None:
    """Return the form that all spellings of ``url`` share; None for what is no http(s) URL.

    ``HTTPS://Example.com:443/a/../b/?utm_source=x&b=2&a=1#top`` becomes
    ``https://example.com/b?a=1&b=2``.
    """
    bare = url.removesuffix("/")
    if len(bare) > _LONGEST:
        return None
    if _PLAIN.fullmatch(bare) and not _NOT_PLAIN.search(bare):
        return bare if bare.count("/") > len("//") else f"{bare}/"
    # What one way takes off may bring forth what another does: the form is what stays as it is.
    found = _long_way(url)
    for _ in range(_MOST_TURNS):
        if found is None or len(found) > _LONGEST:
            return None
        if (again := _long_way(found)) == found:
            return found
        found = again
    return None


def masked(url: str) -> str:
    """Return ``url`` fit to be logged and stored: no credentials, and no key among its parameters.

    ``https://me:pass@example.org/feed?token=abc`` becomes ``https://***@example.org/feed?token=***``.
    """
    if "@" in url:
        url = _USERINFO.sub(r"\1***@", url)
    return _SECRET.sub(r"\1***", url) if "=" in url else url


def without_credentials(url: str) -> str:
    """Return ``url`` without user name and password."""
    return _USERINFO.sub(r"\1", url)


def _long_way(url: str) -> str | None:
    try:
        # &amp; comes from addresses copied out of markup; no parameter's name begins so.
        parts = _parts(url.strip().replace("&amp;", "&"))
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:  # a port beyond 65535, an unclosed bracket, a lone surrogate
        return None
    if parts.scheme not in _DEFAULT_PORTS or not _HOST.fullmatch(host):
        return None
    if port == _DEFAULT_PORTS[parts.scheme]:
        port = None
    host = f"[{host}]" if ":" in host else desktop_host(host)
    path, query = _path(parts.path), parts.query
    # An AMP cache names the page in its path, which may show only when it was shortened.
    cached = cached_address(host, parts.path, query) or cached_address(host, path, query)
    if port is None and cached:
        return cached
    netloc = host if port is None else f"{host}:{port}"
    return urlunsplit((parts.scheme, netloc, path, _query(query), parts.fragment))


def _parts(url: str) -> SplitResult:
    # "#!" is the address of a page that a script shows; other fragments are places on a page.
    kept = "#!" in url and url.partition("#")[2].startswith("!")
    return urlsplit(canonicalize_url(url, keep_blank_values=True, keep_fragments=kept))


def _path(path: str) -> str:
    before = None
    while path != before:
        before = path
        path = _INDEX.sub("/", _SESSION_IN_PATH.sub("", path)).rstrip("/")
        path = desktop_path(path)
    return path or "/"


def _query(query: str) -> str:
    return "&".join(
        pair
        for pair in query.split("&")
        if pair
        and not _TRACKING.fullmatch(pair.partition("=")[0])
        and not _SESSION.fullmatch(pair)
        and not is_twin_parameter(pair)
    )
