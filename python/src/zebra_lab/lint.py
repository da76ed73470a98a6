"""`lint`, `expect` and `assert_ok`: the findings of the site's masks page, with the cell, for notebooks and pytest."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from ._engine import ZebraLabError, ask
from ._inputs import Brought, as_array, brought, is_config
from ._records import Capture

__all__ = ["Cell", "Difference", "Finding", "Findings", "assert_ok", "expect", "lint"]


class Cell(NamedTuple):
    """A cell of a mask, counted from 0. `query` is the row of the mask."""

    query: int
    key: int


@dataclass(frozen=True)
class Finding:
    """What a lint found, or a note on how the mask was read (`note`), which is not a failure.

    layers: the layers it was found in, counted from 0; empty if there is only one. Sentences count layers from 1, as
    the site does.
    of: which array, text, head or step of what was given; empty if there is only one.
    """

    code: str
    what: str
    consequence: str
    fix: str
    thread: str
    note: bool = False
    layers: tuple[int, ...] = ()
    cell: Cell | None = None
    of: str = ""
    where: str = ""

    @property
    def layer(self) -> int | None:
        """The first of its layers, counted from 0; None if it concerns no single layer."""
        return self.layers[0] if self.layers else None

    def __str__(self) -> str:
        head = _head("Note" if self.note else self.code, self.of, self.where, self.layers, self.cell)
        return f"{head}\n  {self.what} {self.consequence}\n  {self.fix}\n  {self.thread}"


@dataclass(frozen=True)
class Difference:
    """Layers that differ from what they should be, whether or not a lint recognises why. Padding is left out."""

    cells: int  # in each of the layers
    cell: Cell  # the first one
    reads: bool  # whether the mask reads it
    meant: str
    layers: tuple[int, ...] = ()
    of: str = ""
    where: str = ""

    def __str__(self) -> str:
        many = f"{self.cells:,} {'cell differs' if self.cells == 1 else 'cells differ'}"
        each = " in each of these layers" if len(self.layers) > 1 else ""
        does = "is read and should not be" if self.reads else "is not read and should be"
        head = _head("≠", self.of, self.where, self.layers, self.cell)
        return f"{head}\n  {many} from {self.meant}{each}. At the first one, key {self.cell.key} {does}."


class Findings(Sequence[Finding]):
    """The findings about masks, in the order of the site: faults, then notes.

    ok: whether nothing is wrong: no finding but notes, and no difference from what was expected.
    differences: layers that differ from what was expected.
    says: what the masks are, in words. unread: arrays that are not masks, with the reason.
    remarks: what a capture says of itself and its layers, or how numbers were read; they are no failures.
    unsettled: what must be decided before the findings mean anything; empty if nothing.
    """

    def __init__(
        self,
        findings: Iterable[Finding] = (),
        *,
        differences: Iterable[Difference] = (),
        says: str = "",
        silence: str = "",
        unsettled: str = "",
        unread: Iterable[str] = (),
        remarks: Iterable[str] = (),
        answer: Any = None,
    ) -> None:
        self._all = tuple(findings)
        self.differences = tuple(differences)
        self.says = says
        self.unsettled = unsettled
        self.unread = tuple(unread)
        self.remarks = tuple(remarks)
        self.answer = answer  # of the engine, for widgets
        self._silence = silence

    @property
    def ok(self) -> bool:
        return not self.differences and all(one.note for one in self._all)

    @property
    def notes(self) -> tuple[Finding, ...]:
        return tuple(one for one in self._all if one.note)

    def assert_ok(self) -> Findings:
        """Raises AssertionError, with the findings, unless `ok`."""
        if not self.ok:
            raise AssertionError(f"\n{self}")
        return self

    def __getitem__(self, index: Any) -> Any:
        return self._all[index]

    def __len__(self) -> int:
        return len(self._all)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Findings):
            return (self._all, self.differences) == (other._all, other.differences)
        return list(self._all) == other if isinstance(other, list) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def _verdict(self) -> str:
        if all(one.note for one in self._all):
            if self.differences:
                return "No lint recognises why."
            if self.unsettled:
                return f"First {self.unsettled}. As it is read now, there are no findings{self._silence}."
            return f"No findings{self._silence}."
        return f"First {self.unsettled}." if self.unsettled else ""

    def _parts(self) -> list[str]:
        faults = [str(one) for one in self._all if not one.note]
        rest = [str(one) for one in self.differences]
        notes = [str(one) for one in self._all if one.note]
        unread = [f"Not a mask: {one}" for one in self.unread]
        remarks = [f"Note\n  {one}" for one in self.remarks]
        return [one for one in [*faults, *rest, self._verdict(), *notes, *unread, *remarks] if one]

    def __str__(self) -> str:
        return "\n\n".join(self._parts())

    __repr__ = __str__

    def _repr_html_(self) -> str:
        items = [
            _item(
                "Note" if one.note else one.code,
                one,
                f"{html.escape(one.what)} {html.escape(one.consequence)} <b>{html.escape(one.fix)}</b> "
                f'<a href="{html.escape(one.thread, quote=True)}" rel="noreferrer">{html.escape(_thread(one.thread))}</a>',
            )
            for one in self._all
        ]
        items += [
            _item("≠", one, html.escape(str(one).partition("\n")[2].strip())) for one in self.differences
        ]
        verdict = self._verdict()
        items += [f"<li>{html.escape(verdict)}</li>"] if verdict else []
        items += [f"<li>Not a mask: {html.escape(one)}</li>" for one in self.unread]
        items += [f"<li>Note: {html.escape(one)}</li>" for one in self.remarks]
        return f'<ul style="list-style:none;padding:0;margin:0;max-width:52em">{"".join(items)}</ul>'

    def _repr_markdown_(self) -> str:
        return "\n\n".join(part.replace("\n  ", "  \n") for part in self._parts())


def lint(
    x: Any,
    *,
    expect: Any = None,
    window: int | None = None,
    chunk: int | None = None,
    config: Any = None,
    layer: int | None = None,
    length: int | None = None,
    block: int | None = None,
    cache: int | None = None,
    is_causal: bool = False,
    allowed: str | None = None,
    axes: Sequence[str] | None = None,
    causal: bool | None = None,
    keys: int | None = None,
    queries: int | None = None,
) -> Findings:
    """The findings about masks: what is wrong, in which cell, with what consequence, and the fix.

    x: an array [queries, keys] of booleans, 0 and 1, or numbers added to scores; more axes before those (layers, texts,
        heads), each of which is checked; attention weights; a list or dict of arrays; a path or several (.npy, .npz,
        .safetensors, PNG, JSON, text, a capture); a config or a model; a plan or masks as written; a Capture.
    expect: what the masks should be. A plan ("S*5 G": five layers with a window, one that reads everything before it;
        repeated to the number of layers), masks as written ("5*causal & window(512); causal"), a config or its path,
        or other masks. Without it, each mask is checked against the pattern that it is nearest to.
    window: keys that a layer S of the plan reads, the query itself included. Without a plan: the window that the
        layers with a window should have. chunk: tokens per chunk of a layer A.
    config: a config (dict, path, transformers config or model) with the intended masks; or, next to a plan, with the
        window of its layers S.
    layer: which layer a single mask is of, counted from 0, if the expected layers differ.
    length: tokens of the text; what follows is padding. block: tokens per block of a block mask. cache: keys that the
        cache of each layer holds, 0 for all. is_causal: whether the attention call also gets is_causal.
    allowed: which numbers let a query read, if the cells do not show it: "nonzero", "zero", or "additive".
    axes: what the axes are, such as ["batch", "head", "query", "key"], if the guess is wrong. causal: for lists of
        tokens (segment ids, cu_seqlens), whether a token reads only what comes before it; by default it does.
    keys, queries: the size of masks as written, in tokens.

    Raises ZebraLabError, a sentence, for anything that cannot be read.
    """
    said: dict[str, Any] = {
        "window": window,
        "chunk": chunk,
        "config": config,
        "layer": layer,
        "length": length,
        "block": block,
        "cache": cache,
        "is_causal": is_causal,
        "allowed": allowed,
        "axes": axes,
        "causal": causal,
        "keys": keys,
        "queries": queries,
    }
    apart = _by_text(x, expect) or _by_kind(x, config if expect is None else expect)
    if apart:
        if expect is None:
            said["config"] = None  # it is what they are compared with
        return _joined([(of, lint(one, expect=wanted, **said)) for of, one, wanted in apart])
    own, other, facts = asked(x, expect=expect, **said)
    if own.capture is not None:
        return _of_capture(*compared_with(own.capture, other, facts))
    answer, _ = ask(
        "findings", {**facts, "of": own.facts}, *own.blobs, *(() if other is None else other.blobs)
    )
    return findings_of(answer, bare=[name for name, _ in own.files] == ["mask.npy"])


def expect(x: Any, expected: Any, *, window: int | None = None, **more: Any) -> Findings:
    """As `lint(x, expect=expected)`, and raises AssertionError with the findings unless the masks are as expected."""
    return lint(x, expect=expected, window=window, **more).assert_ok()


def assert_ok(x: Any, **more: Any) -> Findings:
    """As `lint`, and raises AssertionError with the findings unless there are only notes."""
    return lint(x, **more).assert_ok()


# ---------------------------------------------------------------------------------------------------- texts of a batch


def _by_text(x: Any, expect: Any) -> list[tuple[str, Any, Any]]:
    """Masks of a batch and the lists of its tokens that say what they should be, text by text; empty if they are not."""
    if not isinstance(expect, Mapping) or not expect or is_config(expect):
        return []
    lists = {name: tokens for name, value in expect.items() if (tokens := _of_a_batch(value)) is not None}
    own = _of_a_batch(x, axes=(2, 3, 4)) if not isinstance(x, (str, Mapping, Capture)) else None
    if own is None or len(lists) != len(expect):
        return []
    texts = {len(tokens) for tokens in lists.values()}
    if own.ndim == 2:
        if own.shape[0] in texts and own.shape[0] != own.shape[1]:
            return []  # lists of tokens themselves
        own = own[None]
    if len(texts) > 1 or max(texts) < 2 or len(own) not in (1, *texts):
        return []
    found: dict[bytes, tuple[list[int], Any, Any]] = {}
    for text in range(max(texts)):
        one = own[[text % len(own)]]
        wanted = {name: tokens[[text]] for name, tokens in lists.items()}
        sign = b"".join([one.tobytes(), *(tokens.tobytes() for tokens in wanted.values())])
        found.setdefault(sign, ([], one, wanted))[0].append(text)
    return [
        (f"text {same[0]}{f' and {len(same) - 1} more' if len(same) > 1 else ''}", one, wanted)
        for same, one, wanted in found.values()
    ]


def _by_kind(x: Any, expect: Any) -> list[tuple[str, Any, Any]]:
    """Masks by kind of layer, as transformers makes them, and a config: each kind is compared with its layers."""
    if not isinstance(x, Mapping) or not x or is_config(x):
        return []
    try:
        other = None if expect is None or isinstance(expect, str) else brought(expect)
    except ZebraLabError:
        return []
    if other is None or [name for name, _ in other.files] != ["config.json"]:
        return []
    answer, _ = ask("config", {"text": bytes(other.files[0][1]).decode()})
    masks: dict[str, str] = {}
    for layer in answer["layers"]:
        masks.setdefault(layer["type"], layer["mask"])
    if not set(map(str, x)) <= set(masks):
        return []
    return [(str(kind), mask, masks[str(kind)]) for kind, mask in x.items() if mask is not None]


def _of_a_batch(value: Any, axes: tuple[int, ...] = (2,)) -> np.ndarray | None:
    try:
        array = as_array(value)
    except ZebraLabError:
        return None
    return array if array.ndim in axes and array.dtype.kind in "biuf" and array.size else None


def _joined(parts: list[tuple[str, Findings]]) -> Findings:
    def named(of: str, one: Any) -> Any:
        return replace(one, of=", ".join(part for part in (of, one.of) if part))

    first = parts[0][1]
    return Findings(
        sorted((named(of, one) for of, part in parts for one in part), key=lambda one: one.note),
        differences=[named(of, one) for of, part in parts for one in part.differences],
        says="\n".join(f"{of}: {part.says}" for of, part in parts),
        silence=first._silence if len({part._silence for _, part in parts}) == 1 else "",
        unsettled=next((part.unsettled for _, part in parts if part.unsettled), ""),
        unread=dict.fromkeys(one for _, part in parts for one in part.unread),
        remarks=dict.fromkeys(one for _, part in parts for one in part.remarks),
        answer=first.answer,
    )


# ------------------------------------------------------------------------------------------------------- the engine


def asked(
    x: Any,
    *,
    expect: Any = None,
    window: int | None = None,
    chunk: int | None = None,
    config: Any = None,
    layer: int | None = None,
    length: int | None = None,
    block: int | None = None,
    cache: int | None = None,
    is_causal: bool = False,
    allowed: str | None = None,
    axes: Sequence[str] | None = None,
    causal: bool | None = None,
    keys: int | None = None,
    queries: int | None = None,
) -> tuple[Brought, Brought | None, dict[str, Any]]:
    """What was given, what it should be, and the facts of a question of the engine; the parameters are those of `lint`."""
    own = brought(x)
    facts: dict[str, Any] = {
        "meant": {},
        "layer": _count(layer, "layer", least=0),
        "keys": _count(keys, "keys"),
        "queries": _count(queries, "queries"),
        "readAs": _without_none(allowed=_one_of(allowed), axes=_names(axes), causal=causal),
    }
    given = _without_none(
        length=_count(length, "length", least=0),
        block=_count(block, "block"),
        cache=_count(cache, "cache", least=0),
        isCausal=True if is_causal else None,
    )
    window, chunk = _count(window, "window"), _count(chunk, "chunk")
    if own.text is not None and _in_letters(own.text):
        facts["window"] = (
            window  # of the plan that is checked; and of the plan it should be, if that has letters too
        )
        if not (isinstance(expect, str) and _in_letters(expect)):
            window = None
    other: Brought | None = None
    if expect is not None:
        wanted = brought(expect)
        if wanted.capture is not None:
            raise ZebraLabError("a capture was given as what masks should be; give one of its masks")
        if wanted.text is not None:
            facts["meant"] = _without_none(text=wanted.text, window=window, chunk=chunk)
            other = None if config is None else _config(config)
        else:
            other = wanted
            if config is not None:
                raise ZebraLabError("expect and config both say what the masks should be; give one of them")
            if window is not None or chunk is not None:
                raise ZebraLabError(
                    "window and chunk are for a plan such as 'S*5 G'; what was expected has its own"
                )
    else:
        other = None if config is None else _config(config)
        if window is not None:
            if other is not None:
                raise ZebraLabError(
                    "the config gives the window; leave window out, or expect a plan such as 'S*5 G'"
                )
            given["window"] = window
        if chunk is not None:
            raise ZebraLabError(
                "chunk is for a plan with layers A, such as expect='A*4', and no plan was given"
            )
    whole = {**_without_none(**facts), "given": given}
    return own, other, whole if other is None else {**whole, "other": other.facts}


def findings_of(answer: dict[str, Any], *, bare: bool = False) -> Findings:
    """The findings of the engine's answer: its pieces, and what is not a mask. bare: of an array without a name."""
    pieces = answer["pieces"]
    unsettled = next((one["unsettled"] for one in pieces if "unsettled" in one), "")
    if unsettled:
        unsettled = f"{unsettled}: allowed='nonzero' if it lets a query read, allowed='zero' if it blocks"
    return Findings(
        sorted(
            _once([one for piece in pieces for one in _told(piece)], len(pieces)), key=lambda one: one.note
        ),
        differences=[one for piece in pieces for one in _apart(piece)],
        says="\n".join(f"{one['of']}: {one['says']}" if one["of"] else one["says"] for one in pieces),
        silence=pieces[0]["silence"] if len({one["silence"] for one in pieces}) == 1 else "",
        unsettled=unsettled,
        unread=[f"{one['name']}: {one['why']}" if one["name"] else one["why"] for one in answer["unread"]],
        remarks=[
            f"The array was read as numbers of tokens, not as a mask. {_in_python(piece['says'])}"
            for piece in pieces
            if bare and piece.get("implied")
        ]
        + _unseen(sorted({size for piece in pieces for size in piece.get("unseen", ())})),
        answer=answer,
    )


