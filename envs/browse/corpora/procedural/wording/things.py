"""Sentences about battles, expeditions, artefacts, species and ships."""

from __future__ import annotations

from .. import schema as s
from .sentences import Wording

__all__ = ["THINGS"]

THINGS: dict[int, Wording] = {
    s.COMMANDED_BY: Wording(
        ("One of the armies was led by {v}.", "{v} held command on one side.",
         "On one side, orders came from {v}."),
        ("{S} led an army at {v}.", "{S} was in command at {v}."),
        ("{S} led armies at {v}.",),
    ),
    s.FOUGHT_IN: Wording(
        ("It took part in {v}.", "It was engaged in {v}.", "Its guns were heard at {v}."),
        ("{v} took part in it.", "One of the ships engaged was {v}."),
        ("The ships engaged included {v}.",),
    ),
    s.LED_BY: Wording(
        ("{P} leader was {v}.", "{v} was in charge.", "At its head was {v}."),
        ("{S} was at the head of {v}.", "{S} was the leader of {v}."),
        ("{S} was the leader of {v}.",),
    ),
    s.JOINED_BY: Wording(
        ("{v} went along.", "One of those who went along was {v}.", "{v} kept a journal of it."),
        ("{S} took part in {v}.", "{S} went out with {v}."),
        ("{S} took part in {v}.",),
    ),
    s.FUNDED_BY: Wording(
        ("The money came from {v}.", "{v} paid for it.", "{P} backer was {v}."),
        ("{S} paid for {v}.", "{v} was made possible by {p} money."),
        ("{S} paid for {v}.",),
    ),
    s.REACHED: Wording(
        ("It got as far as {v}.", "{P} goal was {v}, which it reached.", "It made its way to {v}."),
        ("{v} got here.", "It was the goal of {v}."),
        ("Those who came this way include {v}.",),
    ),
    s.SAILED_ON: Wording(
        ("{P} ship was {v}.", "It went out aboard {v}.", "{v} took it out and home."),
        ("It was the ship of {v}.", "It took out {v}."),
        ("It was the ship of {v}.",),
    ),
    s.MADE_BY: Wording(
        ("{P} maker was {v}.", "It is the work of {v}.", "It came from the workshop of {v}."),
        ("{S} is the maker of {v}.", "{v} came from {p} workshop."),
        ("From {p} workshop came {v}.", "{P} works include {v}."),
    ),
    s.UNEARTHED_BY: Wording(
        ("{v} dug it up.", "{P} finder was {v}.", "It was brought to light by {v}."),
        ("{S} dug up {v}.", "{S} brought {v} to light."),
        ("{P} finds include {v}.",),
    ),
    s.OWNED_BY: Wording(
        ("For a time it belonged to {v}.", "{v} had it for some years."),
        ("For a time {s} owned {v}.", "{v} was once in {p} possession."),
        ("For a time {s} owned {v}.",),
    ),
    s.DESCRIBED_BY: Wording(
        ("The first description is by {v}.", "Science owes its description to {v}.",
         "{v} gave it its scientific name."),
        ("{S} gave {v} its scientific name.", "{S} was the first to describe {v}."),
        ("Species that {s} described include {v}.",),
    ),
    s.OCCURS_AT: Wording(
        ("It has been found at {v}.", "It lives around {v}.", "One of its strongholds is {v}."),
        ("{v} lives here.", "Naturalists come here to see {v}."),
        ("Among its wildlife are {v}.",),
    ),
    s.COLLECTED_DURING: Wording(
        ("{P} first specimen was brought back by {v}.", "It was discovered during {v}."),
        ("It brought back the first specimen of {v}.", "{v} was discovered in its course."),
        ("Discovered in its course were {v}.",),
    ),
    s.FOUND_WITH: Wording(
        ("Where it lives, {v} is seldom far.", "It shares its surroundings with {v}."),
        ("It shares its surroundings with {v}.", "Where it lives, {v} is seldom far."),
        ("It shares its surroundings with {v}.",),
    ),
    s.BUILT_BY: Wording(
        ("{P} builder was {v}.", "It left the yards of {v}.", "It was laid down by {v}."),
        ("{v} left its yards.", "It laid down {v}."),
        ("Ships from its yards include {v}.",),
    ),
    s.CAPTAINED_BY: Wording(
        ("{v} was its captain.", "On its bridge stood {v}.", "It sailed under {v}."),
        ("{S} was captain of {v}.", "{v} sailed under {p} command."),
        ("{S} was captain of {v}.",),
    ),
    s.SISTER_SHIP_OF: Wording(
        ("{P} sister ship is {v}.", "It was built to the same plans as {v}."),
        ("{v} was built to the same plans.", "{P} sister ship is {v}."),
        ("{P} sister ships are {v}.",),
    ),
    s.FOUGHT: Wording(("The fighting took place {v}.", "The armies met {v}.", "It happened {v}.")),
    s.SET_OUT: Wording(("It left home {v}.", "{P} departure took place {v}.")),
    s.MADE: Wording(("It dates from work done {v}.", "It left the workshop {v}.")),
    s.FOUND: Wording(("The find was made {v}.", "It came to light {v}.")),
    s.DESCRIBED: Wording(("Its description was printed {v}.",
                          "It has been known to science since a paper that appeared {v}.")),
    s.LAUNCHED: Wording(("It slid into the water {v}.", "{P} launch took place {v}.")),
    s.SOLDIERS: Wording(("{v} soldiers took part.",
                         "On both sides together there were {v} soldiers.")),
    s.LIVES: Wording(("The dead numbered {v}.", "{v} people lost their lives.")),
    s.DAYS: Wording(("It was away for {v} days.", "After {v} days it was over.")),
    s.PARTY: Wording(("{v} people took part.", "The party numbered {v}.")),
    s.WEIGHT: Wording(("{P} weight is {v} grams.", "On the scales it comes to {v} grams.")),
    s.GROWS_TO: Wording(("Full-grown it measures {v} millimetres.",
                         "The largest known specimen measures {v} millimetres.")),
    s.LONG: Wording(("{P} length is {v} metres.", "From stem to stern it measures {v} metres.")),
    s.CREW: Wording(("{P} crew numbered {v} sailors.", "{v} sailors served aboard.")),
    s.CAUSE: Wording(("The quarrel was about {v}.", "What led to it was a dispute over {v}.")),
    s.AIM: Wording(("{P} aim was the study of {v}.", "It went out to learn about {v}.")),
    s.MATERIAL: Wording(("{P} material is {v}.", "It was worked in {v}.")),
    s.GROUP: Wording(("It is classed with the {v}.", "It is one of the {v}.")),
    s.HABITAT: Wording(("{P} habitat is {v}.", "It keeps to {v}.", "It is seen in {v}.")),
    s.RIG: Wording(("It was {v}.", "By build it was {v}.")),
}  # fmt: skip
