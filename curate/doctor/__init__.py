"""`curate doctor`: what a run, a server of our own and the Hub need, looked at before anything is paid for.

`check` says what a finding is, and looks at all things at once; a module for each of machine, recipe, models, servers
and Hub; `examine` says which of them are looked at.
"""