def compared_with(
    capture: Capture, other: Brought | None, facts: dict[str, Any]
) -> tuple[Capture, dict[str, Any]]:
    """The capture, with the config that it should be compared with, and the plan if one was given, as facts."""
    besides = [name for name in ("layer", "keys", "queries") if name in facts]
    if facts["given"] or facts.get("readAs") or besides:
        raise ZebraLabError(
            "a capture knows its own calls and padding; only expect=, with a plan, masks as written or a config, "
            "can be given, and window= or chunk= of a plan"
        )
    if other is not None:
        if "text" in facts["meant"]:
            raise ZebraLabError(
                "a plan and a config both say what the layers should read; give the plan with window=, or the config"
            )
        return replace(capture, config=_fields(other)), {}
    if "text" not in facts["meant"]:
        return capture, {}
    # Of the layers that write text: by their numbers, since a step may have some of them only.
    numbers = [layer.layer for step in capture.steps if step.part is None for layer in step.layers]
    plan, _ = ask("plan", {**facts["meant"], "layers": 1 + max(numbers, default=0)})
    return capture, {"meant": plan["stack"]}


def _fields(other: Brought) -> dict[str, Any]:
    """The fields of a config. Raises ZebraLabError if it is none, or one whose layers are not known."""
    if len(other.files) != 1 or not other.files[0][0].endswith(".json"):
        raise ZebraLabError(
            "a capture is compared with a plan such as 'S*5 G', with masks as written, or with a config; "
            "masks in arrays are compared one by one: zebra_lab.expect(layer.masks[0][0], array)"
        )
    text = bytes(other.files[0][1]).decode()
    ask("config", {"text": text})
    return json.loads(text)


