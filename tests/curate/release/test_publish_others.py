"""A publish where somebody else committed: merged, accepted by its id, or refused with what changed."""

from pathlib import Path

import pytest

from cards.notes import with_notes
from curate.errors import UserError
from tests.curate.release.client import REPO, Publish, client
from tests.curate.release.folders import contents, release
from tests.doubles.hub import Hub

# huggingface_hub hands files to httpx2 in an older way.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")


def test_a_commit_of_somebody_else_is_refused_and_accepted_by_its_id(hub: Hub, send: Publish, tmp_path: Path) -> None:
    send(release(tmp_path))
    pushed = {"LICENSE": b"MIT", "data/sft/extra.parquet": b"PAR1", "funnel.svg": None}
    theirs = hub.repo(REPO).push(pushed, title="Tidy \x1b[31mup", author="bob")
    second = release(tmp_path, "1.1.0")
    with pytest.raises(UserError) as refused:
        send(second)
    assert str(refused.value).splitlines() == [
        f"'{REPO}' was changed since v1.0.0:",
        f"  {theirs[:7]} 'Tidy  [31mup' by bob",
        "  LICENSE: added",
        "  data/sft/extra.parquet: added",
        "  funnel.svg: deleted",
        "  data/sft/extra.parquet would be deleted",
        f"  look at it; to publish upon it, cards replaced but for their notes: --onto {theirs}",
    ]
    for wrong in ("0" * 40, theirs[:6], ""):
        with pytest.raises(UserError, match=f"--onto {wrong} is not its last commit, which is {theirs}"):
            send(second, onto=wrong)
    assert hub.repo(REPO).head == theirs
    assert send(second, onto=theirs).what == "published"
    files = hub.repo(REPO).files("v1.1.0")
    assert files.pop("LICENSE") == b"MIT"
    assert {name: data for name, data in files.items() if name != ".gitattributes"} == contents(second)


def test_a_repository_with_files_of_others_is_not_taken_for_a_new_one(send: Publish, hub: Hub, tmp_path: Path) -> None:
    send(release(tmp_path))
    del hub.repo(REPO).tags["v1.0.0"]
    with pytest.raises(UserError, match=r"was changed since it was created:\n.* 'v1.0.0' by alice"):
        send(release(tmp_path, "2.0.0"))


@pytest.mark.parametrize("readme", [b"", b"---\nlicense: mit\n---\n"])
def test_the_card_that_the_hub_made_is_nobodys_work(hub: Hub, send: Publish, tmp_path: Path, readme: bytes) -> None:
    with Hub(REPO, {".gitattributes": b"*.parquet filter=lfs\n", "README.md": readme}) as made:
        api = client(made, pytest.MonkeyPatch())
        done = send(release(tmp_path), api=api, private=False)
    assert (done.what, list(done.changes.changed)) == ("published", ["README.md"])


def test_a_card_that_was_edited_elsewhere_is_refused_with_what_was_edited(
    hub: Hub, send: Publish, tmp_path: Path
) -> None:
    first, second = release(tmp_path), release(tmp_path, "1.1.0")
    send(first)
    card = (first / "README.md").read_text()
    edited = with_notes(card.replace("Questions.", "Questions of finance."), "Kept.")
    theirs = hub.repo(REPO).push({"README.md": edited.encode()}, title="Card")
    with pytest.raises(UserError) as refused:
        send(second)
    assert "  README.md: changed\n" in str(refused.value)
    assert "\n  -Questions.\n  +Questions of finance.\n" in str(refused.value)
    send(second, onto=theirs[:10])
    text = hub.repo(REPO).files("v1.1.0")["README.md"].decode()
    assert text == with_notes((second / "README.md").read_text(), "Kept.")


def test_a_secret_that_somebody_pushed_is_not_told_to_the_terminal(hub: Hub, send: Publish, tmp_path: Path) -> None:
    send(release(tmp_path))
    key = "hf_" + "QwErTyUiOpAsDfGhJkLzXcVbNm" * 2
    hub.repo(REPO).push({"README.md": f"# Mine\n\nkey: {key}\n".encode()}, title=f"Use {key}")
    with pytest.raises(UserError, match=r"'Use <huggingface>' by bob\n(.|\n)*\n  \+key: <huggingface>\n") as refused:
        send(release(tmp_path, "1.1.0"))
    assert "QwErTy" not in str(refused.value)


def test_a_commit_between_looking_and_sending_is_not_overwritten(hub: Hub, send: Publish, tmp_path: Path) -> None:
    def push(line: str) -> None:
        if "files to add" in line:
            hub.repo(REPO).push({"LICENSE": b"MIT"})

    send(release(tmp_path))
    with pytest.raises(UserError, match=r"412 .*\n  somebody else committed in the meantime"):
        send(release(tmp_path, "1.1.0"), told=push)
    assert list(hub.repo(REPO).tags) == ["v1.0.0"]
    assert hub.repo(REPO).commits[0].author == "bob"


def test_a_lost_reply_is_not_taken_for_success_when_others_committed(hub: Hub, send: Publish, tmp_path: Path) -> None:
    folder = release(tmp_path)
    send(folder)
    hub.fault("cut", "POST", "/commit/main")

    def push(line: str) -> None:
        if "files to add" in line:
            hub.repo(REPO).push({"data/sft/extra.parquet": b"PAR1"})

    with pytest.raises(UserError, match="somebody else committed in the meantime"):
        send(release(tmp_path, "1.1.0"), told=push)
    assert len(hub.repo(REPO).commits) == 3


def test_a_tag_of_somebody_else_is_not_ours(hub: Hub, send: Publish, tmp_path: Path) -> None:
    def tag(line: str) -> None:
        if "fetched back" in line:
            hub.repo(REPO).tags["v1.0.0"] = hub.repo(REPO).commits[-1].id

    with pytest.raises(UserError, match=r"v1\.0\.0 names commit .*; somebody else published it"):
        send(release(tmp_path), told=tag)
