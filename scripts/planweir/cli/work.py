"""The work of jobs that outlive their caller. They decide nothing: what they find is judged by who joins them."""

from __future__ import annotations

import click

from planweir.places import Places, home
from planweir.verbs.complete import check_done
from planweir.verbs.start import take_baseline


@click.command(name="_baseline", hidden=True)
@click.argument("project")
def _baseline(project: str) -> None:
    take_baseline(Places(home(), project), click.echo)


@click.command(name="_complete", hidden=True)
@click.argument("project")
def _complete(project: str) -> None:
    check_done(Places(home(), project), click.echo)


COMMANDS = [_baseline, _complete]