def with_masks(capture: Capture) -> tuple[Capture, list[str]]:
    """The steps with two keys or more, and a remark on the others: a decoder may begin with one token."""
    steps = tuple(step for step in capture.steps if step.keys > 1)
    if capture.steps and not steps:
        raise ZebraLabError(
            "every step of the capture has one token, so there is nothing to check; capture a longer text, or decode"
        )
    left = [step.name for step in capture.steps if step.keys < 2]
    return (
        replace(capture, steps=steps),
        [f"{name} has one token, which has nothing to check, and is left out" for name in left],
    )


def without_weights(capture: Capture) -> Capture:
    steps = (
        replace(step, layers=tuple(replace(layer, weights=None) for layer in step.layers))
        for step in capture.steps
    )
    return replace(capture, steps=tuple(steps))


def _of_capture(capture: Capture, meant: dict[str, Any]) -> Findings:
    """Each step of a capture, with the texts and heads whose masks differ, against its config or a plan."""
    from ._file import to_bytes

    capture, left = with_masks(capture)
    answer, _ = ask("capture", meant, to_bytes(without_weights(capture)))
    findings: list[Finding] = []
    differences: list[Difference] = []
    for step in answer["steps"]:
        for part in step["parts"]:
            numbers = [one["layer"] for one in step["layers"]]
            of = _part_of(step["name"], part, answer["texts"])
            findings += [_captured(one, numbers, of) for one in part["findings"]]
            meant_by = part.get("meant", "the mask it should be")
            meant_by = "the intended mask" if len(meant_by) > 60 or ";" in meant_by else meant_by
            alike: dict[tuple[Any, ...], list[int]] = {}
            for one in part["apart"]:
                place = (one["cells"], Cell(**one["first"]), _reads(capture, part, one))
                alike.setdefault(place, []).append(numbers[one["layer"]])
            differences += [
                Difference(cells, cell, reads, meant_by, tuple(layers), of, _say_layers(layers))
                for (cells, cell, reads), layers in alike.items()
            ]
    compared = all("meant" in part for step in answer["steps"] for part in step["parts"])
    return Findings(
        sorted(_grouped(findings), key=lambda one: one.note),
        differences=differences,
        says=answer.get("model") or "",
        silence=": each layer reads what it should" if compared else "",
        remarks=[
            *capture.notes,
            *left,
            *_not_compared(answer),
            *_layer_notes(capture),
            *_not_said(capture, findings),
            *_unseen(answer["unseen"]),
        ],
        answer=answer,
    )


