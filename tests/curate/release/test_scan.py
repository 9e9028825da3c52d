"""The scan of a release: secrets of every kind and nothing that only looks like one, private data by rows."""

import base64
import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.release.scan import Found, scan
from curate.release.secrets import find_secrets, of_environment
from tests.curate.release.written import user, written

TRACES = Path(__file__).parents[4] / "shared" / "data" / "traces"

# Made of parts, so that no scanner of repositories takes this file for a leak.
MIXED = "a1B2c3D4e5F6g7H8i9J0"
HEX = "0a1b2c3d4e5f6789" * 2


def _coded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


JWT = ".".join([_coded('{"typ": "JWT", "alg": "HS256"}'), _coded('{"sub": "1", "name": "Anna"}'), "s1g" * 12])
PLANTED = [
    ("api_key", "sk" + "-" + "a1B2" * 8),
    ("api_key", "sk" + "-" + HEX),
    ("api_key", "sk" + "-proj-" + MIXED + "_-" + MIXED),
    ("api_key", "sk" + "-or-v1-" + HEX * 2),
    ("anthropic", "sk" + "-ant-api03-" + MIXED * 4 + "-AA"),
    ("huggingface", "hf" + "_" + "QwErTyUiOp" * 3 + "AbCd"),
    ("github", "gh" + "p_" + MIXED + MIXED[:16]),
    ("github", "gh" + "o_" + MIXED + MIXED[:16]),
    ("github", "github" + "_pat_" + "11" + MIXED + "_" + MIXED * 2),
    ("gitlab", "glpat" + "-" + MIXED),
    ("aws", "AK" + "IA" + "Q7ZT2M5XW3KD6RVB"),
    ("aws", "AS" + "IA" + "Q7ZT2M5XW3KD6RVB"),
    ("google", "AI" + "za" + "Sy" + MIXED + "-_" + MIXED[:11]),
    ("slack", "xox" + "b-123456-987654-" + MIXED),
    ("aliyun", "LT" + "AI5t" + MIXED[:18]),
    ("aliyun", "LT" + "AI" + MIXED[:12]),
    ("tencent", "AK" + "ID" + MIXED + MIXED[:12]),
    ("baidu", "bce" + "-v3/ALTAK-" + MIXED + "/" + HEX + HEX[:8]),
    ("jwt", JWT),
]
# Where the words around tell it: what stands before, the secret, what stands behind.
AROUND = [
    ("azure", "EndpointSuffix=core;Account" + "Key=", MIXED * 4 + "a1B2c3==", ";Protocol=https"),
    ("azure", "SharedAccess" + "Key=", MIXED * 2 + "a1B=", ""),
    ("url_password", "git clone https://anna:", "h7&Ter", "@example.com/x.git"),
    ("url_password", "postgres://:", "口h7Ter", "@db:5432/x"),
    ("authorization", '-H "Author' + "ization: Bearer ", MIXED, '"'),
    ("authorization", '{"author' + 'ization": "Basic ', MIXED + "==", '"}'),
    ("labelled", "aws_secret" + "_access_key = ", MIXED + "/+" + MIXED[:18], ""),
    ("labelled", '"Secret' + 'Key": "', MIXED + MIXED[:12], '"'),
    ("labelled", "api" + "-key：", HEX, "，请保密"),
    ("labelled", "访问密" + "钥为", MIXED + MIXED[:10], "。"),
    ("zhipu", "", HEX + "." + "aB3dE5fG7hJ9kL2m", ""),
]
PEM = "-----BEGIN " + "RSA PRIVATE" + " KEY-----\nMIIEpAIBAAKCAQEA" + MIXED + "\n" + MIXED

LOOK_ALIKES = [
    "A risk-free rate and a task-specificbenchmarkofthefirm2023 differ.",
    "sk-learn-estimators-of-2023-and-their-parameters",
    "sk-" + "x" * 32 + " is how a key looks; so is sk-your-api-key-1234567890abcdef",
    "hf_transfer_is_not_a_token_but_a_library_of_2023 nor is hf_hub",
    "sha256 " + HEX * 2 + ", md5 " + HEX + ".parquet, uuid 3f2b8c1e-9d4a-4e7b-8a6f-0c5d1e2f3a4b",
    "e3b0c44298fc1c149afbf4c8996fb924.readmefilesofmine",
    "data:image/png;base64,iVBORw0KGgo" + "AKIA" + "Q7ZT2M5XW3KD6RVB" + "+sk" + "AIza" + MIXED * 9 + "==",
    "doi 10.1016/j.jfineco.2019.05.001, ISIN US0378331005, LEI 5493001KJTIIGC8Y1R12",
    "The access key is AKIA" + "IOSFODNN7" + "EXAMPLE in every manual.",
    "ASIA" + "PACIFICHOLDINGSX rose by 5%.",
    "Bearer bonds pay whoever holds them; authorization: bearer of the bond certificate",
    "Authorization: Bearer YOUR_API_KEY_GOES_HERE and Authorization: Bearer ${TOKEN}",
    "postgres://user:password@localhost:5432/x and https://example.com:8080/@anna",
    "https://example.com/a:b/c@d, mailto:anna@example.com, http://user:${PASS}@h",
    "-----BEGIN PRIVATE KEY----- is how it begins, and -----END PRIVATE KEY----- how it ends",
    "eyJhbGciOi is how a token begins. eyJ" + "a" * 20 + ".eyJ" + "b" * 20 + "." + "c" * 20,
    "api_key_env: DEEPSEEK_API_KEY",
    "The company's secretary: a secret = revenue / 1234567890123456789012345678901234",
    "公司2023年营业收入1,250.5亿元，密钥管理服务收入为3.2亿元；口令：请勿外传。",
    "the sum is 0.0000000000000000000000000000000000123456789.5",
]


