"""What a release is to be: the run's own recipe, and what is said over it without a new run."""

import shutil
from pathlib import Path

import pytest

import curate
from curate.errors import UserError
from curate.release.wanted import wanted


def test_it_is_the_recipes_own(quickstart: curate.Run) -> None:
    found = wanted(quickstart)
    assert (found.version, found.split.validation, found.publish.licence) == ("1.0.0", 0.1, "apache-2.0")


def test_what_is_said_over_it_leaves_the_run_alone(quickstart: curate.Run) -> None:
    found = wanted(quickstart, {"version": "1.2.0", "split.seed": 3, "publish.repo": "org/name"}, {"cflue": "ours"})
    assert (found.version, found.split.seed, found.split.validation) == ("1.2.0", 3, 0.1)
    assert found.publish.accept_licence == {"cflue": "ours"}
    assert wanted(quickstart).version == "1.0.0"


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        ({"sources.0.limit": 3}, "a release takes `version`, `split` and `publish`"),
        ({"split.validaton": 0.1}, "did you mean 'validation'"),
        ({"split.validation": 1.0}, "less than 1"),
        ({"version": "1.0"}, "--set version"),
        ({"version": "01.0.0"}, "--set version"),
        ({"split.sft.caps.sources.finq": 5}, "did you mean 'finqa'"),
        ({"publish.repo": "just-a-name"}, "publish.repo"),
        ({"split.sft.mix": {"modules": {"code": 0.5}}}, "add up to 0.5"),
        ({"split.rl.difficulty.model": "student"}, "the run did not ask a student"),
    ],
)
def test_faults_are_told_with_what_is_allowed(quickstart: curate.Run, overrides: dict[str, object], said: str) -> None:
    with pytest.raises(UserError) as found:
        wanted(quickstart, overrides)
    assert said in str(found.value)


def test_a_run_that_lacks_a_table_is_to_be_run_again(quickstart: curate.Run, tmp_path: Path) -> None:
    shutil.copytree(quickstart.path, tmp_path / "run")
    (tmp_path / "run" / "tables" / "checks.parquet").unlink()
    with pytest.raises(UserError, match=r"'tables/checks\.parquet' is missing\n  run the recipe again"):
        wanted(curate.Run(tmp_path / "run"))


def test_an_accepted_source_must_be_there(quickstart: curate.Run) -> None:
    with pytest.raises(UserError, match="did you mean 'cflue'"):
        wanted(quickstart, None, {"cfleu": "why"})