def _not_compared(answer: dict[str, Any]) -> list[str]:
    """Steps whose intended masks are not known: each was checked against the pattern that it is nearest to."""
    reasons: dict[str, list[str]] = {}
    for step in answer["steps"]:
        part = next((one for one in step["parts"] if "meant" not in one), None)
        if part is not None:
            why = part.get("unread") or "it has no config that says what these layers read"
            reasons.setdefault(why, []).append(step["name"])
    return [
        f"{'; '.join(names)}: not compared with a config ({why}); each mask was checked against the pattern it is nearest to"
        for why, names in reasons.items()
    ]


def _not_said(capture: Capture, findings: list[Finding]) -> list[str]:
    """Recorded calls say nothing of the inputs."""
    if (
        capture.model
        or capture.padding
        or not any(one.code in ("L1", "L2") and not one.note for one in findings)
    ):
        return []
    return [
        "which tokens are padding is not known; if the texts are padded, pass record(attention_mask=…), "
        "of ones for text and zeros for padding, [texts, tokens]"
    ]


def _unseen(sizes: Sequence[int]) -> list[str]:
    """Windows and chunks that what was checked is too short to show."""
    if not sizes:
        return []
    named = " and ".join(f"{size:,}" for size in sizes[:3])
    many = len(sizes) > 1
    return [
        f"{'windows or chunks' if many else 'a window or chunk'} of {named} {'are' if many else 'is'} not shorter than "
        f"this text, so nothing here shows whether {'they are' if many else 'it is'} applied; check more than "
        f"{sizes[-1]:,} tokens, or a model with a smaller window"
    ]


