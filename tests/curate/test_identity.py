"""What is published of a model's identity: its name, and its server only where that is public."""

import pytest

from curate.identity import named, public_address, published


@pytest.mark.parametrize(
    ("identity", "said"),
    [
        ("https://api.deepseek.com deepseek-reasoner", "deepseek-reasoner at api.deepseek.com"),
        ("https://api.example.com/v1 Qwen/Qwen2.5-72B-Instruct", "Qwen/Qwen2.5-72B-Instruct at api.example.com"),
        ("http://10.0.0.7:8000/v1 judge", "judge at a private address"),
        ("http://[::1]:8000/v1 judge", "judge at a private address"),
        ("HTTPS://GPU-07.CORP:8000/v1 judge", "judge at a private address"),
        ("http://8.8.8.8/v1 judge", "judge at a private address"),
        ("http://gpu-17:8000/v1 judge", "judge at a private address"),
        ("http://llm.bank.internal/v1 judge", "judge at a private address"),
        ("http://localhost:8000/v1 /models/judge-72b", "judge-72b at a private address"),
        ("vllm:Qwen/Qwen2.5-72B-Instruct@main", "vllm:Qwen/Qwen2.5-72B-Instruct@main"),
        (
            "vllm:tiny@0123 --chat-template=/home/ada/chat.jinja --dtype=bfloat16",
            "vllm:tiny@0123 --dtype=bfloat16",
        ),
        ("vllm:/home/ada/models/judge-72b@main", "vllm:judge-72b@main"),
        ("transformers:/home/ada/tuned@0123", "transformers:tuned@0123"),
        ("C:\\models\\judge-72b", "judge-72b"),
        ("http://box.localdomain/v1 judge", "judge at a private address"),
        ("http://nas.local./v1 judge", "judge at a private address"),
        ("http://gpu.x.intra/v1 judge", "judge at a private address"),
        ("rules", "rules"),
        ("my house model", "my house model"),
    ],
)
def test_published(identity: str, said: str) -> None:
    assert published(identity) == said


def test_a_model_called_by_its_path_and_addresses() -> None:
    assert named("/data/models/Fin-R1/") == "Fin-R1"
    assert named("SUFE-AIFLM-Lab/Fin-R1") == "SUFE-AIFLM-Lab/Fin-R1"
    assert public_address("https://api.deepseek.com") == "https://api.deepseek.com"
    assert public_address("http://192.168.1.4/v1") is None
    assert public_address("") is None
