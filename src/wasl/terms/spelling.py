"""Spelling fold: one form for the two ways in which English words are written, so that an edition is not taken for a change."""

import re
from functools import lru_cache
from typing import Final

_IN_PAIRS: Final = {
    "licence": "license", "licences": "licenses", "defence": "defense", "offence": "offense", "offences": "offenses",
    "practise": "practice", "practises": "practices", "centre": "center", "centres": "centers", "judgement": "judgment",
    "acknowledgement": "acknowledgment", "programme": "program", "programmes": "programs", "cheque": "check", "enrol": "enroll",
    "enrolment": "enrollment", "fulfil": "fulfill", "fulfilment": "fulfillment", "instalment": "installment",
    "instalments": "installments", "catalogue": "catalog", "analyse": "analyze", "analysed": "analyzed", "analysing": "analyzing",
    "cancelled": "canceled", "cancelling": "canceling", "labelled": "labeled", "modelling": "modeling", "travelling": "traveling",
    "authorisation": "authorization", "whilst": "while", "amongst": "among", "towards": "toward", "grey": "gray",
    "sceptical": "skeptical", "wilful": "willful", "skilful": "skillful",
}  # fmt: skip
_OUR: Final = frozenset(
    {"behaviour", "colour", "favour", "favourite", "honour", "labour", "neighbour", "endeavour", "harbour", "humour", "rumour"}
)
_ISE = re.compile(r"([a-z]{3,}?)is(e|es|ed|ing|ation|ations|er|ers)$")
_ISE_KEPT: Final = frozenset((
    "advise", "arise", "comprise", "compromise", "concise", "demise", "devise", "disguise", "enterprise", "excise", "exercise", "expertise",
    "franchise", "improvise", "likewise", "merchandise", "noise", "otherwise", "poise", "praise", "precise", "premise", "promise", "raise",
    "revise", "rise", "supervise", "surmise", "surprise", "televise", "treatise", "wise", "advertise", "cruise", "bruise",
))  # fmt: skip


@lru_cache(maxsize=8_192)
def spelt(word: str) -> str:
    """Gives the one form of a word in small letters; words that are not written in two ways come back as they are."""
    if found := _IN_PAIRS.get(word):
        return found
    if "our" in word:
        for stem in _OUR:
            if word.startswith(stem):
                return stem.replace("our", "or") + word[len(stem) :]
    if (match := _ISE.match(word)) and f"{match[1]}ise" not in _ISE_KEPT:
        return f"{match[1]}iz{match[2]}"
    return word
