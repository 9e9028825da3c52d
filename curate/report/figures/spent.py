"""What the models of a run were asked for, and what it cost.

costs(run, connection)[0]   ->  Cost("distil", "deepseek-reasoner at api.deepseek.com", calls=60091, usd=1151.37, ...)
"""

from collections.abc import Iterator

import duckdb

from curate.identity import published
from curate.report.facts import Cost
from curate.runs import Run

_COSTS = """
    select
        purpose,
        model,
        count(*) as calls,
        count(*) filter (outcome = 'error') as failed,
        sum(prompt_tokens)::bigint as prompt_tokens,
        sum(completion_tokens)::bigint as completion_tokens,
        sum(reasoning_tokens)::bigint as reasoning_tokens,
        sum(cached_tokens)::bigint as cached_tokens,
        sum(usd::decimal(38, 12))::double as usd
    from paid where first group by purpose, model order by min(place)"""
_KEPT = "select count(*) from outcomes where goes_to = 'sft'"
_DIGITS = 6


def costs(run: Run, connection: duckdb.DuckDBPyConnection) -> Iterator[Cost]:
    """Purposes and models in the order in which they were asked first."""
    ((kept,),) = connection.execute(_KEPT).fetchall()
    for purpose, model, *counts, usd in connection.execute(_COSTS).fetchall():
        paid = round(usd, _DIGITS) if _priced(run, model) else None
        each = round(usd / kept, _DIGITS) if kept and paid is not None else None
        yield Cost(purpose, published(model), *(*counts, paid, each))


def _priced(run: Run, identity: str) -> bool:
    """Whether every model of the recipe that is known by this identity has a price there."""
    names = [name for name, one in run.record["models"].items() if one == identity]
    models = run.record["recipe"].get("models", {})
    return bool(names) and all(models[name].get("price") is not None for name in names)
