"""The door to a server for `python -m train chat`: OpenAI's client, and its errors as a line of words.

client = connected("http://127.0.0.1:8000/v1")
only_model(client)  ->  "fin-r1-7b"
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from curate.errors import UserError
from judges.thought import one_line

if TYPE_CHECKING:
    import openai

_NO_KEY = "none"
_SHOWN = 500  # characters of a server's words


def connected(endpoint: str, api_key_env: str | None = None) -> "openai.OpenAI":
    """A client of a server, which sends nothing yet. api_key_env: the environment variable that holds the key. Raises
    UserError for what is no address, and where the variable is not set."""
    if not endpoint.startswith(("http://", "https://")):
        raise UserError(
            f"'{endpoint}' is neither a model's folder nor the base_url of a server, such as http://127.0.0.1:8000/v1"
        )
    key = os.environ.get(api_key_env, "").strip() if api_key_env else _NO_KEY
    if not key:
        raise UserError(f"the environment variable {api_key_env} is not set\n  export {api_key_env}=...")
    import openai

    return openai.OpenAI(base_url=endpoint, api_key=key, max_retries=0)


def only_model(client: "openai.OpenAI") -> str:
    """The name of the server's model. Raises UserError where it lists none or several, or does not list them."""
    try:
        with in_words(client):
            names = [model.id for model in client.models.list()]
    except UserError as error:
        raise UserError(f"{error}\n  if it serves but does not list its models, name one: --model NAME") from None
    if len(names) != 1:
        listed = ", ".join(names[:20]) or "none"
        raise UserError(f"{address(client)} lists {len(names)} models: {listed}\n  name one: --model NAME")
    return names[0]


@contextmanager
def in_words(client: "openai.OpenAI") -> Iterator[None]:
    """What goes wrong between a server and us, as a UserError in its words; a key that it echoes is cut out."""
    import httpx2
    import openai

    try:
        yield
    except openai.APIStatusError as error:
        said = f"HTTP {error.status_code} from {address(client)}: {_words(error.body) or error.message}"
    except openai.APIConnectionError as error:
        lost = not isinstance(error.__cause__, httpx2.ConnectError | httpx2.ConnectTimeout)
        what = ": the reply broke off" if lost else " cannot be reached"
        said = f"{address(client)}{what}: {error.__cause__ or error}"
    except (openai.OpenAIError, httpx2.HTTPError, json.JSONDecodeError) as error:
        said = f"{address(client)}: the reply broke off: {error}"
    else:
        return
    hidden = said if client.api_key == _NO_KEY else said.replace(client.api_key, "[api key]")
    raise UserError(one_line(hidden)[:_SHOWN])


def address(client: "openai.OpenAI") -> str:
    """Where the server is."""
    return str(client.base_url).rstrip("/")


def _words(body: object) -> str | None:
    if not isinstance(body, Mapping):
        return None
    said = next((body[name] for name in ("message", "detail", "error") if body.get(name)), None)
    return str(said) if said else None
