"""Sentences about novels, films, paintings, compositions and exhibitions."""

from __future__ import annotations

from .. import schema as s
from .sentences import Wording

__all__ = ["WORKS"]

WORKS: dict[int, Wording] = {
    s.WRITTEN_BY: Wording(
        ("{P} author is {v}.", "It came from the pen of {v}.", "It is a work of {v}."),
        ("{S} is the author of {v}.", "{v} came from {p} pen."),
        ("{P} books include {v}.", "{S} wrote {v}."),
    ),
    s.PUBLISHED_BY: Wording(
        ("The publisher was {v}.", "{v} brought it out.", "It appeared with {v}."),
        ("It brought out {v}.", "{v} appeared under its imprint."),
        ("Its list includes {v}.", "It brought out {v}."),
    ),
    s.DEDICATED_TO: Wording(
        ("It carries a dedication to {v}.", "{P} dedication names {v}."),
        ("{v} is dedicated to {o}.", "A dedication to {o} stands in front of {v}."),
        ("Works dedicated to {o} include {v}.",),
    ),
    s.INSPIRED_BY: Wording(
        ("The idea for it came from {v}.", "It owes its idea to {v}.", "Behind it stands {v}."),
        ("It gave the idea for {v}.", "{v} owes its idea to {o}."),
        ("Works inspired by {o} include {v}.",),
    ),
    s.SEQUEL_TO: Wording(
        ("It continues the story of {v}.", "It takes up where {v} ended."),
        ("Its story is continued in {v}.", "{v} takes up the story."),
    ),
    s.DIRECTED_BY: Wording(
        ("{P} director was {v}.", "{v} directed it.", "Behind the camera stood {v}."),
        ("{S} is the director of {v}.", "{v} was made under {p} direction."),
        ("{P} films include {v}.", "{S} made {v}."),
    ),
    s.BASED_ON: Wording(
        ("Its plot comes from {v}.", "It is an adaptation of {v}.", "It follows the plot of {v}."),
        ("{v} is an adaptation of it.", "It was the source of {v}."),
        ("It was the source of {v}.",),
    ),
    s.PRODUCED_BY: Wording(
        ("The production company was {v}.", "It was made for {v}."),
        ("It produced {v}.", "{v} was made in its studios."),
        ("Made in its studios were {v}.",),
    ),
    s.STARRED: Wording(
        ("A leading part is played by {v}.", "{v} appears in a leading part.",
         "Its cast includes {v}."),
        ("{S} appeared in {v}.", "{S} can be seen in {v}."),
        ("{S} appeared in {v}.", "{P} screen credits include {v}."),
    ),
    s.MUSIC_BY: Wording(
        ("Its score is by {v}.", "{v} composed its score."),
        ("{S} composed the score of {v}.", "The score of {v} is {p} work."),
        ("{P} film scores include {v}.",),
    ),
    s.PAINTED_BY: Wording(
        ("It is the work of {v}.", "{P} painter is {v}.", "It comes from the hand of {v}."),
        ("{S} is the painter of {v}.", "{v} is from {p} hand."),
        ("{P} pictures include {v}.", "{S} painted {v}."),
    ),
    s.DEPICTS: Wording(
        ("{P} subject is {v}.", "It shows {v}.", "The viewer sees {v}."),
        ("{v} shows {o}.", "{S} is the subject of {v}."),
        ("Pictures of {o} include {v}.",),
    ),
    s.COMMISSIONED_BY: Wording(
        ("{v} ordered it.", "The commission came from {v}.", "It was made at the wish of {v}."),
        ("{S} ordered {v}.", "{S} gave the commission for {v}.", "{v} was made at {p} wish."),
        ("{S} gave the commissions for {v}.", "Among what {s} commissioned are {v}."),
    ),
    s.KEPT_IN: Wording(
        ("Today it can be seen in {v}.", "It belongs to the collection of {v}.",
         "It hangs or stands in {v}."),
        ("{v} can be seen here.", "Its collection includes {v}."),
        ("Its collection includes {v}.", "On view here are {v}."),
    ),
    s.COMPANION_TO: Wording(
        ("It forms a pair with {v}.", "{v} is its counterpart."),
        ("It forms a pair with {v}.", "{v} is its counterpart."),
        ("Its counterparts are {v}.",),
    ),
    s.COMPOSED_BY: Wording(
        ("{P} composer is {v}.", "The music is by {v}.", "It is the work of {v}."),
        ("{S} is the composer of {v}.", "{v} is {p} work."),
        ("{P} works include {v}.", "{S} composed {v}."),
    ),
    s.PREMIERED_IN: Wording(
        ("The first audience heard it in {v}.", "It was given for the first time in {v}."),
        ("{v} was given here for the first time.", "The first audience of {v} sat here."),
        ("First performances given here include {v}.",),
    ),
    s.FIRST_CONDUCTED_BY: Wording(
        ("At the first performance {v} conducted.", "The baton was first raised by {v}."),
        ("{S} conducted {v} when it was first heard.", "{S} brought {v} to its first audience."),
        ("{S} conducted the first performances of {v}.",),
    ),
    s.DESIGNED_BY: Wording(
        ("{P} architect was {v}.", "The plans are by {v}.", "It was built to the plans of {v}."),
        ("{S} is the architect of {v}.", "{v} was built to {p} plans."),
        ("{P} buildings include {v}.", "{S} drew the plans for {v}."),
    ),
    s.HELD_IN: Wording(
        ("The venue was {v}.", "It took place in {v}."),
        ("{v} took place here.", "It was the venue of {v}."),
        ("Shows held here include {v}.",),
    ),
    s.CURATED_BY: Wording(
        ("{P} curator was {v}.", "{v} chose what was shown."),
        ("{S} was the curator of {v}.", "{S} chose what was shown at {v}."),
        ("{P} exhibitions include {v}.",),
    ),
    s.SHOWED: Wording(
        ("Visitors could see {v}.", "{v} was on view.", "On its walls or in its cases was {v}."),
        ("It was on view at {v}.", "Visitors to {v} could see it."),
        ("It was on view at {v}.",),
    ),
    s.PUBLISHED: Wording(("It appeared {v}.", "{P} first edition came out {v}.",
                          "It reached the bookshops {v}.")),
    s.RELEASED: Wording(("It reached the cinemas {v}.", "It was first shown {v}.")),
    s.COMPLETED: Wording(("Work on it was finished {v}.", "It was finished {v}.")),
    s.PREMIERED: Wording(("{P} first performance was given {v}.", "It was first heard {v}.")),
    s.OPENED: Wording(("Its doors opened {v}.", "The opening took place {v}.")),
    s.PAGES: Wording(("The first edition has {v} pages.", "It runs to {v} pages.")),
    s.RUNNING_TIME: Wording(("{P} running time is {v} minutes.", "It is {v} minutes long.")),
    s.BUDGET: Wording(("{P} budget was {v} crowns.", "{v} crowns were spent on it.")),
    s.HIGH: Wording(("{P} height is {v} centimetres.",
                     "From top to bottom it measures {v} centimetres.")),
    s.WIDE: Wording(("{P} width is {v} centimetres.",
                     "From side to side it measures {v} centimetres.")),
    s.DURATION: Wording(("A performance takes {v} minutes.", "It takes {v} minutes to play.")),
    s.PLAYERS: Wording(("{P} score needs {v} performers.", "It is written for {v} performers.")),
    s.VISITORS: Wording(("{v} visitors came.", "It was seen by {v} visitors.")),
    s.GENRE: Wording(("Critics class it as {v}.", "Its genre is {v}.", "It is an example of {v}.")),
    s.TECHNIQUE: Wording(("{P} technique is {v}.", "The artist used {v}.")),
    s.FORM: Wording(("It is {v}.", "In form it is {v}.")),
    s.KEY: Wording(("{P} key is {v}.", "It stands in {v}.")),
    s.STYLE: Wording(("{P} style is known as {v}.", "It is an example of the {v} style.")),
    s.USE: Wording(("It is used as {v}.", "It was put up as {v}.", "Today it is {v}.")),
    s.ROOMS: Wording(("Inside there are {v} rooms.", "{P} rooms number {v}.")),
    s.THEME: Wording(("Its theme was {v}.", "What was shown had to do with {v}.")),
}  # fmt: skip
