"""What `check` says of itself and of the database, of routes and people; and the alarms."""

from __future__ import annotations

from service.troubles.entry import Entry

HERE = (
    Entry(
        "settings",
        "no source: no incident can arrive · no tracker: no action item can be filed",
        "The settings name none. The service starts, and does nothing yet.",
        "`python -m service init`, or copy config/example.toml.",
    ),
    Entry(
        "address",
        "public_url is …, and listen is …: links and webhooks lead to a port where nothing listens",
        "public_url is an address of this machine, with another port than the service listens on. PORT wins over "
        "`listen`.",
        "Give both the same port; or set public_url to the address at which people reach the service.",
    ),
    Entry(
        "database, tables",
        "… is not there yet: `all` makes it at its start, or … · the tables are not those of this version",
        "Before the first start, or after an upgrade.",
        "`python -m service migrate`; `all` does it by itself. Make a copy of the database first.",
    ),
    Entry(
        "database, access",
        "… is not writable · no answer",
        "The folder cannot be written by this user, or the database does not let us in.",
        "Give the service's user the right, or mend what the line “saw” names.",
    ),
    Entry(
        "disk",
        "only … MB are free in …",
        "There is less room than `disk_mb` below `[alerts]`. When it is full, webhooks are answered 503 and "
        "nothing is stored.",
        "Make room. `[retention]` says what is kept for how long; old backups beside the database are the usual cause.",
    ),
    Entry(
        "paused",
        "nothing leaves since …",
        "A person, a file, a storm of closures or a copied database paused everything outward. Nothing is lost "
        "meanwhile.",
        "Read why. If all may go on: `python -m service resume`. After a storm, `resume --set-aside` files "
        "nothing of what waits.",
    ),
    Entry(
        "deliveries",
        "no delivery yet; its webhook sends to … · … deliveries --state quarantined",
        "No webhook came so far, or some could not be read.",
        "Compare address and secret with the webhook in GitHub or Jira; its own page shows what it sent and "
        "was answered. The quarantined ones say why in `deliveries`; `replay ID` looks at one again.",
    ),
    Entry(
        "not asked",
        "not asked",
        "The secret's file is gone or empty, so the connection could not even be tried.",
        "Restore the file that “saw” names.",
    ),
    Entry(
        "token",
        "its token ends on … · its token ended on … · the token ends on … · the token ended on …",
        "From that day on nothing can be read or filed with it. What closes meanwhile waits and is not lost.",
        "Make a new one with the same rights and put it where this one stands. A file is taken up without a restart.",
    ),
    Entry(
        "route that leads nowhere now",
        "nothing can be filed there now, as said of …",
        "The tracker or place of this route has something to mend.",
        "Mend what is said of it; this line goes by itself.",
    ),
    Entry(
        "routes that hide each other",
        "never reached, as line … takes all that it would · to the same place; it can be removed",
        "The first route that fits wins, and an earlier one fits whenever this one does. The route never "
        "decides anything.",
        "Put the narrower route above the wider one, or remove it.",
    ),
    Entry(
        "fields of a route",
        "its fields are for Jira, and … is github",
        "GitHub has no such fields; they would be dropped in silence.",
        "Remove `fields` from this route.",
    ),
    Entry(
        "public place",
        "… can be read by everyone",
        "Whatever is filed there is on the internet at once. Of tickets that are not public only a title and a "
        "link go there.",
        "Nothing, if that is meant. Else let the route lead to a private place. `publish = true` lets text "
        "out: with care.",
    ),
    Entry(
        "a place became public",
        "… became public on …; nothing more is filed there",
        "A private repository or project that action items go to was opened. Its routes are paused.",
        "Make it private again, let the route lead elsewhere, or say `publish = true` there. Then `resume`.",
    ),
    Entry(
        "items",
        "… waits for a person: … · … not filed yet: … · … closed incident waits: …",
        "Action items or incidents that need a person, or wait for a tool that does not answer.",
        "The page named there says of each what is asked. What waits for a tool goes on by itself.",
    ),
    Entry(
        "people",
        "… not in the people map · … cannot be assigned in …: their action items are filed without an assignee",
        "A ticket names an owner whom the settings do not know, or who has no right to be assigned there.",
        "Add a `[[people]]` entry with the login or account id; give the person access to that repository or project.",
    ),
    Entry(
        "addresses",
        "in the log and here alone · on the page alone",
        "Neither reports nor alerts have an address. Nothing is wrong; nobody is told either.",
        "Put Apprise URLs into `REPORT_URLS` and `ALERT_URLS`, separated by blanks.",
    ),
    Entry(
        "report",
        "…; the people map has no team …: nobody's items are in it · …: no address that Apprise understands",
        "A report of `[reports.*]` is of a team that nobody is in, or has an address that cannot be one.",
        "Correct the team's name or the address; the line says which.",
    ),
)

ALARMS = (
    Entry(
        "paused",
        "Afterword, paused",
        "As above.",
        "`python -m service check`, then `resume`.",
    ),
    Entry(
        "person",
        "Afterword, a person is asked",
        "An action item's outcome is unknown, or it is not clear which item a text means.",
        "The page that it names lists them; each takes one click.",
    ),
    Entry(
        "silent",
        "Afterword, a source is silent",
        "No delivery came for `silent_days`. It may be a quiet month, or a webhook that was switched off.",
        "Look at the webhook's own page. `silent_days = 0` ends this reminder.",
    ),
    Entry(
        "token",
        "Afterword, a token ends",
        "It ends within `token_days`.",
        "Make a new one with the same rights.",
    ),
    Entry(
        "sync",
        "Afterword, a sync is late",
        "The tracker refused or did not answer for `sync_hours`. What the pages show of it is old, and says so.",
        "`python -m service check` names the cause.",
    ),
    Entry(
        "poll",
        "Afterword, a look for missed closings is late",
        "A source refused or did not answer for `sync_hours`, when it was asked what was closed. What its webhooks "
        "tell is taken as ever; what they miss is not found.",
        "`python -m service check` names the cause. The next look reaches back to the last one that went well.",
    ),
    Entry(
        "denied",
        "Afterword, a connection is refused",
        "GitHub or Jira no longer takes the sign-in (401, 403). It alone is asked, every few minutes, who we are.",
        "Do what it says: most often a new token. What waits goes on by itself, the oldest incident first.",
    ),
    Entry(
        "duplicate",
        "Afterword, an action item has two issues",
        "The look of the night found a second issue with the marker of an item. Nothing is closed by itself.",
        "Look which of the two is worked on, and close the other. `python -m service duplicates` looks again.",
    ),
    Entry(
        "disk",
        "Afterword, little room",
        "Less than `disk_mb` is free beside the database.",
        "Make room.",
    ),
    Entry(
        "public",
        "Afterword, a place became public",
        "A private repository or project that action items go to was opened. Its routes are paused.",
        "Close it again, or decide: `resume`, or `publish = true` at the route.",
    ),
    Entry(
        "report",
        "Afterword, a report did not arrive",
        "An address was not reached in a day, did not take the report, or its answer was lost: it may be there. "
        "It is not sent a second time by itself.",
        "Look whether it is there. `report --week 2026-W47 --resend` sends it once more, to each address that may not "
        "have it.",
    ),
)
