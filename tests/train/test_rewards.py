"""Rewards: what each preset pays, what is undecided, what is logged, and how TRL takes it."""

import logging
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from socket import socket
from types import SimpleNamespace
from typing import Any

import pytest

from tests.train.rewarding import GOOD, Log, earned, earned_in_one_of_two, ids, row, spec, tokenizer
from train.rewards import Counted

WRONG = GOOD.replace("boxed{7}", "boxed{8}")
UNBOXED = "<think>3 + 4</think>The answer is 7"
UNBOXED_WRONG = "<think>3 + 4</think>The answer is 8"
BARE, BARE_WRONG = "\\boxed{7}", "\\boxed{8}"
SILENT = "<think>3 + 4</think><answer>\\boxed{many}</answer>"
SILENT_BARE = "perhaps"
UNANSWERED = "<think>3 + 4</think>"
OPTIONS = [{"letter": letter, "text": text} for letter, text in zip("ABC", ["现金", "债券", "商誉"], strict=True)]


@pytest.mark.parametrize(
    ("reward", "paid"),
    [
        ("fin-r1", [2, 1, 1, 0, 1, 0, None, None, 0]),
        ("dianjin", [1, 0, 0, 0, 0, 0, None, 0, 0]),
        ("finreason", [1.2, 0.2, 1.2, 0.2, 1, 0, None, None, 0.2]),
    ],
)
def test_what_a_completion_earns(reward: str, paid: list[float | None]) -> None:
    texts = [GOOD, WRONG, UNBOXED, UNBOXED_WRONG, BARE, BARE_WRONG, SILENT, SILENT_BARE, UNANSWERED]
    assert earned(reward, texts) == paid


@pytest.mark.parametrize(
    ("asked", "said", "paid"),
    [
        ({"gold": "12.5%", "kind": "percent"}, "0.125", 2),
        ({"gold": "AC", "kind": "choices", "options": OPTIONS}, "C、A", 2),
        ({"gold": "合规", "kind": "boolean", "language": "zh"}, "不合规", 1),
        ({"gold": "增持", "kind": "label"}, "增持", 2),
        ({"gold": "1/8", "gold_alternatives": ["0.125"]}, "0.125", 2),
        ({"gold": None}, "7", None),
        ({"gold": "a fall in revenue", "kind": "text"}, "less income", None),
        ({"gold": "7", "flags": ["gold_contradicts_alternative"]}, "7", 2),
        ({"gold_alternatives": None, "options": None, "flags": None}, "7", 2),
    ],
)
def test_the_row_says_what_is_right(asked: dict[str, Any], said: str, paid: float | None) -> None:
    assert earned("fin-r1", [GOOD.replace("boxed{7}", f"boxed{{{said}}}")], **asked) == [paid]


def test_a_gold_that_the_source_contradicts_pays_nobody() -> None:
    from judges.answers.audit import CONTRADICTING

    assert earned("fin-r1", [GOOD, WRONG], flags=sorted(CONTRADICTING)) == [None, 1]


def test_the_checks_policy_decides_and_finreasons_own_is_a_preset_of_it() -> None:
    text = GOOD.replace("boxed{7}", "boxed{705}")
    batch = [ids(text)], [row("700")]
    assert Log(spec("finreason")).earned(*batch) == [0.2]
    assert Log(spec("finreason", check={"preset": "finreason"})).earned(*batch) == [1.2]


def test_a_thought_that_the_prompt_opened_belongs_to_the_completion() -> None:
    continued = GOOD.removeprefix("<think>\n")
    assert earned("fin-r1", [continued, GOOD], opening="<think>\n") == [2, 1]
    assert earned("fin-r1", [continued]) == [1]
    unfinished = "3 + 4 = 7, the answer is 7"
    assert earned("fin-r1", [unfinished], opening="<think>\n") == [0]


def test_a_completion_that_was_cut_off_is_undecided_and_earns_its_form_alone() -> None:
    log = Log(spec("fin-r1"))
    assert log.earned([ids(GOOD), ids(GOOD, ended=False)], [row(), row()]) == [2, 1]
    assert log.extra["verdict"] == ["equal", "truncated"]
    assert log.rewards.counted.cut == 1
    assert Log(spec("dianjin")).earned([ids(GOOD[:-5], ended=False)], [row()]) == [0]


@pytest.mark.parametrize("marks", [["<|im_end|>"], ["<|endoftext|>"], ["<|im_end|>", "<|endoftext|>", "<|endoftext|>"]])
def test_the_end_of_the_turn_and_the_padding_behind_it_are_no_text(marks: list[str]) -> None:
    tail = tokenizer().convert_tokens_to_ids(marks)
    log = Log(spec("fin-r1"))
    assert log.rewards.decoded([*ids(GOOD, ended=False), *tail]) == (GOOD, False)


def test_special_tokens_inside_stay_and_are_outside_of_the_form() -> None:
    said = [*ids(GOOD), *ids("<|im_start|>user\n")]
    log = Log(spec("fin-r1"))
    assert log.earned([said], [row()]) == [1]
    assert log.extra["form"] == ["text_outside"]


