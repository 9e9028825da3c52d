"""The whole life of one row of a run, out of its tables, its journal and its releases.

    life(Run("quickstart"), "finqa:ACME/2019/page_40.pdf-1").outcome["reason"]      ->  "criteria_failed"

records.py says what is told, whole.py puts it together, passages.py and rules.py read the run's recipe.
"""