def _layer_notes(capture: Capture) -> list[str]:
    """The notes of layers, each once with its layers; those that differ in numbers alone, as in steps, are one."""
    told: dict[str, tuple[list[int], dict[str, None], dict[str, None]]] = {}
    for step in capture.steps:
        for layer in step.layers:
            for note in layer.notes:
                layers, notes, steps = told.setdefault(re.sub(r"\d+", "#", note), ([], {}, {}))
                if layer.layer not in layers:
                    layers.append(layer.layer)
                notes[note] = steps[step.name] = None
    return [
        f"{_say_layers(layers)}: {next(iter(notes))}"
        + (f" (in {next(iter(steps))}; other numbers in {len(notes) - 1} more)" if len(notes) > 1 else "")
        for layers, notes, steps in told.values()
    ]


def _part_of(step: str, part: dict[str, Any], texts: int) -> str:
    text = f", text {part['text']}" if texts > 1 else ""
    head = f", head {part['head']}" if part["head"] else ""
    return f"{step}{text}{head}"


def _captured(one: dict[str, Any], numbers: list[int], of: str) -> Finding:
    layer = one.get("layer", 0 if len(numbers) == 1 else None)
    layers = () if layer is None else (numbers[layer],)
    return _finding({**one, "layers": layers, "where": ""}, of)


