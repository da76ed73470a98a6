"""Padded batches: plans, declared padding, rows that read nothing, and what is no padding although it looks like it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import zebra_lab as z
from zebra_lab._file import from_bytes, to_bytes

T = 12


def padded(left: int, right: int = 0, keys: int = T) -> np.ndarray:
    """Causal, and no padding is read."""
    at = np.arange(keys)
    return np.tri(keys, dtype=bool) & ((at >= left) & (at < keys - right))[None]


def codes(found: z.Findings) -> list[str]:
    return [one.code for one in found if not one.note]


def recorded(
    mask: np.ndarray, padding: tuple[int, int] | None = None, fill: float | None = None
) -> z.Capture:
    """A capture of one layer with this mask."""
    given = z.Given("bool") if fill is None else z.Given("additive", "float32", fill=fill)
    layer = z.Layer(0, ((z.Mask.of(mask),),), given)
    return z.Capture(
        (z.Step("calls", *mask.shape, (layer,)),), padding=None if padding is None else (padding,)
    )


@pytest.mark.parametrize(
    ("left", "right"), [(left, right) for left in range(T - 1) for right in (0, 1, 4) if left + right < T - 1]
)
def test_padding_that_is_expected_is_no_fault(left: int, right: int) -> None:
    z.expect(padded(left, right), f"causal & !padding({left}, {right})")
    wrong = padded(left, right)
    query = T - 1 - right
    wrong[query, left] ^= True
    with pytest.raises(AssertionError, match=f"query {query}, key {left}"):
        z.expect(wrong, f"causal & !padding({left}, {right})")


def test_rows_of_the_text_that_read_nothing_are_a_fault_next_to_expected_padding() -> None:
    mask = padded(3)
    mask[7] = False
    assert "L1" in codes(z.lint(mask, expect="causal & !padding(3, 0)"))


@pytest.mark.parametrize("dead", range(T))
@pytest.mark.parametrize("fill", [None, float("-inf"), float(np.finfo(np.float32).min)])
def test_a_row_that_reads_nothing_is_a_fault_in_any_place(dead: int, fill: float | None) -> None:
    mask = np.tri(T, dtype=bool)
    mask[dead] = False
    found = recorded(mask, fill=fill).lint()
    assert codes(found), str(found)
    assert {"L1", "L8"} & set(codes(found))
    if dead:
        assert found[0].cell is not None
        assert found[0].cell.query == dead


@pytest.mark.parametrize("left", range(1, T - 1))
def test_it_is_a_note_if_the_capture_knows_that_it_is_padding(left: int) -> None:
    found = recorded(padded(left), (left, 0)).expect("causal")
    assert [(one.code, one.note) for one in found] == [("L1", True)]


@pytest.mark.parametrize("fill", [float("-inf"), float(np.finfo(np.float32).min), -1e4, None])
def test_a_fill_is_kept_as_it_was_given(fill: float | None, tmp_path: Path) -> None:
    capture = recorded(np.tri(T, dtype=bool), fill=fill)
    again = z.open(capture.save(tmp_path / "x.zip"))
    assert again.steps[0].layers[0].given.fill == fill
    assert to_bytes(again) == to_bytes(from_bytes(to_bytes(again)))
    assert not codes(capture.lint()) or fill == -1e4  # which other scores may approach


@pytest.mark.parametrize("dtype", [bool, int, np.float32])
def test_an_inverted_mask_is_not_what_is_expected(dtype: type) -> None:
    mask = np.tri(T, dtype=bool)
    inverted = (~mask).astype(dtype)
    z.expect(mask.astype(dtype), "causal")
    with pytest.raises(AssertionError, match="the opposite of what was declared"):
        z.expect(inverted, "causal")
    z.expect(inverted, "causal", allowed="zero")
    assert z.lint(inverted).ok  # nothing says what it should be, and a note says how it was read


@pytest.mark.parametrize("text", ["~causal", "causal & ~padding(5, 0)", "causal & ~(window(4))"])
def test_the_not_of_python_is_answered_with_that_of_masks(text: str) -> None:
    for given in (lambda: z.lint(text), lambda: z.lint(np.tri(T, dtype=bool), expect=text)):
        with pytest.raises(z.ZebraLabError, match="for not, write !"):
            given()


def test_a_home_that_does_not_exist_is_a_file_that_cannot_be_read() -> None:
    with pytest.raises(z.ZebraLabError, match="cannot be read"):
        z.lint("~nobody-of-this-name/mask.npy")


def test_what_none_is_to_be_written_as_can_be_written() -> None:
    with pytest.raises(z.ZebraLabError, match="None") as caught:
        z.lint(None)
    assert "'causal | ahead(1)'" in str(caught.value)
    z.expect(np.ones((T, T), dtype=bool), "causal | ahead(1)")


def test_masks_are_compared_with_the_lists_of_their_batch_text_by_text() -> None:
    tokens = np.array([[0] * 3 + [1] * 9, [1] * T, [1] * T, [0] * 5 + [1] * 7])
    masks = np.stack([padded(3), padded(0), padded(0), padded(5)])[:, None]
    z.expect(masks, {"attention_mask": tokens})
    z.expect(np.where(masks, 0, -np.inf), {"attention_mask": tokens})
    swapped = masks[[0, 1, 3, 2]]
    found = z.lint(swapped, expect={"attention_mask": tokens})
    assert {one.of for one in found.differences} == {"text 2", "text 3"}
    # One mask for the whole batch forgets the padding.
    found = z.lint(np.tri(T, dtype=bool), expect={"attention_mask": tokens})
    assert [one.of for one in found if one.code == "L17"] == ["text 0", "text 3"]


def test_lists_of_a_padded_batch_are_no_fault() -> None:
    tokens = np.array([[0] * 3 + [1] * 9, [1] * T])
    found = z.lint({"attention_mask": tokens, "position_ids": np.maximum(tokens.cumsum(1) - 1, 0)})
    assert found.ok
    assert {one.code for one in found} <= {"L1", "L6"}


def test_records_are_printed_in_a_line() -> None:
    torch = pytest.importorskip("torch")
    pytest.importorskip("transformers")
    from capture_models import texts, tiny

    captured = z.capture(tiny("gemma3").make("sdpa"), texts(padding=(0, 5)), decode=2)
    assert repr(captured) == (
        "Capture(Gemma3ForCausalLM; 2 texts; 4 layers; steps: prefill, decode 1, decode 2)"
    )
    assert repr(captured.steps[1]) == "Step(decode 1, 1 × 13, 4 layers)"
    layer = captured.steps[0].layers[0]
    assert repr(layer) == (
        "Layer(0, sliding_attention, Mask(12 × 12, 42 cells are read), model.layers.0.self_attn)"
    )
    assert repr(layer.weights) == "Weights(2 × 4 × 12 × 12, computed)"
    with z.record() as r:
        torch.nn.functional.scaled_dot_product_attention(*torch.zeros(3, 1, 1, 4, 8))
    assert repr(r) == "Recording(1 call so far; see .capture)"


@pytest.mark.parametrize("padding", [(0,), (0, 1), (0, 5), (3, 0, 7)])
@pytest.mark.parametrize("family", ["mistral", "gemma3", "llama4"])
@pytest.mark.parametrize("kernel", ["eager", "sdpa"])
def test_plans_hold_in_a_batch_with_any_padding(family: str, kernel: str, padding: tuple[int, ...]) -> None:
    pytest.importorskip("transformers")
    from capture_models import WINDOW, texts, tiny

    one = tiny(family)
    model = one.make(kernel)
    captured = z.capture(model, texts(padding=padding), decode=2)
    plan, sizes = {
        "mistral": ("S", {"window": WINDOW}),
        "gemma3": ("S*3 G", {"window": WINDOW}),
        "llama4": ("3*causal & chunk(4); causal", {}),
    }[family]
    captured.expect(plan, **sizes)
    captured.expect(model.config)
    captured.expect(model.config.to_dict())
    with pytest.raises(AssertionError, match=r"L5|≠"):
        captured.expect(plan.replace("chunk(4)", "chunk(3)"), **({"window": WINDOW - 1} if sizes else {}))
    with pytest.raises(z.ZebraLabError, match="mamba"):
        captured.expect({"model_type": "mamba", "num_hidden_layers": 4})


POSITIONS = [*range(5), *range(4), *range(6)]  # three documents
BEGINS = (5, 9)


def packed(family: str, kernel: str = "sdpa", **more: object) -> z.Capture:
    torch = pytest.importorskip("torch")
    pytest.importorskip("transformers")
    from capture_models import tiny

    tokens = torch.randint(3, 64, (1, 15), generator=torch.Generator().manual_seed(1))
    given = {"input_ids": tokens, "position_ids": torch.tensor([POSITIONS]), **more}
    return z.capture(tiny(family).make(kernel), given)


def counts_chunks_by_document() -> bool:
    return hasattr(pytest.importorskip("transformers").masking_utils, "remap_positions_for_packed_sequence")


@pytest.mark.parametrize("family", ["llama", "mistral", "gemma3", "llama4"])
@pytest.mark.parametrize("kernel", ["eager", "sdpa"])
def test_packed_documents_that_are_kept_apart_are_as_expected(
    family: str, kernel: str, tmp_path: Path
) -> None:
    captured = packed(family, kernel, use_cache=False)
    if family == "llama4" and not counts_chunks_by_document():
        # Older versions of transformers count chunks from the first token of all documents.
        assert not captured.lint().ok
        return
    assert captured.documents == (BEGINS,)
    captured.assert_ok()
    again = z.open(captured.save(tmp_path / "x.zip"))
    assert again.documents == (BEGINS,)
    again.assert_ok()
    plan = {
        "llama": "causal",
        "mistral": "causal & window(4)",
        "gemma3": "3*causal & window(4); causal",
        "llama4": "3*causal & chunk(4); causal",
    }[family]
    captured.expect(plan)
    if family == "mistral":
        captured.expect("causal & window(4) & documents(5, 9)")
        with pytest.raises(AssertionError):
            captured.expect("causal & window(4) & documents(5, 10)")


@pytest.mark.parametrize("ones", [False, True])
def test_packed_documents_that_read_one_another_are_found(ones: bool) -> None:
    """With a cache, or with an attention_mask of ones, transformers does not look at position_ids."""
    torch = pytest.importorskip("torch")
    captured = packed("mistral", **({"attention_mask": torch.ones(1, 15, dtype=torch.long)} if ones else {}))
    found = captured.lint()
    assert [(one.code, one.cell) for one in found if not one.note] == [("L12", (5, 2))]
    with pytest.raises(AssertionError, match="L12"):
        captured.expect("S", window=4)


def test_tokens_that_are_blocked_within_a_text_are_not_expected_to_be_read(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    pytest.importorskip("transformers")
    from capture_models import tiny

    tokens = torch.randint(3, 64, (2, 12), generator=torch.Generator().manual_seed(1))
    mask = torch.ones_like(tokens)
    mask[0, 5:7] = 0
    mask[1, :2] = mask[1, 8:9] = 0
    for kernel in ("eager", "sdpa"):
        captured = z.capture(
            tiny("mistral").make(kernel), {"input_ids": tokens, "attention_mask": mask}, decode=2
        )
        assert captured.padding == ((0, 0), (2, 0))
        assert captured.holes == (((5, 7),), ((8, 9),))
        for one in (captured, z.open(captured.save(tmp_path / "x.zip"))):
            one.assert_ok()
            one.expect("S", window=4)
            with pytest.raises(AssertionError):
                one.expect("S", window=3)


def test_padding_of_an_encoder_is_no_fault(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")

    config = transformers.T5Config(
        d_model=32, d_kv=8, d_ff=48, num_layers=2, num_heads=4, vocab_size=64, decoder_start_token_id=0
    )
    torch.manual_seed(0)
    model = transformers.T5ForConditionalGeneration(config).eval()
    tokens = torch.randint(3, 64, (2, 12))
    mask = torch.ones_like(tokens)
    mask[1, 8:] = 0
    captured = z.capture(model, {"input_ids": tokens, "attention_mask": mask}, decode=2)
    assert (captured.padding, captured.source_padding) == (None, ((0, 0), (0, 4)))
    for one in (captured, z.open(captured.save(tmp_path / "x.zip"))):
        assert one.lint().ok
        assert len(one.lint()) == 0


def test_recorded_calls_are_told_of_padding_and_documents() -> None:
    torch = pytest.importorskip("torch")
    attend = torch.nn.functional.scaled_dot_product_attention
    tokens = np.array([[0] * 3 + [1] * 9, [1] * T])
    masks = torch.from_numpy(np.stack([padded(3), padded(0)])[:, None])
    q = torch.randn(2, 1, T, 8)
    with z.record() as r:
        attend(q, q, q, attn_mask=masks)
    unsaid = r.capture.lint()
    assert not unsaid.ok
    assert any("record(attention_mask=" in one for one in unsaid.remarks)
    with z.record(attention_mask=torch.from_numpy(tokens)) as r:
        attend(q, q, q, attn_mask=masks)
    r.capture.expect("causal")
    with z.record(position_ids=[[*range(7), *range(5)]]) as r:
        attend(q[:1], q[:1], q[:1], is_causal=True)
    assert r.capture.documents == ((7,),)
    with pytest.raises(AssertionError, match="L12"):
        r.capture.expect("causal")


@pytest.mark.parametrize(
    ("mask", "positions", "said"),
    [
        (None, None, {}),
        ([[1, 1, 1]], [[0, 1, 2]], {}),
        ([[0, 1, 1]], None, {"padding": ((1, 0),)}),
        ([[0, 0, 0]], None, {"padding": ((3, 0),)}),
        ([[0, 1, 0, 1, 0]], None, {"padding": ((1, 1),), "holes": (((2, 3),),)}),
        (None, [[0, 1, 0, 1, 2]], {"documents": ((2,),)}),
        (None, [0, 1, 0], {"documents": ((2,),)}),
        ([[0, 0, 1, 1, 1]], [[0, 0, 0, 1, 2]], {"padding": ((2, 0),)}),  # padding begins no document
        ([[0, 0, 1, 1, 1]], [[1, 1, 0, 1, 2]], {"padding": ((2, 0),)}),
        ([[1, 1, 1, 0, 0]], [[0, 1, 2, 0, 0]], {"padding": ((0, 2),)}),
        ([[1, 1, 0, 1, 1]], [[0, 1, 0, 0, 1]], {"holes": (((2, 3),),)}),
        (None, [[5, 6, 9, 10]], {}),  # a gap
        (np.ones((1, 1, 3, 3)), [[0, 0, 1]], {}),  # a mask of its own
        (None, np.zeros((3, 1, 4)), {}),  # positions of an image
    ],
)
def test_what_the_inputs_say(mask: object, positions: object, said: dict[str, object]) -> None:
    pytest.importorskip("torch")
    from zebra_lab._said import said_of

    assert said_of(mask if mask is None else np.asarray(mask), positions) == said
