"""Languages of a trace: what it keeps to, when it switches, and that finance text needs no detector."""

import pytest
from hypothesis import given

from judges.reasoning.measures import language
from judges.reasoning.measures.language import read
from tests.judges.texts import anything, quick

EN = "The revenue of the year is the sum of the four quarters in the table, so it comes to 12 million."
ZH = "全年营业收入等于表中四个季度之和，因此为一千二百万元。"
ES = "Los ingresos del año son la suma de los cuatro trimestres que aparecen en la tabla, por lo que llegan a doce."
DE = "Der Umsatz des Jahres ist die Summe der vier Quartale aus der Tabelle und beträgt deshalb zwölf Millionen Euro."
RU = "Выручка за год равна сумме четырёх кварталов."
JA = "売上高は四つの四半期の合計になりますから、これです。"


@pytest.mark.parametrize(
    ("text", "asked", "kept", "switches", "foreign"),
    [
        (EN, "en", 1.0, 0, 0.0),
        (ZH, "zh", 1.0, 0, 0.0),
        (ZH, "en", 0.0, 0, 0.0),
        (f"{EN}\n\n{ZH}", None, None, 1, 0.0),
        (f"{ZH}{EN} {ZH}", None, None, 2, 0.0),
        (ES, "en", 0.0, 0, 1.0),
        (DE, "en", 0.0, 0, 1.0),
        (f"{EN}\n{ES}\n{EN}", None, None, 2, 1.0),
        (RU, "en", 0.0, 0, 1.0),
        (JA, "zh", 0.0, 0, 1.0),
        (
            f"{ZH}苹果公司（Apple Inc，AAPL）的EBITDA为\\text{{net income of the whole year}}$a + b$。",
            "zh",
            1.0,
            0,
            0.0,
        ),
        (f"{EN} The term 应收账款 means receivables, and Müller is a name; Δσ is a change.", "en", 1.0, 0, 0.0),
        (f"{ZH}\n```\nfor the row in table: return the sum of it\n```\n{ZH}", "zh", 1.0, 0, 0.0),
        (f'{ZH}\n{{"name of the fund that is asked for": "{ZH}"}}\n{ZH}', "zh", 1.0, 0, 0.0),
        (f'{ZH}\n<a title="the value of the fund in the year">{ZH}</a>\n{ZH}', "zh", 1.0, 0, 0.0),
        (f"{ZH}\n{ZH} It fell from $5 in the first year of the table to $10 in the next.", None, None, 1, 0.0),
        (f"{ZH} αβγ", "en", 0.0, 0, 0.0),
        ("Δσ μ 利润 α", "zh", 1.0, 0, 0.0),
        ("26 - 13 = 13", "en", None, 0, None),
        ("利润", "zh", 1.0, 0, 0.0),
    ],
)
def test_the_language_is_read(
    text: str, asked: str | None, kept: float | None, switches: int, foreign: float | None
) -> None:
    found = read(text)
    assert (found.switches, found.foreign) == (switches, foreign)
    assert asked is None or found.kept(asked) == kept


@pytest.mark.parametrize(
    "text",
    [
        EN,
        ZH,
        "| Item | 2019 | 2018 |\n| Net revenue | 5,829 | 5,735 |\n| Operating expenses | 1,204 | 998 |",
        "AAPL MSFT GOOG AMZN META NVDA TSLA JPM BAC WFC GS MS C V MA",
        "Price = 12.5 x 3 = 37.5; margin = 37.5 / 100 = 0.375",
        "总资产 TA 1,204 ROE 12% EBITDA 5.1 亿元",
    ],
)
def test_finance_text_needs_no_detector(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "_factory", lambda: pytest.fail("langdetect was asked"))
    read(text)


def test_the_detector_says_the_same_every_time() -> None:
    assert len({repr(read(f"{EN}\n{ES}")) for _ in range(20)}) == 1


@quick
@given(anything)
def test_any_text_has_shares(text: str) -> None:
    found = read(text)
    for asked in ("en", "zh"):
        kept = found.kept(asked)
        assert kept is None or 0 <= kept <= 1
    assert found.switches >= 0