def _grouped(findings: list[Finding]) -> list[Finding]:
    """Findings that say the same about several layers of a step, combined as on the site."""
    found: dict[tuple[Any, ...], list[Finding]] = {}
    for one in findings:
        found.setdefault((one.of, one.code, one.note, one.cell, one.what, one.fix), []).append(one)
    combined = []
    for alike in found.values():
        first = alike[0]
        layers = tuple(layer for one in alike for layer in one.layers)
        combined.append(replace(first, layers=layers, where=_say_layers(layers)))
    return combined


def _say_layers(layers: Sequence[int]) -> str:
    """As the site: counted from 1."""
    names = [str(layer + 1) for layer in layers]
    if len(names) > 7:
        return f"Layers {', '.join(names[:6])} and {len(names) - 6} more"
    if len(names) < 2:
        return f"Layer {names[0]}" if names else ""
    return f"Layers {', '.join(names[:-1])} and {names[-1]}"


def _reads(capture: Any, part: dict[str, Any], one: dict[str, Any]) -> bool:
    masks = capture.steps[part["step"]].layers[one["layer"]].masks
    heads = masks[part["text"] if len(masks) > 1 else 0]
    mask = heads[part["head"] % len(heads)]
    query, key = one["first"]["query"], one["first"]["key"]
    runs = mask.runs
    # A cache that keeps the last keys has fewer than the step.
    key -= capture.steps[part["step"]].keys - mask.keys
    return bool(((runs[:, 0] == query) & (runs[:, 1] <= key) & (key < runs[:, 2])).any())


