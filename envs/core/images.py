"""Images in messages: how they are made and checked.

    user(["What does the gauge show?", image("gauge.png")])

An image is part of its message: a `data:` URL with the bytes themselves. Addresses are refused, so
that an episode can be stored, replayed and graded without fetching anything.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from .errors import UsageError
from .image_headers import pixel_size
from .messages import Part

__all__ = ["MEDIA_TYPES", "MOST_BYTES", "ImageFacts", "image", "image_facts", "is_image_part"]

MEDIA_TYPES = ("image/png", "image/jpeg", "image/gif", "image/webp")
"""The kinds of images that every large provider takes. SVG is a program, and is none of them."""
MOST_BYTES = 5_000_000
"""The most bytes of one image. Anthropic's limit is the lowest."""
DETAILS = ("auto", "low", "high", "original")
_URL = re.compile(r"data:(image/[a-z]+);base64,([A-Za-z0-9+/]+={0,2})")
_BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)


class ImageFacts(NamedTuple):
    """What is known of an image without decoding its pixels.

    Attributes:
        media_type: one of `MEDIA_TYPES`.
        data: the bytes.
        width, height: in pixels; 0 where the header does not say.
    """

    media_type: str
    data: bytes
    width: int
    height: int

    @property
    def name(self) -> str:
        """The image in words: kind, size, and the beginning of its SHA-256."""
        kind = self.media_type.removeprefix("image/").upper()
        pixels = f"{self.width}x{self.height} pixels, " if self.width else ""
        digest = hashlib.sha256(self.data).hexdigest()[:12]
        return f"{kind}, {pixels}{len(self.data):,} bytes, sha256 {digest}"


def image(
    source: bytes | str | os.PathLike[str],
    media_type: str | None = None,
    *,
    detail: str | None = None,
) -> Part:
    """Make an image part of a message.

    Args:
        source: The bytes of a PNG, JPEG, GIF or WebP file, or the path of one.
        media_type: Media type, such as `image/png`. Default: what the bytes say.
        detail: How closely a model is to look (`low`, `high`, ...), for providers that know this.

    Raises:
        UsageError: The bytes are no such image, or too many, or the file cannot be read.
    """
    try:
        data = source if isinstance(source, bytes) else Path(source).read_bytes()
    except OSError as error:
        raise UsageError(f"the image {source} cannot be read: {error.strerror or error}") from None
    found = media_type or _kind_of(data) or "unknown"
    part: Part = {
        "type": "image_url",
        "image_url": {"url": f"data:{found};base64,{base64.b64encode(data).decode()}"},
    }
    if detail is not None:
        part["image_url"]["detail"] = detail
    image_facts(part)
    return part


def image_facts(part: Any) -> ImageFacts:
    """Read an image part.

    Raises:
        UsageError: It holds no image that may be in a message; the message says why.
    """
    if not is_image_part(part):
        raise UsageError(
            'expected {"type": "image_url", "image_url": {"url": "data:image/png;base64,..."}}, '
            f"not {part!r:.120}"
        )
    where = part["image_url"]
    url, detail = where["url"], where.get("detail", "auto")
    if detail not in DETAILS:
        raise UsageError(f"the detail of an image is {detail!r}; expected {', '.join(DETAILS)}")
    if len(url) > MOST_BYTES * 4 // 3 + 64:
        raise UsageError(
            f"an image has about {len(url) * 3 // 4:,} bytes; at most {MOST_BYTES:,} are allowed. "
            "Make it smaller before showing it"
        )
    match = _URL.fullmatch(url)
    if match is None or match[1] not in MEDIA_TYPES:
        raise UsageError(
            f"an image must be a data: URL of {', '.join(MEDIA_TYPES)} in base64, not {url!r:.80}. "
            "Addresses are never fetched; use image(bytes or path)"
        )
    try:
        data = base64.b64decode(match[2], validate=True)
    except binascii.Error as error:
        raise UsageError(f"an image is not valid base64: {error}") from None
    kind, found = match[1], _kind_of(data)
    if found != kind:
        raise UsageError(f"an image says it is {kind}, but its bytes are {found or 'no image'}")
    return ImageFacts(kind, data, *pixel_size(data, kind))


def is_image_part(value: object) -> bool:
    if not isinstance(value, Mapping) or value.get("type") != "image_url" or len(value) != 2:
        return False
    where = value.get("image_url")
    return (
        isinstance(where, Mapping)
        and isinstance(where.get("url"), str)
        and where.keys() <= {"url", "detail"}
    )


def _kind_of(data: bytes) -> str | None:
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in _BEGINNINGS if data.startswith(start)), None)
