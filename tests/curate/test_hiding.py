"""What is taken out of a server's words, and what is left as it was."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.hiding import Hiding

IDENTITIES = (
    "http://gpu-07.corp:8000/v1 /data/models/judge-72b",
    "https://10.0.0.7:8443/v1 teacher",
    "http://localhost:8000/v1 student",
    "http://llm/v1 small",
    "https://api.deepseek.com deepseek-reasoner",
    "vllm:/home/ada/tuned@0123 --chat-template=/srv/chat/ours.jinja",
    "vllm:Qwen/Qwen2.5-72B-Instruct@main",
)
hide = Hiding(IDENTITIES)
HIDDEN = "a private address"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("HTTP 400 from http://10.0.0.7:8000/v1: no such model", f"HTTP 400 from {HIDDEN}: no such model"),
        ("gpu-07.corp is down", f"{HIDDEN} is down"),
        ("gpu-07.corp. Try again", f"{HIDDEN}. Try again"),
        ("10.0.0.7 refused", f"{HIDDEN} refused"),
        ("Connect call failed ('10.0.0.7', 8000)", f"Connect call failed ('{HIDDEN}', 8000)"),
        ("Connect call failed ('172.16.3.4', 8000)", f"Connect call failed ('{HIDDEN}', 8000)"),
        ("Connect call failed ('::1', 8000, 0, 0)", f"Connect call failed ('{HIDDEN}', 8000, 0, 0)"),
        ("Cannot connect to host GPU-07.Corp:8000 ssl:default", f"Cannot connect to host {HIDDEN} ssl:default"),
        ("HTTPS://GPU-07.CORP:8000/x", HIDDEN),
        ("ws://gpu-07.corp:8000/x and file:///data/x and tcp://other", f"{HIDDEN} and {HIDDEN} and {HIDDEN}"),
        ("http://[fe80::1%eth0]:8000/v1, [fe80::1]:8000 and fe80::1", f"{HIDDEN}, {HIDDEN} and {HIDDEN}"),
        ("host:10.0.0.7:8000", f"host:{HIDDEN}"),
        ("主机gpu-07.corp:8000已停，见http://10.0.0.7/v1，请重试", f"主机{HIDDEN}已停，见{HIDDEN}，请重试"),
        ("ada:moon@gpu-07.corp refused", f"{HIDDEN} refused"),
        ("https://ada:moon@api.deepseek.com/v1/chat?key=sk-abc#x.", "https://api.deepseek.com/v1/chat."),
        ("https://ada.com:mo/on@api.deepseek.com/v1", HIDDEN),
        ("see https://github.com/vllm-project/vllm/issues/1", "see https://github.com/vllm-project/vllm/issues/1"),
        ("/data/models/judge-72b/config.json is missing", "judge-72b/config.json is missing"),
        ("no /home/ada/tuned, no /srv/chat/ours.jinja", "no tuned, no ours.jinja"),
        ("Incorrect API key: sk-a8Qk2Lw9Xc4Vb7Nm1Zt5Yr3P.", "Incorrect API key: ***."),
    ],
)
def test_hidden(text: str, said: str) -> None:
    assert hide(text) == said


@pytest.mark.parametrize(
    "text",
    [
        "HTTP 400: max_tokens 32768 is too large, at 12:30:45, by vllm 0.11.2",
        "Qwen/Qwen2.5-72B-Instruct: c10::Error in std::vector, 1.5 of 2.0 GiB",
        "POST /v1/chat/completions: the llms said: localhosts",
        "请求过长：本模型最多接受32768个标记。",
        "",
    ],
)
def test_left_as_it_was(text: str) -> None:
    assert hide(text) == text


def test_nothing_is_nothing() -> None:
    assert hide(None) is None
    assert Hiding(())("gpu-07.corp and 10.0.0.7") == f"gpu-07.corp and {HIDDEN}"


@settings(max_examples=200, deadline=None)
@given(
    st.text(max_size=40),
    st.sampled_from(["gpu-07.corp", "GPU-07.CORP:8000", "10.0.0.7", "localhost:8000", "/data/models/judge-72b"]),
    st.sampled_from(["", "http://", "ws://ada:moon@", "https://"]),
    st.text(max_size=40),
)
def test_no_text_around_shows_it(before: str, private: str, scheme: str, after: str) -> None:
    said = hide(f"{before} {scheme}{private} {after}")
    assert said is not None
    kept = hide(f"{before}  {after}") or ""
    for part in ("gpu-07.corp", "10.0.0.7", "localhost:8000", "/data/models", "moon"):
        assert said.lower().count(part) <= kept.lower().count(part)


@given(st.text(alphabet="ahtp:/@[]?#.0%'\uff0e\u2100 ", max_size=30))
def test_any_text_can_be_read(text: str) -> None:
    assert isinstance(hide(text), str)
