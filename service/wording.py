"""Sentences that people read on action items and deliveries, in one place. Longer texts are templates in config/."""

from __future__ import annotations

TOO_MANY = "This incident has more than {limit} action items. A person says which of the others become issues."
PROPOSED = "Nobody said yet whether it is filed. A person says so on its page, or by `/file {number}` in the ticket."
TOO_VAGUE = "Too vague to file"
VAGUE = (
    TOO_VAGUE + ": as it is worded, nobody could tell when it is done. Say in the ticket what will be there "
    "afterwards, and it is filed by itself; or a person files it as it is, on its page or by `/file {number}` there."
)
PARKED = "Parked by {who}. It is filed when a person says so: on its page, or by `/file {number}` in the ticket."
SET_ASIDE = "It closed in a storm of closures and was set aside by a person. `build` files its action items."
UNCLEAR = "It reads like an item that is known already. Nothing is filed until a person says which it is."
NOT_FILED = "Not filed yet at {place}: {words} It is tried again every hour and at each start; nothing is lost."
NOT_ANSWERED = "Not filed yet at {place}: {words} It is tried again by itself; nothing is lost."
LOOKING = "The answer of {label} was lost. The issue is looked for before anything is sent again."
LOOKING_FOR_COMMENT = "The answer to a comment on the ticket was lost. It is looked for before anything is sent again."
WAITING = (
    "{label} took the request on {when} and no answer came back. We looked for the issue {looks}, and did not find it. "
    "It may exist where we cannot see it. If you know it, link it. If it does not exist, file it now. "
    "We will not file it a second time by ourselves."
)
ANOTHER = (
    "Nothing of it is filed. {ref} has the comment of another Afterword that uses our account, and its issues would be "
    "filed a second time. If the database of that one is lost for good, a new comment `/file` in the ticket files them."
)
UNWANTED = "Nothing of it is filed. {ref}: {why}"
BEFORE_OUR_TIME = (
    "It was closed on {closed}, before Afterword was first started here ({first}). Nothing from the past is touched "
    "unless asked: python -m service build {ref}"
)
OWNER_NO_ACCOUNT = "Owner: {name}, who has no account here in the people map."
OWNER_NOT_ASSIGNABLE = "Owner: {name}, who cannot be assigned here."
OWNER_TEAM = "Owner: {name}, a team. Nobody is assigned."
OWNER_ALONE = "Owner: {name}. Nobody is assigned yet."
COMMENT_DELETED = "A person deleted the comment. It stays deleted."
CONFLICT = "{field} was changed to {ours} in the ticket and to {theirs} in {label}; the later word holds: {holds}."
OWNER_ELSEWHERE = "owner: the ticket names {name} since it was filed. Nobody of that name has an account there."
