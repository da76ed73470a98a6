"""The texts of tokens, as people read them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

__all__ = ["texts_of"]


def texts_of(tokenizer: Any, ids: Any) -> tuple[tuple[str, ...], ...] | None:
    """[texts][tokens] of integer ids [texts, tokens]; None without a tokenizer."""
    if tokenizer is None or ids is None:
        return None
    return tuple(tuple(_readable(t) for t in tokenizer.convert_ids_to_tokens(row)) for row in ids.tolist())


def _readable(token: Any) -> str:
    """'Ġthe' of byte-level vocabularies and '▁the' of SentencePiece are ' the'."""
    if token is None:
        return "?"
    text = token.decode("utf-8", "replace") if isinstance(token, bytes) else str(token)
    if "▁" in text:
        return text.replace("▁", " ")
    bytes_of = _byte_of_letter()
    if all(letter in bytes_of for letter in text):
        try:
            return bytes(bytes_of[letter] for letter in text).decode("utf-8")
        except UnicodeDecodeError:
            return text  # part of a character, or a letter of another vocabulary
    return text


@lru_cache(maxsize=1)
def _byte_of_letter() -> dict[str, int]:
    """GPT-2's letters for bytes: printable ones are themselves, others follow at 256."""
    printable = [
        *range(ord("!"), ord("~") + 1),
        *range(ord("¡"), ord("¬") + 1),
        *range(ord("®"), ord("ÿ") + 1),
    ]
    letters = {chr(byte): byte for byte in printable}
    others = (byte for byte in range(256) if byte not in printable)
    return letters | {chr(256 + at): byte for at, byte in enumerate(others)}
