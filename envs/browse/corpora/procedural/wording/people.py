"""Sentences about people's lives, and about the bodies that they belong to."""

from __future__ import annotations

from .. import schema as s
from .sentences import Wording

__all__ = ["PEOPLE"]

PEOPLE: dict[int, Wording] = {
    s.BORN: Wording(("{P} birth is dated {v}.", "{S} came into the world {v}.")),
    s.DIED: Wording(("{S} passed away {v}.", "{P} death came {v}.",
                     "{S} lived until {p} death {v}.")),
    s.OCCUPATION: Wording(("{S} made a living as {v}.", "{S} was {v} by profession.")),
    s.MOVEMENT: Wording(
        ("Critics count {p} work as part of {v}.", "{S} was close to {v}.",
         "{S} is reckoned among the followers of {v}."),
    ),
    s.CHILDREN: Wording(
        ("The number of {p} children was {v}.", "{S} left {v} children."),
    ),
    s.LANGUAGES: Wording(("{S} was fluent in {v} languages.", "{S} had command of {v} languages.")),
    s.LETTERS: Wording(
        ("{P} surviving correspondence runs to {v} letters.",
         "Archives hold {v} letters in {p} hand."),
    ),
    s.TOOK_OFFICE: Wording(("{P} term of office began {v}.", "{S} was sworn in {v}.")),
    s.EDUCATED_AT: Wording(
        ("{S} studied at {v}.", "{S} received {p} education at {v}.",
         "{P} student years were spent at {v}.",
         "After leaving home, {s} entered {v}."),
        ("{v} studied here.", "One of its students was {v}."),
        ("{P} students included {v}.", "Those who studied here include {v}."),
    ),
    s.WORKED_FOR: Wording(
        ("{S} was employed by {v}.", "For some years {s} was on the staff of {v}.",
         "{S} earned {p} living at {v}."),
        ("{v} was once on its staff.", "It once had {v} on its staff."),
        ("Its staff once included {v}.",),
    ),
    s.MEMBER_OF: Wording(
        ("{S} was elected to {v}.", "{S} joined {v}.", "{S} belonged to {v}."),
        ("{v} was elected a member.", "One of its members was {v}."),
        ("{P} members included {v}.", "Those elected to it include {v}."),
    ),
    s.CHILD_OF: Wording(
        ("{S} was born to {v}.", "One of {p} parents was {v}.",
         "{S} grew up in the household of {v}, {p} parent."),
        ("{S} was a parent of {v}.", "One of {p} children was {v}."),
        ("{P} children included {v}.", "{S} was the parent of {v}."),
    ),
    s.MARRIED_TO: Wording(
        ("{S} married {v}.", "{P} spouse was {v}.",
         "{S} shared {p} life with {v}, to whom {s} was married."),
        ("{S} married {v}.", "{P} spouse was {v}."),
    ),
    s.STUDENT_OF: Wording(
        ("{S} learned {p} craft from {v}.", "{P} teacher was {v}.", "{S} was trained by {v}."),
        ("{S} trained {v}.", "One of {p} students was {v}.", "{v} learned from {o}."),
        ("{P} students included {v}.", "{S} trained {v}."),
    ),
    s.CORRESPONDED_WITH: Wording(
        ("{S} exchanged letters with {v}.", "A long correspondence with {v} survives.",
         "{S} wrote to {v} for years, and received answers."),
        ("{S} exchanged letters with {v}.", "{v} was one of {p} correspondents."),
        ("{P} correspondents included {v}.",),
    ),
    s.INFLUENCED_BY: Wording(
        ("{S} owed much to {v}.", "{P} example was {v}.", "The ideas of {v} shaped {p} work."),
        ("{S} had an influence on {v}.", "{v} took {o} as an example."),
        ("{P} influence can be seen in {v}.", "{S} was an example to {v}."),
    ),
    s.AWARDED: Wording(
        ("{S} received {v}.", "{v} went to {o}.", "Among the honours that {s} received is {v}."),
        ("{v} received it.", "It was once given to {v}."),
        ("Those who received it include {v}.",),
    ),
    s.PRESIDED_OVER: Wording(
        ("{S} served as president of {v}.", "{S} was at the head of {v}.",
         "{v} chose {o} as its president."),
        ("{v} was its president.", "For a time {v} presided over it."),
        ("Its presidents included {v}.",),
    ),
    s.SUCCEEDED: Wording(
        ("{S} followed {v} in office.", "{P} predecessor in office was {v}."),
        ("{S} was followed in office by {v}.", "{P} successor in office was {v}."),
    ),
    s.GOVERNED: Wording(
        ("{S} was governor of {v}.", "{S} was sent to govern {v}.",
         "{v} was under {p} rule for a time."),
        ("{v} governed it.", "One of its governors was {v}."),
        ("Its governors included {v}.",),
    ),
    s.FOUNDED_BY: Wording(
        ("{P} founder was {v}.", "It was set up by {v}.", "It owes its existence to {v}."),
        ("{S} established {v}.", "{S} set up {v}.", "{v} was {p} foundation."),
        ("{S} established {v}.", "Among what {s} founded are {v}."),
    ),
    s.TOOK_OVER: Wording(
        ("It bought out {v}.", "It absorbed {v}.", "It grew by the purchase of {v}."),
        ("It was absorbed by {v}.", "{v} bought it."),
    ),
    s.EMPLOYEES: Wording(("It employs {v} people.", "{P} staff numbers {v}.")),
    s.STUDENTS: Wording(("{v} students attend it.", "It has an enrolment of {v} students.")),
    s.MEMBERS: Wording(("It counts {v} members.", "Its rolls list {v} members.")),
    s.INDUSTRY: Wording(("Its business is {v}.", "It is a name in {v}.",
                         "It made its money in {v}.")),
    s.TEACHES: Wording(("{P} reputation rests on {v}.", "It is noted for its courses in {v}.")),
    s.PURPOSE: Wording(("Its members care for {v}.", "It exists to further {v}.")),
    s.GIVEN_BY: Wording(
        ("{v} awards it.", "The jury is appointed by {v}.", "It is in the gift of {v}."),
        ("It awards {v}.", "It appoints the jury of {v}."),
        ("It awards {v}.",),
    ),
    s.WORTH: Wording(("The prize money is {v} crowns.", "It comes with {v} crowns.")),
    s.FIELD: Wording(("It is given for achievements in {v}.", "It recognises work in {v}.")),
}  # fmt: skip
