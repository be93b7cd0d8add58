"""Sentences about places and what happens in them."""

from __future__ import annotations

from .. import schema as s
from .sentences import Wording

__all__ = ["PLACES"]

PLACES: dict[int, Wording] = {
    s.LOCATED_IN: Wording(
        ("It belongs to {v}.", "{S} is found in {v}.", "{P} surroundings are part of {v}."),
        ("{v} is part of it.", "{v} lies within {o}."),
        ("It takes in {v}.", "Within it lie {v}."),
    ),
    s.STANDS_IN: Wording(
        ("It is to be found in {v}.", "{P} address is in {v}.", "Visitors find {o} in {v}."),
        ("{v} stands here.", "The best-known address is {v}."),
        ("Among its landmarks are {v}.", "Visitors come for {v}."),
    ),
    s.CAPITAL: Wording(
        ("The government sits in {v}.", "{P} capital is {v}."),
        ("It serves as the capital of {v}.", "The government of {v} sits here."),
    ),
    s.SEAT: Wording(
        ("The regional assembly meets in {v}.", "{P} seat of government is {v}."),
        ("The assembly of {v} meets here.", "{v} is governed from here."),
    ),
    s.TWINNED_WITH: Wording(
        ("A twinning agreement links it with {v}.", "{S} has a twin in {v}.",
         "Every summer a delegation comes from its twin, {v}."),
        ("{v} is its twin.", "A partnership was signed with {v}."),
        ("{P} twins are {v}.",),
    ),
    s.ON_RIVER: Wording(
        ("{S} grew up around a ford of {v}.", "The waters of {v} run through it.",
         "It stands on the banks of {v}."),
        ("{v} stands on its banks.", "It passes {v}."),
        ("On its way it passes {v}.", "Settlements on its banks include {v}."),
    ),
    s.FLOWS_INTO: Wording(
        ("It joins {v}.", "In the end its waters reach {v}.", "{S} is a tributary of {v}."),
        ("{v} joins it.", "One of its tributaries is {v}."),
        ("{P} tributaries include {v}.", "It is joined by {v}."),
    ),
    s.RISES_ON: Wording(
        ("{P} source is on the slopes of {v}.", "It springs from {v}.",
         "{S} begins as a stream on {v}."),
        ("{v} begins on its slopes.", "Its snow feeds {v}."),
        ("Several rivers begin here: {v}.",),
    ),
    s.MAPPED_BY: Wording(
        ("The first reliable map of its course was drawn by {v}.", "{v} was the first to map it.",
         "{P} course was first surveyed by {v}."),
        ("{S} drew the first reliable map of {v}.", "{S} surveyed {v} from end to end."),
        ("{S} drew the first maps of {v}.",),
    ),
    s.FIRST_CLIMBED_BY: Wording(
        ("The first to stand on its summit was {v}.", "{v} made the first ascent.",
         "Its summit was first reached by {v}."),
        ("{S} was the first to stand on the summit of {v}.",
         "No one had climbed {v} before {s} did."),
        ("{S} made the first ascents of {v}.",),
    ),
    s.FIRST_CLIMBED: Wording(
        ("The first ascent was made {v}.", "Its summit was first reached {v}."),
    ),
    s.NAMED_AFTER: Wording(
        ("It takes its name from {v}.", "The name honours {v}.", "{S} bears the name of {v}."),
        ("{v} bears {p} name.", "{P} name lives on in {v}.",
         "In {p} honour, {v} received its name."),
        ("{P} name lives on in {v}.", "Named in {p} honour were {v}."),
    ),
    s.BORN_IN: Wording(
        ("{P} birthplace was {v}.", "{S} came from {v}.",
         "{S} grew up in {v}, where {s} was born."),
        ("{v} was born here.", "It is the birthplace of {v}."),
        ("People born here include {v}.", "It is the birthplace of {v}."),
    ),
    s.DIED_IN: Wording(
        ("{P} last years were spent in {v}, where {s} died.", "{S} died in {v}.",
         "Death came in {v}."),
        ("{v} died here.", "It was here that {v} died."),
        ("It was here that {v} died.", "Those who died here include {v}."),
    ),
    s.FOUNDED: Wording(
        ("{P} foundation took place {v}.", "It was established {v}.",
         "{S} goes back to its foundation {v}."),
    ),
    s.INDEPENDENT: Wording(
        ("Independence came {v}.", "It has been independent since its declaration, made {v}."),
    ),
    s.POPULATION: Wording(
        ("{P} population is {v}.", "At the last count it had {v} inhabitants.",
         "Some {v} people live there.", "It is home to {v} people."),
    ),
    s.ELEVATION: Wording(
        ("{P} elevation is {v} metres.", "It is situated at a height of {v} metres.",),
    ),
    s.AREA: Wording(
        ("{P} area is {v} square kilometres.", "It extends over {v} square kilometres.",),
    ),
    s.LENGTH: Wording(
        ("From source to mouth it measures {v} kilometres.", "{P} course is {v} kilometres long."),
    ),
    s.DISCHARGE: Wording(
        ("Its mean discharge is {v} cubic metres a second.",
         "On average it carries {v} cubic metres of water a second."),
    ),
    s.HEIGHT: Wording(
        ("It rises to {v} metres.", "{P} height is {v} metres.",
         "It measures {v} metres from foot to top."),
    ),
    s.ROCK: Wording(
        ("It is built up of {v}.", "Geologists describe it as mostly {v}.", "{P} rock is {v}."),
    ),
    s.STATUS: Wording(("Officially it ranks as {v}.", "It has been {v} for centuries.")),
    s.KNOWN_FOR: Wording(
        ("Travellers mention its {v}.", "{P} {v} drew visitors from far away.",
         "For a long time its wealth came from its {v}."),
    ),
    s.CURRENCY: Wording(("{P} currency is {v}.", "People pay in {v}.")),
    s.SET_IN: Wording(
        ("The story takes place in {v}.", "Its plot unfolds in {v}.", "{P} scene is {v}."),
        ("{v} takes place here.", "It is the scene of {v}."),
        ("It is the scene of {v}.", "Several books take place here, {v} among them."),
    ),
    s.FILMED_IN: Wording(
        ("Most scenes were shot in {v}.", "The cameras rolled in {v}.", "Its location was {v}."),
        ("{v} was shot here.", "A film crew came here to make {v}."),
        ("Films shot here include {v}.",),
    ),
    s.FOUGHT_NEAR: Wording(
        ("The armies met not far from {v}.", "The field lies outside {v}."),
        ("{v} took place on the fields nearby.", "Its people remember {v}, fought nearby."),
        ("Several times war came near: {v}.",),
    ),
    s.FOUND_IN: Wording(
        ("It came to light in {v}.", "The find was made in {v}."),
        ("{v} came to light here.", "Workmen digging here found {v}."),
        ("Finds made here include {v}.",),
    ),
    s.HOME_PORT: Wording(
        ("It sails from {v}.", "{P} home port is {v}.", "It is registered at {v}."),
        ("It is the home port of {v}.", "{v} is registered here."),
        ("Ships registered here include {v}.",),
    ),
    s.BASED_IN: Wording(
        ("{P} headquarters are in {v}.", "It is run from {v}.", "Its main office is in {v}."),
        ("{v} has its headquarters here.", "{v} is run from here."),
        ("Organisations run from here include {v}.", "It is the seat of {v}."),
    ),
}  # fmt: skip