def told(text: str) -> list[tuple[str, str]]:
    return [(one.kind, text[one.start : one.end]) for one in find_secrets(text)]


@pytest.mark.parametrize("place", ["{}", "Use {}, not mine.", "密钥{}，请保密", '{{"a": "{}"}}', "x={}\n"])
@pytest.mark.parametrize(("kind", "secret"), PLANTED, ids=lambda value: value[:12])
def test_a_secret_is_found_wherever_it_stands(kind: str, secret: str, place: str) -> None:
    assert told(place.format(secret)) == [(kind, secret)]


@pytest.mark.parametrize(("kind", "before", "secret", "behind"), AROUND)
def test_a_secret_is_told_by_the_words_around_it(kind: str, before: str, secret: str, behind: str) -> None:
    (found,) = told(before + secret + behind)
    assert found == (kind, secret.rpartition(".")[2])


def test_a_private_key_is_found_with_what_stands_of_it() -> None:
    assert told(f"Here it is:\n{PEM}") == [("private_key", PEM)]
    assert told(PEM.replace("\n", "\\n"))[0][0] == "private_key"


def test_a_secret_between_others_is_told_once_and_as_what_it_is() -> None:
    token = PLANTED[5][1]
    assert told(f"Author{'ization'}: Bearer {token} {token}") == [("huggingface", token)] * 2


@pytest.mark.parametrize("text", LOOK_ALIKES)
def test_what_only_looks_like_a_secret_is_left_alone(text: str) -> None:
    assert told(text) == []


PARTS = [
    *(secret for _, secret in PLANTED),
    *(part for row in AROUND for part in row[1:]),
    PEM,
    "sk-",
    "eyJ",
    ".",
    "\0",
]


@settings(max_examples=150)
@given(st.lists(st.sampled_from(PARTS) | st.text(max_size=8), max_size=8).map("".join))
def test_any_text_is_read_and_secrets_stand_apart_inside_it(text: str) -> None:
    end = 0
    for one in find_secrets(text):
        assert end <= one.start < one.end <= len(text)
        end = one.end


