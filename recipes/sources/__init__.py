"""One module a corpus. Each states INFO (licence, home, defects) and turns a raw Row into Questions.

INFO: SourceInfo
class Options(pydantic.BaseModel)            # optional: the recipe keys that only this source knows
def questions(row, corpus, options) -> Iterable[Question]     # raises BadRecord for a record it cannot read
def check_columns(columns, place, options) -> None            # optional: raises UserError before anything is read
"""
