"""`python -m train chat ENDPOINT`: its arguments."""

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from curate.records import AnswerKind
from curate.terminal.reported import reported


def chat_command(
    endpoint: Annotated[
        str,
        typer.Argument(metavar="ENDPOINT", help="A base_url, http://127.0.0.1:8000/v1, or a model's folder to serve."),
    ],
    model: Annotated[
        str | None, typer.Option(metavar="NAME", help="The model's name there; by default the only one it lists.")
    ] = None,
    api_key_env: Annotated[
        str | None, typer.Option(metavar="NAME", help="The environment variable that holds the key.")
    ] = None,
    system: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="A system message; by default, of a folder, that of its training."),
    ] = None,
    question: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="Ask this and exit; a question piped to standard input is asked so too."),
    ] = None,
    gold: Annotated[
        str | None, typer.Option(metavar="TEXT", help="What is right: the reply is checked against it.")
    ] = None,
    kind: Annotated[
        AnswerKind | None,
        typer.Option(
            metavar="KIND", help="Of the answer, as in a recipe; by default number if the gold reads as one, else text."
        ),
    ] = None,
    context: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A table or report to put before the question.")
    ] = None,
    temperature: Annotated[float | None, typer.Option(metavar="X", help="By default the server's own.")] = None,
    max_tokens: Annotated[int | None, typer.Option(metavar="N", help="By default the server's own.")] = None,
    plain: Annotated[
        bool, typer.Option("--plain", help="Send the question as it is, without the words of the training.")
    ] = False,
) -> None:
    """Talk with a model in the terminal. Its reasoning and its answer apart, live, and the checker's verdict where the
    gold is given. Replies are not kept in a journal: asking again pays again."""
    with reported("stopped", "train"):
        from train.talk.chat import chat

        with ExitStack() as stack:
            if Path(endpoint).is_dir():
                from train.talk.served import served, trained_with

                system = trained_with(Path(endpoint)) if system is None else system
                endpoint, model = stack.enter_context(served(Path(endpoint)))
            chat(
                endpoint,
                model=model,
                api_key_env=api_key_env,
                system=system,
                question=question,
                gold=gold,
                kind=kind,
                context=context,
                temperature=temperature,
                max_tokens=max_tokens,
                plain=plain,
            )