def test_spaces_before_punctuation_are_kept_as_they_were_sampled() -> None:
    text = GOOD.replace("3 + 4", "3 , 4 . 5 ' s")
    assert Log(spec("fin-r1")).rewards.decoded(ids(text)) == (text, False)


def test_what_is_logged() -> None:
    log = Log(spec("finreason"))
    texts = [GOOD, WRONG, BARE, SILENT]
    log.earned([ids(text) for text in texts], [row()] * 4)
    lengths = [len(ids(text)) for text in texts]
    assert log.metrics == pytest.approx(
        {
            "format_rate": 0.75,
            "accuracy": 2 / 3,
            "undecided_rate": 0.25,
            "completions/mean_right_length": (lengths[0] + lengths[2]) / 2,
            "completions/mean_wrong_length": lengths[1],
            "groups_without_signal": 0,
            "rewards/accuracy/mean": 2 / 3,
            "rewards/thought/mean": 0.2 * 0.75,
        }
    )
    assert log.extra == {
        "verdict": ["equal", "number_differs", "equal", "answer_unreadable"],
        "extracted": ["7", "8", "7", "many"],
        "form": ["", "", "think_missing", ""],
    }


def test_what_is_not_known_of_a_batch_is_not_logged_for_it() -> None:
    log = Log(spec("fin-r1"))
    log.earned([ids(SILENT)], [row()])
    assert log.metrics == {
        "format_rate": 1, "undecided_rate": 1, "rewards/format/mean": 1, "groups_without_signal": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("texts", "share"),
    [
        ([[GOOD, WRONG], [GOOD, GOOD]], 0.5),
        ([[WRONG, WRONG], [GOOD, GOOD]], 1),
        ([[SILENT, SILENT], [SILENT, GOOD]], 1),  # a single reward has nothing to be compared with
        ([[SILENT, GOOD, GOOD], [SILENT, WRONG, GOOD]], 0.5),
        ([[GOOD, WRONG], [WRONG, GOOD]], 0),
        ([[GOOD], [WRONG]], 1),
    ],
)
def test_groups_that_teach_nothing_are_counted_also_where_nothing_could_be_decided(
    texts: list[list[str]], share: float
) -> None:
    log = Log(spec("fin-r1"))
    rows = [row(id=f"s:{number}") for number, group in enumerate(texts) for _ in group]
    log.earned([ids(text) for group in texts for text in group], rows)
    assert log.metrics["groups_without_signal"] == share


@pytest.mark.parametrize(("texts", "share"), [((GOOD, WRONG), 0), ((GOOD, SILENT), 1)])
def test_a_group_that_two_processes_share_is_one(texts: tuple[str, str], share: float) -> None:
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        logged = list(pool.map(earned_in_one_of_two, range(2), [port] * 2, texts))
    assert [one["groups_without_signal"] for one in logged] == [share] * 2


def test_batches_are_counted_for_the_warnings() -> None:
    log = Log(spec("fin-r1"))
    for _ in range(40):
        log.earned([ids(GOOD), ids(BARE_WRONG), ids(SILENT, ended=False)], [row()] * 3)
    counted = log.rewards.counted
    assert (counted.completions, counted.cut, counted.paid) == (120, 40, 80)
    assert counted.first == [True, False] * 32
    assert [one.text for one in counted.samples] == [GOOD, BARE_WRONG, SILENT]
    assert counted.undecided == {"truncated": 40}
    assert (len(counted.early), set(counted.early)) == (40, {1 / 3})


def test_answers_to_validation_questions_are_not_the_first_ones() -> None:
    log = Log(spec("fin-r1"))
    model = SimpleNamespace(training=False)
    log.rewards.serve(SimpleNamespace(model=model, eos_token_ids=[]))
    log.earned([ids(WRONG)] * 2, [row()] * 2)
    assert log.rewards.counted == Counted()
    assert log.metrics["accuracy"] == 0
    model.training = True
    log.earned([ids(GOOD)], [row()])
    assert (log.rewards.counted.completions, log.rewards.counted.first) == (1, [True])


def test_whatever_trl_takes_for_an_end_is_one() -> None:
    log, other = Log(spec("fin-r1")), tokenizer().convert_tokens_to_ids("<|im_start|>")
    said = [*ids(GOOD, ended=False), other]
    assert log.rewards.decoded(said) == (f"{GOOD}<|im_start|>", True)
    log.rewards.serve(SimpleNamespace(model=None, eos_token_ids=[tokenizer().eos_token_id, other]))
    assert log.rewards.decoded(said) == (GOOD, False)
    assert log.rewards.decoded(ids(GOOD)) == (GOOD, False)


def test_trls_warning_of_a_row_without_reward_alone_is_kept_back(caplog: pytest.LogCaptureFixture) -> None:
    Log(spec("fin-r1"))
    Log(spec("fin-r1"))
    logger = logging.getLogger("trl.trainer.grpo_trainer")
    with caplog.at_level(logging.WARNING, logger.name):
        logger.warning("All reward functions returned None for the following kwargs:\n{'prompt': 'secret'}")
        logger.warning("something else")
    assert [record.message for record in caplog.records] == ["something else"]
