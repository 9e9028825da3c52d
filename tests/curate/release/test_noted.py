"""The cards that are sent: which notes hold, those of the Hub or those here, and that none holds a secret."""

from pathlib import Path

import pytest

from cards.notes import notes_of, with_notes
from curate.errors import UserError
from tests.curate.release.client import REPO, Publish
from tests.curate.release.folders import note, release
from tests.doubles.hub import Hub

# huggingface_hub hands files to httpx2 in an older way.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")

KEY = "hf_" + "QwErTyUiOpAsDfGhJkLzXcVbNm" * 2


def edit(hub: Hub, notes: str, name: str = "README.md") -> None:
    """Somebody writes notes into a card on the Hub."""
    card = hub.repo(REPO).files()[name].decode()
    hub.repo(REPO).push({name: with_notes(card, notes).encode()}, title="Notes")


def published(hub: Hub, tag: str, name: str = "README.md") -> str:
    return notes_of(hub.repo(REPO).files(tag)[name].decode())


def test_notes_that_were_written_on_the_hub_are_kept(hub: Hub, send: Publish, tmp_path: Path) -> None:
    first, second = release(tmp_path), release(tmp_path, "1.1.0")
    send(first)
    english = with_notes((first / "README.md").read_text(), "Ask *us* first.\n\n请先问我们。")
    chinese = (first / "README_zh.md").read_text().replace("<!-- notes -->\n", "<!-- notes --> 问我们 ")
    edited = {"README.md": english.encode(), "README_zh.md": chinese.encode()}
    hub.repo(REPO).push(edited, title="Notes")
    done = send(second)
    files = hub.repo(REPO).files("v1.1.0")
    assert files["README.md"].decode() == with_notes(
        (second / "README.md").read_text(), "Ask *us* first.\n\n请先问我们。"
    )
    assert files["README_zh.md"].decode() == with_notes((second / "README_zh.md").read_text(), " 问我们 ")
    assert send(second).what == "unchanged"
    assert done.what == "published"


@pytest.mark.parametrize(
    ("before", "there", "here", "held"),
    [
        ("", "", "", ""),
        ("", "", "new", "new"),
        ("", "new", "", "new"),
        ("", "new", "new", "new"),
        ("old", "old", "", "old"),
        ("old", "old", "\n  \n", "old"),
        ("old", "old", "old", "old"),
        ("old", "old", "new", "new"),
        ("old", "new", "", "new"),
        ("old", "new", "old", "new"),
        ("old", "new", "new", "new"),
        ("old", "", "", ""),
        ("old", "", "old", ""),
    ],
)
def test_the_side_that_changed_its_notes_since_the_last_version_has_its_way(
    hub: Hub, send: Publish, tmp_path: Path, before: str, there: str, here: str, held: str
) -> None:
    first, second = release(tmp_path), release(tmp_path, "1.1.0")
    note(first, before)
    send(first)
    if there != before:
        edit(hub, there)
    note(second, here)
    assert send(second).what == "published"
    assert published(hub, "v1.1.0") == held
    assert published(hub, "v1.1.0", "README_zh.md") == ""
    assert send(second).what == "unchanged"


@pytest.mark.parametrize(("there", "shown"), [("theirs, 他们的", "theirs, 他们的"), ("", "(deleted)")])
def test_notes_that_were_changed_on_both_sides_are_refused(
    hub: Hub, send: Publish, tmp_path: Path, there: str, shown: str
) -> None:
    first, second = release(tmp_path), release(tmp_path, "1.1.0")
    note(first, "old", "README_zh.md")
    send(first)
    edit(hub, there, "README_zh.md")
    note(second, "\n".join(f"ours {line}" for line in range(30)), "README_zh.md")
    head = hub.repo(REPO).head
    for onto in (None, head):
        with pytest.raises(UserError) as refused:
            send(second, onto=onto)
        assert str(refused.value).splitlines() == [
            "the notes of README_zh.md were changed on the Hub since v1.0.0, and here otherwise:",
            "  on the Hub:",
            f"    {shown}",
            "  here:",
            *(f"    ours {line}" for line in range(20)),
            "    ... and 10 more",
            "  write what is to hold into the card on the Hub, and delete the notes here",
        ]
    assert hub.repo(REPO).head == head
    note(second, "", "README_zh.md")
    assert send(second).what == "published"
    assert published(hub, "v1.1.0", "README_zh.md") == there


def test_notes_on_a_version_that_was_cut_before_its_first_tag_are_kept(hub: Hub, send: Publish, tmp_path: Path) -> None:
    folder = release(tmp_path)
    hub.fault(403, "POST", "/tag/")
    with pytest.raises(UserError, match="403"):
        send(folder)
    edit(hub, "theirs")
    assert send(folder).what == "completed"
    assert published(hub, "v1.0.0") == "theirs"


def test_notes_that_come_after_their_version_is_published_are_told(hub: Hub, send: Publish, tmp_path: Path) -> None:
    folder, said = release(tmp_path), []
    send(folder)
    note(folder, "too late")
    assert send(folder, told=said.append).what == "unchanged"
    assert f"{REPO}: README.md: v1.0.0 has other notes than are here, and keeps them; edit them on the Hub" in said
    assert published(hub, "v1.0.0") == ""


@pytest.mark.parametrize("name", ["README.md", "README_zh.md", "recipe.lock.yaml"])
def test_a_secret_that_is_written_in_after_the_build_is_refused(
    hub: Hub, send: Publish, tmp_path: Path, name: str
) -> None:
    folder = release(tmp_path)
    if name == "recipe.lock.yaml":
        (folder / name).write_text((folder / name).read_text() + f"key: {KEY}\n")
    else:
        note(folder, f"Ask us at <us@org.example>, {KEY}", name)
    with pytest.raises(
        UserError, match=f"what looks like a secret would be published:\n  huggingface: {name}\n"
    ) as told:
        send(folder)
    assert "QwErTy" not in str(told.value)
    assert hub.requests == []


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_secret_in_the_notes_on_the_hub_is_in_no_version(
    hub: Hub, send: Publish, tmp_path: Path, dry_run: bool
) -> None:
    send(release(tmp_path))
    edit(hub, f"token: {KEY}")
    with pytest.raises(UserError, match=r"would be published:\n  huggingface: README\.md\n") as told:
        send(release(tmp_path, "1.1.0"), dry_run=dry_run)
    assert "QwErTy" not in str(told.value)
    assert list(hub.repo(REPO).tags) == ["v1.0.0"]


@pytest.mark.parametrize(("variable", "found"), [("BANK_API_KEY", True), ("HF_TOKEN", True), ("BANK_NAME", False)])
def test_the_environments_keys_are_looked_for_as_they_are(
    send: Publish, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, found: bool
) -> None:
    folder = release(tmp_path)
    note(folder, "We use horse-battery for it.")
    monkeypatch.setenv(variable, "horse-battery")
    if found:
        with pytest.raises(UserError, match=r"\n  environment: README\.md\n"):
            send(folder)
    else:
        assert send(folder).what == "published"
