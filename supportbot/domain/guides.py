"""Which command shows which entry."""

from __future__ import annotations

from collections.abc import Mapping

GUIDES: Mapping[str, Mapping[str, str]] = {
    "intervention": {
        "kinds": "intervention-kinds",
        "signs": "intervention-signs",
        "models": "intervention-models",
        "evidence": "intervention-evidence",
        "prepare": "intervention-prepare",
        "my-rights": "intervention-rights",
    },
    "therapy": {
        "kinds": "therapy-kinds",
        "forms": "therapy-forms",
        "when": "therapy-when",
        "first-session": "therapy-first-session",
        "goals": "therapy-goals",
    },
    "hire": {
        "interventionist": "hire-interventionist",
        "therapist": "hire-therapist",
    },
}
"""Group -> its commands, and the id of the entry that each shows."""

SAFER = "safer-use"
WHEN = "roles-when"

SHOWN_BY: Mapping[str, str] = {
    "roles when": WHEN,
    "safer": SAFER,
    **{f"{group} {name}": id_ for group, shown in GUIDES.items() for name, id_ in shown.items()},
}
"""A command's full name -> the id of the entry that it shows."""

STARTS = (WHEN, "intervention-what", "therapy-kinds", "substance-treatment", SAFER)
"""Where somebody can begin to read who does not know what to ask for."""