def _in_python(says: str) -> str:
    return says.replace("say so if it is an encoder", "pass causal=False if it is an encoder")


def _once(findings: list[Finding], pieces: int) -> list[Finding]:
    """Notes that hold for every piece, without naming it."""
    alike: dict[Finding, int] = {}
    for one in findings:
        alike[replace(one, of="")] = alike.get(replace(one, of=""), 0) + 1
    told = (
        replace(one, of="") if one.note and pieces > 1 and alike[replace(one, of="")] == pieces else one
        for one in findings
    )
    return list(dict.fromkeys(told))


def _told(piece: dict[str, Any]) -> list[Finding]:
    return [_finding(one, piece["of"]) for one in piece["findings"]]


def _finding(one: dict[str, Any], of: str) -> Finding:
    return Finding(
        code=one["code"],
        what=one["what"],
        consequence=one["consequence"],
        fix=one["fix"],
        thread=one["thread"],
        note=one.get("note", False),
        layers=tuple(one["layers"]),
        cell=Cell(**one["cell"]) if "cell" in one else None,
        of=of,
        where=one["where"],
    )


def _apart(piece: dict[str, Any]) -> list[Difference]:
    return [
        Difference(
            cells=one["cells"],
            cell=Cell(**one["first"]),
            reads=one["reads"],
            meant=one["meant"],
            layers=tuple(one["layers"]),
            of=piece["of"],
            where=one["where"],
        )
        for one in piece["apart"]
    ]


# ------------------------------------------------------------------------------------------------------- small parts


def _config(x: Any) -> Brought:
    one = brought(x)
    if one.text is not None or one.capture is not None:
        raise ZebraLabError(
            "config takes a config: a dict, a transformers config, a model, or a path to config.json"
        )
    return one


def _count(value: Any, name: str, least: int = 1) -> int | None:
    if value is None:
        return None
    try:
        number = int(value)
        whole = number == value and not isinstance(value, (bool, str))
    except (TypeError, ValueError, OverflowError):
        whole = False
    if not whole or number < least:
        raise ZebraLabError(f"{name} is {value!r}; it should be a whole number, {least} or more")
    return number


def _in_letters(plan: str) -> bool:
    return not any("a" <= sign <= "z" for sign in plan)


def _one_of(allowed: str | None) -> str | None:
    if allowed not in (None, "nonzero", "zero", "additive"):
        raise ZebraLabError(f"allowed is {allowed!r}; it should be 'nonzero', 'zero' or 'additive'")
    return allowed


def _names(axes: Sequence[str] | None) -> list[str] | None:
    if axes is None:
        return None
    if isinstance(axes, str) or not all(isinstance(one, str) for one in axes):
        raise ZebraLabError(
            f"axes is {axes!r}; it should be a list of names such as ['head', 'query', 'key']"
        )
    return list(axes)


def _without_none(**facts: Any) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value is not None}


def _head(code: str, of: str, where: str, layers: tuple[int, ...], cell: Cell | None) -> str:
    # The site counts layers from 1; Python and files count from 0.
    index = f" (index {layers[0]})" if where and len(layers) == 1 else ""
    places = [of, f"{where}{index}" if where else "", f"query {cell.query}, key {cell.key}" if cell else ""]
    return ": ".join([code, ", ".join(one for one in places if one)]).removesuffix(": ")


def _thread(url: str) -> str:
    name = url.removeprefix("https://github.com/")
    for part in ("/issues/", "/pull/", "/discussions/"):
        name = name.replace(part, " #")
    return name


def _item(code: str, one: Finding | Difference, body: str) -> str:
    head = _head(code, one.of, one.where, one.layers, one.cell)
    side = "#888" if isinstance(one, Finding) and one.note else "#c33"
    return (
        f'<li style="border-left:3px solid {side};padding:4px 10px;margin:4px 0">'
        f"<b>{html.escape(head)}</b><br>{body}</li>"
    )