@pytest.mark.parametrize(
    "part", ["sk-", "eyJ.", "eyJaaaaaaaaaaaa.", "://a:", "AKIA", "api_key ", "secret", PEM, "密钥为"]
)
def test_a_long_text_takes_no_longer_a_character(part: str) -> None:
    find_secrets(part * (2_000_000 // len(part)))  # quadratic, it would not end


def test_values_of_the_environment_that_are_long_enough_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hub-token\n")
    monkeypatch.setenv("ONE_KEY", "of-the-house")
    monkeypatch.setenv("SHORT_KEY", "none")
    monkeypatch.delenv("NO_KEY", raising=False)
    assert of_environment(["SHORT_KEY", "ONE_KEY", "NO_KEY", "ONE_KEY"]) == ["hub-token", "of-the-house"]
    monkeypatch.delenv("HF_TOKEN")
    assert of_environment([]) == []


KEY = PLANTED[0][1]
SFT, RL, SCORES = (f"data/{config}/train-00000-of-00001.parquet" for config in ("sft", "rl", "scores"))


def test_secrets_are_found_in_all_columns_and_files_and_never_told(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"prompt": user(f"Use {KEY}.")},
        {"flags": ["fine", KEY]},
        {"options": [{"letter": "A", "text": KEY}]},
        {"id": f"corpus:{KEY}", "group": "x"},
        {"reasoning": "I recall the-house-key."},
        {"reasoning": "I recall nothing."},
    ]
    votes = [{"id": "corpus:7", "rationale": f"it says {KEY}"}]
    folder = written(tmp_path, sft={"train": rows}, scores={"train": votes})
    for name in ("README.md", "README_zh.md", "funnel.json", "recipe.lock.yaml"):
        (folder / name).write_text(f"密钥 {KEY}", encoding="utf-8")
    found = scan(folder, ["the-house-key"])
    places = [(one.kind, one.file, one.row, one.column) for one in found.secrets]
    assert places == [
        ("api_key", "README.md", "", ""),
        ("api_key", "README_zh.md", "", ""),
        ("api_key", "funnel.json", "", ""),
        ("api_key", "recipe.lock.yaml", "", ""),
        ("api_key", SCORES, "corpus:7", "rationale"),
        ("api_key", SFT, "corpus:sft-train-0", "prompt"),
        ("api_key", SFT, "corpus:sft-train-1", "flags"),
        ("api_key", SFT, "corpus:sft-train-2", "options"),
        ("api_key", SFT, "#4", "id"),
        ("environment", SFT, "corpus:sft-train-4", "reasoning"),
    ]
    assert not found.private


def test_an_id_that_holds_a_secret_is_told_by_its_place_alone(tmp_path: Path) -> None:
    rows = [{"id": "corpus:1"}] * 300 + [{"id": f"corpus:{KEY}", "group": "x", "answer": "Ask anna@example.com."}]
    found = scan(written(tmp_path, sft={"train": rows}))
    assert found.secrets == (Found("api_key", SFT, "#301", "id"),)
    assert found.examples == (Found("email", SFT, "#301", "answer"),)
    assert KEY not in json.dumps([dataclasses.asdict(one) for one in (*found.secrets, *found.examples)])


LONG = "The company reported its results for the year, and the board was content with what it had achieved. "


def test_private_data_is_counted_by_rows_of_all_configs(tmp_path: Path) -> None:
    folder = written(
        tmp_path,
        sft={
            "train": [
                {"prompt": user("写信给 anna@example.com，或致电 13800001234。"), "answer": "打 13800001234。"},
                {
                    "reasoning": LONG + "Mail bert@example.com.",
                    "completion": user(f"<think>{LONG}Mail bert@example.com."),
                },
                {"answer": "Revenue was 13,800 million."},
            ],
            "validation": [{"answer": "Mail anna@example.com."}],
        },
        rl={"train": [{"options": [{"letter": "A", "text": "客户电话：13800001234"}]}]},
        scores={"train": [{"rationale": "它写了手机 13800001234"}] * 2},
        rejects={"train": [{"detail": "身份证号 110199199001011232"}]},
    )
    found = scan(folder)
    assert dict(found.private) == {"email": 3, "resident_id": 1, "mobile": 4}
    assert list(found.private) == ["email", "resident_id", "mobile"]
    assert not found.secrets
    places = [(one.kind, one.file.split("/")[1], one.row.rpartition("-")[2], one.column) for one in found.examples]
    assert places == [
        ("resident_id", "rejects", "0", "detail"),
        ("mobile", "rl", "0", "options"),
        ("mobile", "scores", "0", "rationale"),
        ("mobile", "scores", "1", "rationale"),
        ("email", "sft", "0", "prompt"),
        ("mobile", "sft", "0", "prompt"),
        ("mobile", "sft", "0", "answer"),
        ("email", "sft", "1", "completion"),
        ("email", "sft", "0", "answer"),
    ]


def test_only_the_first_places_are_told_and_all_rows_counted(tmp_path: Path) -> None:
    found = scan(written(tmp_path, sft={"train": [{"answer": f"Mail anna@example.com or use {KEY}."}] * 700}))
    assert found.private == {"email": 700}
    assert (len(found.examples), len(found.secrets)) == (20, 20)


@pytest.mark.parametrize(
    ("row", "private"),
    [
        ({"answer_kind": "number", "gold": "13800001234", "answer": "The answer is 13800001234."}, False),
        ({"answer_kind": "percent", "gold": "5", "final": "13800001234", "answer": "共计答 13800001234"}, False),
        (
            {"answer_kind": "number", "gold_alternatives": ["13800001234"], "answer": "The answer is 13800001234."},
            False,
        ),
        ({"answer_kind": "span", "gold": "13800001234", "answer": "The answer is 13800001234."}, True),
        ({"answer_kind": "number", "gold": "5", "answer": "The answer is 13800001234."}, True),
        ({"gold": "13800001234"}, False),
        ({"answer": "电话 [手机号_1]，mail [EMAIL_12], account [ACCOUNT_1] and [BANK_CARD_1234]"}, False),
        ({"source_id": "0f1e13800001234c", "id": "corpus:0f1e13800001234c"}, False),
        ({"id": "corpus:13800001234"}, True),
    ],
)
def test_figures_masks_and_hashes_are_not_private(tmp_path: Path, row: dict[str, Any], private: bool) -> None:
    assert bool(scan(written(tmp_path, sft={"train": [row]})).private) is private


def test_a_folder_without_files_holds_nothing(tmp_path: Path) -> None:
    found = scan(tmp_path)
    assert (found.secrets, dict(found.private), found.examples) == ((), {}, ())


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _strings(one)


@pytest.mark.skipif(not TRACES.is_dir(), reason="needs the real traces in ../shared/data/traces")
def test_real_traces_hold_no_secret_and_hardly_private_data(tmp_path: Path) -> None:
    rows = []
    for path in sorted(TRACES.iterdir()):
        text = path.read_text(encoding="utf-8")
        records = map(json.loads, text.splitlines()) if path.suffix == ".jsonl" else [json.loads(text)]
        rows += [{"answer": one} for record in records for one in _strings(record)]
    found = scan(written(tmp_path, sft={"train": rows}))
    assert len(rows) > 5000
    assert not found.secrets
    assert found.private == {"account": 5}  # the card number of a question that asks whether it is a valid one
