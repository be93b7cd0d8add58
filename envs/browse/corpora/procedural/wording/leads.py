"""First sentences: what a page is about, with one or two of its facts.

`{N}` is the name, `{0}`, `{1}` the values of the predicates that a lead needs.
"""

from __future__ import annotations

from typing import NamedTuple

from .. import schema as s

__all__ = ["LEADS", "Lead"]


class Lead(NamedTuple):
    """A first sentence and the predicates whose facts it states."""

    needs: tuple[int, ...]
    text: str


LEADS: dict[int, tuple[Lead, ...]] = {
    s.CONTINENT: (Lead((), "{N} is a continent."),),
    s.COUNTRY: (
        Lead((s.LOCATED_IN,), "{N} is a country in {0}."),
        Lead((s.CAPITAL,), "{N} is a country whose capital is {0}."),
    ),
    s.REGION: (
        Lead((s.LOCATED_IN,), "{N} is a region of {0}."),
        Lead((s.LOCATED_IN, s.AREA), "{N} is a region of {0} that covers {1} square kilometres."),
    ),
    s.SETTLEMENT: (
        Lead((s.STATUS, s.LOCATED_IN), "{N} is {0} in {1}."),
        Lead((s.STATUS, s.KNOWN_FOR), "{N} is {0} known for its {1}."),
        Lead((s.LOCATED_IN,), "{N} is a settlement in {0}."),
        Lead((s.POPULATION,), "{N} is a settlement of {0} inhabitants."),
    ),
    s.RIVER: (
        Lead((s.LOCATED_IN,), "{N} is a river in {0}."),
        Lead((s.LENGTH,), "{N} is a river {0} kilometres long."),
        Lead((s.FLOWS_INTO,), "{N} is a tributary of {0}."),
    ),
    s.MOUNTAIN: (
        Lead((s.LOCATED_IN,), "{N} is a mountain in {0}."),
        Lead((s.HEIGHT,), "{N} is a mountain {0} metres high."),
        Lead((s.ROCK, s.LOCATED_IN), "{N} is a mountain of {0} in {1}."),
    ),
    s.PERSON: (
        Lead((s.BORN, s.DIED, s.OCCUPATION), "{N} (born {0}, died {1}) was {2}."),
        Lead((s.BORN, s.OCCUPATION), "{N} (born {0}) was {1}."),
        Lead((s.OCCUPATION,), "{N} was {0}."),
        Lead((s.OCCUPATION, s.BORN_IN), "{N} was {0} from {1}."),
        Lead((s.OCCUPATION, s.MOVEMENT), "{N} was {0} associated with {1}."),
    ),
    s.COMPANY: (
        Lead((s.INDUSTRY,), "{N} is a company in {0}."),
        Lead((s.INDUSTRY, s.BASED_IN), "{N} is a company in {0}, with headquarters in {1}."),
        Lead((s.BASED_IN,), "{N} is a company based in {0}."),
        Lead((s.FOUNDED,), "{N} is a company founded {0}."),
        Lead((), "{N} is a company."),
    ),
    s.SCHOOL: (
        Lead((s.STANDS_IN,), "{N} is a school in {0}."),
        Lead((s.TEACHES,), "{N} is a school noted for {0}."),
        Lead((s.FOUNDED,), "{N} is a school founded {0}."),
        Lead((), "{N} is a school."),
    ),
    s.SOCIETY: (
        Lead((s.PURPOSE,), "{N} is a learned society devoted to {0}."),
        Lead((s.BASED_IN,), "{N} is a learned society in {0}."),
        Lead((s.FOUNDED,), "{N} is a learned society founded {0}."),
        Lead((), "{N} is a learned society."),
    ),
    s.BUILDING: (
        Lead((s.USE, s.STANDS_IN), "{N} is {0} in {1}."),
        Lead((s.STANDS_IN,), "{N} is a building in {0}."),
        Lead((s.STYLE, s.STANDS_IN), "{N} is a building of the {0} style in {1}."),
        Lead((s.COMPLETED,), "{N} is a building completed {0}."),
        Lead((), "{N} is a building."),
    ),
    s.NOVEL: (
        Lead((s.WRITTEN_BY, s.PUBLISHED), "{N} is a novel by {0}, published {1}."),
        Lead((s.WRITTEN_BY,), "{N} is a novel by {0}."),
        Lead((s.PUBLISHED,), "{N} is a novel that appeared {0}."),
        Lead((s.GENRE,), "{N} is a novel; its genre is {0}."),
        Lead((), "{N} is a novel."),
    ),
    s.FILM: (
        Lead((s.DIRECTED_BY, s.RELEASED), "{N} is a film by {0}, released {1}."),
        Lead((s.DIRECTED_BY,), "{N} is a film directed by {0}."),
        Lead((s.RELEASED,), "{N} is a film released {0}."),
        Lead((s.GENRE,), "{N} is a film; its genre is {0}."),
    ),
    s.PAINTING: (
        Lead((s.PAINTED_BY, s.COMPLETED), "{N} is a painting by {0}, completed {1}."),
        Lead((s.PAINTED_BY,), "{N} is a painting by {0}."),
        Lead((s.TECHNIQUE,), "{N} is a painting in {0}."),
        Lead((s.DEPICTS,), "{N} is a painting of {0}."),
        Lead((s.COMPLETED,), "{N} is a painting finished {0}."),
    ),
    s.COMPOSITION: (
        Lead((s.FORM, s.COMPOSED_BY), "{N} is {0} by {1}."),
        Lead((s.COMPOSED_BY,), "{N} is a composition by {0}."),
        Lead((s.FORM,), "{N} is {0}."),
        Lead((s.PREMIERED,), "{N} is a composition first performed {0}."),
    ),
    s.BATTLE: (
        Lead((s.FOUGHT,), "{N} was fought {0}."),
        Lead((s.FOUGHT, s.FOUGHT_NEAR), "{N} was fought {0} near {1}."),
        Lead((s.CAUSE,), "{N} was a battle in a war over {0}."),
    ),
    s.EXPEDITION: (
        Lead((s.LED_BY,), "{N} was an expedition led by {0}."),
        Lead((s.SET_OUT,), "{N} was an expedition that set out {0}."),
        Lead((s.AIM,), "{N} was an expedition to study {0}."),
    ),
    s.EXHIBITION: (
        Lead((s.OPENED,), "{N} was an exhibition that opened {0}."),
        Lead((s.HELD_IN,), "{N} was an exhibition held in {0}."),
        Lead((s.THEME,), "{N} was an exhibition about {0}."),
    ),
    s.ARTEFACT: (
        Lead((s.MATERIAL,), "{N} is an artefact of {0}."),
        Lead((s.MATERIAL, s.MADE_BY), "{N} is an artefact of {0} made by {1}."),
        Lead((s.MADE,), "{N} is an artefact made {0}."),
        Lead((s.FOUND_IN,), "{N} is an artefact found in {0}."),
    ),
    s.SPECIES: (
        Lead((s.GROUP,), "{N} is a species of the {0}."),
        Lead((s.GROUP, s.HABITAT), "{N} is a species of the {0} that lives in {1}."),
    ),
    s.SHIP: (
        Lead((s.RIG, s.BUILT_BY), "{N} was {0} built by {1}."),
        Lead((s.RIG,), "{N} was {0}."),
        Lead((s.LAUNCHED,), "{N} was a ship launched {0}."),
        Lead((s.HOME_PORT,), "{N} was a ship of {0}."),
    ),
    s.AWARD: (
        Lead((s.FIELD,), "{N} is an award for achievements in {0}."),
        Lead((s.GIVEN_BY,), "{N} is an award given by {0}."),
        Lead((s.FOUNDED,), "{N} is an award established {0}."),
        Lead((), "{N} is an award."),
    ),
}
