"""The command line: `zebra-lab lint FILE…` and `zebra-lab config config.json`.

Exit codes: 0 nothing is wrong, 1 there are findings, 2 something could not be read.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import re
import sys
from collections.abc import Sequence
from typing import Any

from . import __version__
from ._engine import ZebraLabError, ask
from ._inputs import brought
from .lint import Findings, lint

OK, FOUND, UNREAD = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command and returns its exit code."""
    parser = _parser()
    given = parser.parse_args(arguments)
    if given.command is None:
        parser.print_help()
        return OK
    try:
        return given.run(given)
    except ZebraLabError as error:
        print(f"zebra-lab: {_in_options(str(error))}", file=sys.stderr)
        return UNREAD
    except BrokenPipeError:  # the reader, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNREAD


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="zebra-lab",
        description="Checks attention masks and configs. Exit code 0: nothing is wrong; 1: findings; 2: not readable.",
    )
    parser.add_argument("--version", action="version", version=f"zebra-lab {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    check = commands.add_parser(
        "lint",
        help="find what is wrong with masks",
        description="Finds what is wrong with masks: .npy, .npz, .safetensors, PNG, JSON, text, or a saved capture. "
        "Several files that differ in a number are the layers of one stack.",
    )
    check.add_argument(
        "files", nargs="+", metavar="FILE", help="a mask, a stack, lists of tokens, or a capture"
    )
    check.add_argument(
        "--expect",
        metavar="TEXT",
        help="what they should be: 'causal & window(4096)', 'S*5 G', or a file with masks",
    )
    check.add_argument(
        "--window", type=_whole, metavar="N", help="keys that a layer S reads, the query included"
    )
    check.add_argument(
        "--config", metavar="FILE", help="a config.json with the intended masks, or the window"
    )
    check.add_argument("--layer", type=_whole, metavar="N", help="the layer that a single mask is of, from 0")
    check.add_argument(
        "--length", type=_whole, metavar="N", help="tokens of the text; what follows is padding"
    )
    check.add_argument("--is-causal", action="store_true", help="the attention call also gets is_causal")
    check.add_argument(
        "--allowed", choices=("nonzero", "zero", "additive"), help="which numbers let a query read a key"
    )
    check.add_argument("--json", action="store_true", help="write JSON")
    check.set_defaults(run=_lint)

    config = commands.add_parser(
        "config",
        help="the layers of a config, and what they cost",
        description="The layers of a config.json by kind: what each reads and keeps, and the size of its cache.",
    )
    config.add_argument("file", metavar="config.json")
    config.add_argument("--length", type=_whole, metavar="N", help="tokens for which the cache is counted")
    config.add_argument("--part", choices=("encoder", "decoder", "cross"), help="of an encoder and a decoder")
    config.add_argument("--json", action="store_true", help="write JSON")
    config.set_defaults(run=_config)
    return parser


def _whole(text: str) -> int:
    try:
        return int(text.replace(",", "").replace("_", ""))
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' should be a whole number") from None


def _lint(given: argparse.Namespace) -> int:
    findings = lint(
        given.files[0] if len(given.files) == 1 and _is_text(given.files[0]) else [*map(_Path, given.files)],
        expect=given.expect,
        window=given.window,
        config=None if given.config is None else _Path(given.config),
        layer=given.layer,
        length=given.length,
        is_causal=given.is_causal,
        allowed=given.allowed,
    )
    if given.json:
        print(json.dumps(_as_json(findings), ensure_ascii=False, indent=1))
    else:
        if findings.says:
            print(findings.says, end="\n\n")
        print(_in_options(str(findings)))
    return OK if findings.ok else FOUND


def _in_options(text: str) -> str:
    """Sentences name parameters of Python; here they are options."""
    return re.sub(r"\b(allowed|layer|window|chunk|length|expect|config)=('[^']*'|\d+|)", r"--\1 \2", text)


class _Path(os.PathLike):  # type: ignore[type-arg]
    """What was named on the command line is a file, even if its name could be a mask as written."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __fspath__(self) -> str:
        return self._path


def _is_text(name: str) -> bool:
    """Whether a mask as written was given in place of a file."""
    return not os.path.exists(name) and ("(" in name or "&" in name)


def _as_json(findings: Findings) -> dict[str, Any]:
    def plain(one: Any) -> dict[str, Any]:
        fields = dataclasses.asdict(one)
        return {
            **fields,
            "cell": None if one.cell is None else one.cell._asdict(),
            "layers": list(one.layers),
        }

    return {
        "ok": findings.ok,
        "says": findings.says,
        "findings": [plain(one) for one in findings],
        "differences": [plain(one) for one in findings.differences],
        "unsettled": findings.unsettled,
        "unread": list(findings.unread),
    }


def _config(given: argparse.Namespace) -> int:
    one = brought(_Path(given.file))
    if one.capture is not None:
        raise ZebraLabError(f"{given.file} is a capture; give a config.json")
    [(_, data)] = one.files
    try:
        text = bytes(data).decode()
    except UnicodeDecodeError:
        raise ZebraLabError(f"{given.file} is not text; give a config.json") from None
    facts = {"text": text, "length": given.length, "part": given.part}
    answer, _ = ask("config", {name: value for name, value in facts.items() if value is not None})
    print(json.dumps(answer, ensure_ascii=False, indent=1) if given.json else _said(answer))
    return OK


def _said(answer: dict[str, Any]) -> str:
    """The table of the site, as lines of text."""
    lines = [
        f"{answer.get('name') or answer['label']}: {len(answer['layers'])} layers. {answer['convention']}.",
        "",
    ]
    rows = [["layers", "read", "keep, numbers per token", "rotary", f"at {answer['length']:,} tokens"]]
    rows += [
        [f"{one['count']} × {one['type']}", one["reads"], one["keeps"], one["rotary"], one["sayBytes"]]
        for one in answer["kinds"]
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines += [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    lines += [
        "",
        f"In all {answer['sayCacheBytes']} of keys and values for one sequence, 2 bytes per number.",
    ]
    if answer.get("doubt"):
        lines += [f"Doubt: {answer['doubt']}."]
    lines += [f"Note: {one}." for one in [*answer["notes"], *answer["defaults"]]]
    lines += ["", f"Masks: {answer['masks']}"]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
