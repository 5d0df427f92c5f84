"""Errors by their class: what a command says, and what HTTP answers under the name in service/errors.py."""

from __future__ import annotations

from service.troubles.entry import Entry

ERRORS = (
    Entry(
        "AfterwordError",
        "refused (HTTP 400, exit 1)",
        "What was asked for cannot be done as it was asked; the sentence says why. Nothing was changed.",
        "Do what its second sentence says.",
    ),
    Entry(
        "Mistyped",
        "mistyped (HTTP 400, exit 2)",
        "A command was typed in a way that has no meaning: a week that there is none of, a ticket without its source.",
        "`python -m service COMMAND -h` shows how it is written.",
    ),
    Entry(
        "SettingsError",
        "“config/mine.toml has 2 faults. Nothing was started.” (exit 2)",
        "The settings cannot be used. All faults are told at once, each with its line.",
        "Mend each as it says; below, under “Settings”, each kind has its entry.",
    ),
    Entry(
        "InUse",
        "in_use, “… is in use by another Afterword (process …)” (HTTP 503, exit 3)",
        "Another process holds the lock of this SQLite file. Two at once could do the same work twice.",
        "Stop the other one; its number is in the message. For several processes use PostgreSQL.",
    ),
    Entry(
        "CannotListen",
        "“127.0.0.1:8000 is in use by another process.”, “This user may not listen on …” (exit 1)",
        "The address of `listen` cannot be taken, so nothing was started. Under systemd it is tried again by itself.",
        "`ss -ltnp` shows who listens there: stop that one, or set `listen` (or PORT) to another address.",
    ),
    Entry(
        "StoreUnavailable",
        "store_unavailable, “The database … cannot take a write” (HTTP 503, exit 1)",
        "The database is full, locked, damaged, stopped, or refuses us. Webhooks are answered 503; nothing that was "
        "acknowledged is lost. What was not acknowledged may not come again: GitHub delivers once.",
        "The sentence names the cause. Another user's file, or one that is read-only: give the service's user the "
        "right to write the file and its folder. No SQLite database, or a damaged one: stop the service and restore "
        "the backup. A full disk: make room. PostgreSQL: password, host, name of the database. Look with "
        "`python -m service check`. What GitHub could not deliver is under Recent Deliveries of the webhook, for three "
        "days; `python -m service build --since 2026-01-31 SOURCE` fetches what is missing.",
    ),
    Entry(
        "Paused",
        "“Paused: …”",
        "Nothing leaves: a person, a file, a storm of closures or a copied database paused it. Receiving and "
        "reading go on.",
        "`python -m service check` says why and since when; `python -m service resume` goes on. A pause by "
        "file ends with the file: `rm var/PAUSE`.",
    ),
    Entry(
        "Opened",
        "“… became public on … Nothing more is filed there until a person says `resume`”",
        "A private repository or project became public. What is filed there could be read by everyone.",
        "Make it private again, let the route lead elsewhere, or say `publish = true` at the route. Then `resume`.",
    ),
    Entry(
        "BadSignature",
        "bad_signature (HTTP 401)",
        "A delivery is not signed with the secret that the settings name. Nothing was stored.",
        "Compare the secret of the webhook with the variable that `secret_env` names. After a rotation keep "
        "the one before in `secret_old_env` for a while. A proxy that rewrites the body has the same effect.",
    ),
    Entry(
        "BadPayload",
        "bad_payload, or `quarantined` in `deliveries` (HTTP 400)",
        "A delivery is signed and cannot be read: most often another tool or another kind of event sends to "
        "this address.",
        "`python -m service deliveries --state quarantined` says why. After mending: `python -m service replay ID`.",
    ),
    Entry(
        "TooLarge",
        "too_large (HTTP 413)",
        "The body is larger than this source ever sends (GitHub and Jira 25 MiB, others 1 MiB). Nothing was stored.",
        "Look what sends there. A real ticket comes in by `build`.",
    ),
    Entry(
        "UnknownSource",
        "unknown_source (HTTP 404)",
        "The address ends in the name of no source of the settings.",
        "Compare the webhook's address with the names below `[sources.…]`: `/webhooks/ops` is `[sources.ops]`.",
    ),
    Entry(
        "NotFound",
        "not_found (HTTP 404)",
        "What was asked for is not there, or was removed by `retention`.",
        "Look for it on the pages.",
    ),
    Entry(
        "EditedMeanwhile",
        "edited_meanwhile (HTTP 409)",
        "Somebody else changed the section while you wrote. Nothing of yours was stored, and nothing of theirs "
        "is lost.",
        "Your text is still on the page: put both together and save again.",
    ),
    Entry(
        "ConnectorError",
        "tracker (HTTP 502, exit 1)",
        "GitHub or Jira did not do what it was asked for; the sentence repeats its words.",
        "`python -m service check` tries each connection and says what to mend.",
    ),
    Entry(
        "NotSent",
        "“… could not be reached for …: the name … does not resolve (DNS)”, “… refused the connection”, “… the "
        "certificate of …”",
        "Nothing left this machine. It is tried again by itself, and nothing can be doubled.",
        "The sentence names the cause: name, port, firewall, proxy (`[network] proxy_env`) or certificate "
        "(`[network] ca_bundle`; an expired one is renewed by whoever runs that server).",
    ),
    Entry(
        "Limited",
        "“… 429 …”, “… rate limit …”",
        "The tool asks us to wait, and did nothing. It goes on by itself after the time that it names.",
        "Nothing, unless it stays: then another program uses the same account. Give Afterword one of its own.",
    ),
    Entry(
        "Shut",
        "in the log, with the reason of another job's refusal",
        "Another job was told to wait, or refused, just before. Nothing was sent.",
        "Nothing; it goes on with the account.",
    ),
    Entry(
        "Refused",
        "“Not filed yet: …”",
        "The tool said no and did nothing: a field that it requires, a value that it does not take, a right "
        "that is missing.",
        "Its own words stand in the message and on the action item. After mending it is filed by itself, once.",
    ),
    Entry(
        "Denied",
        "“… 401 …”, “… 403 …”",
        "The token is refused, or lacks a right. All that stands behind it is shown as last seen until this is mended.",
        "Put a valid token where the old one stands; a file is read again by itself. GitHub: Issues: read and "
        "write, and Metadata: read, for this repository. An organisation may have to approve the token or "
        "authorise it for SSO.",
    ),
    Entry(
        "Missing",
        "“… 404 …”, ◌ Unreachable",
        "One issue, repository or project is not there, or is hidden from the account of the token.",
        "If it moved, link its new address on the action item. If it is private, give the account the right to see it.",
    ),
    Entry(
        "OutcomeUnknown",
        "◇ Waiting for a person, “… no answer came back”",
        "A request was sent and the answer was lost. It was looked for and not found; it may exist where we do "
        "not see it.",
        "Look in the tracker. If the issue is there, link it on the action item; if not, file it there. It is "
        'never filed twice by itself unless `on_unknown = "retry"` says so, and then only after the last look.',
    ),
    Entry(
        "Unavailable",
        "“… 502 …”, “… did not answer …”, “A web page came in place of …”",
        "A read got no useful answer. Nothing changed, and it is asked again later.",
        "A web page in place of an answer is a sign-in page or a proxy: let this service past it, or name the "
        "proxy in `[network] proxy_env`. Else wait; the pages say how old what they show is.",
    ),
    Entry(
        "LeaseLost",
        "“… attempt … was overtaken” in the log",
        "A process was away for so long that another one took its work over. What the late one learned was not "
        "written.",
        "Nothing. If it comes often, the machine is too busy, or its clock jumps.",
    ),
    Entry(
        "Ended",
        "“The answers ended before the last question.”",
        "`init` was answered by a pipe with too few lines, or Ctrl-D was typed. Nothing was written.",
        "Answer every question; an empty line takes what stands in brackets.",
    ),
)
