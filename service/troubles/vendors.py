"""What `check` says of GitHub and Jira."""

from __future__ import annotations

from service.troubles.entry import Entry

BOTH = (
    Entry(
        "no answer",
        "no answer",
        "The tool cannot be reached, or what answers is not the tool. “saw” names it: name, port, proxy, "
        "certificate, a sign-in page.",
        "Mend that; what was to be read or filed waits and is not lost. With a proxy of your own: `[network] "
        "proxy_env`; with an authority of your own: `[network] ca_bundle`.",
    ),
    Entry(
        "the token is refused",
        "401 the token is refused",
        "It was mistyped, ended, was withdrawn, or belongs to another site.",
        "Make another one, and put it where the line “mend” says.",
    ),
    Entry(
        "no secret",
        "no secret",
        "Deliveries of this source are not signed: anybody could send closings.",
        "Set `secret_env`, with the same secret at the webhook.",
    ),
    Entry(
        "the clock",
        "the clock here is … ahead of GitHub's · … the one of this machine",
        "The times here and there are apart. An App cannot sign in, due dates and reports may be a day off.",
        "Switch time synchronisation on: `timedatectl set-ntp true`.",
    ),
)

GITHUB = (
    Entry(
        "403 or 404 of a repository",
        "GitHub acme/ops: 404 · GitHub acme/ops: 403",
        "The token is good, and this repository is not among those that it may see, or its name is wrong.",
        "Add it to the token (or the App's installation) with Issues: read and write.",
    ),
    Entry(
        "rights",
        "read, but not write",
        "Issues can be opened, but GitHub drops their labels and assignees in silence.",
        "Give the account the role Triage or Write there.",
    ),
    Entry(
        "no issues",
        "issues are switched off · it is archived",
        "Nobody can open an issue there.",
        "Switch them on (Settings, Features), or unarchive it, or file elsewhere.",
    ),
    Entry(
        "patterns",
        "… matches no repository that is seen from here",
        "No repository of this name is visible to the token: a typing error, or a repository that it was not given.",
        "Correct the pattern, or give the token the repository.",
    ),
    Entry(
        "labels",
        "has no label “…” yet; it is made with the first issue",
        "GitHub makes it, in grey. A typing error looks the same.",
        "Nothing, if the name is right.",
    ),
    Entry(
        "webhook",
        "read; no webhook of the repository ends in /webhooks/ops · read; its own webhook does not end in "
        "/webhooks/ops · its webhook could not be looked at · webhook is there, and has delivered nothing yet; "
        "comment on any issue, and look again",
        "Nothing is sure to arrive. The organisation or an App may have a webhook of its own, which this token "
        "cannot see.",
        "Add it as README.md shows, or look there under Settings, Webhooks.",
    ),
    Entry(
        "webhook that does not work",
        "webhook is switched off · webhook lacks issue_comment · the last delivery of the webhook failed",
        "Closings do not arrive, or comments do not.",
        "Switch it on; select Issues and Issue comments; look at Recent Deliveries for the answer that it got: "
        "401 is the secret, 404 the name in the address, a timeout the way to this machine.",
    ),
    Entry(
        "App",
        "the App … is not installed … · the App is suspended · the App lacks the right to write issues",
        "The App exists, and cannot work there.",
        "Install it, unsuspend it, or accept its new permissions; the line “mend” has the address.",
    ),
)

JIRA = (
    Entry(
        "another kind of Jira",
        "this is Jira Cloud, and the settings say Data Center · this is Jira Data Center, and the settings say Cloud",
        "The two have other addresses, accounts and texts.",
        "Set `deployment`.",
    ),
    Entry(
        "no Jira",
        "… no Jira answers there",
        "The address is of something else: a page, a proxy, another product.",
        "Write the address at which people see Jira, with its path if it has one.",
    ),
    Entry(
        "403 or 404 of a project",
        "Jira PAY: 404 · Jira PAY: 403",
        "The account of the token cannot see the project, or there is none of this key.",
        "Give it Browse projects and Create issues there, or correct the key.",
    ),
    Entry(
        "rights",
        "lacks the right “…” · … both are kept in the postmortem",
        "Without Create issues nothing can be filed; without some others a date or an assignee is left out.",
        "Project settings, People or Permissions.",
    ),
    Entry(
        "issue type",
        "has no issue type “…”",
        "This project calls it otherwise, perhaps in another language.",
        "Set `issue_type` to one of those that the line “mend” names.",
    ),
    Entry(
        "required fields",
        "requires “…”",
        "Jira refuses every issue without this field. Action items wait, and are filed once each when it is set.",
        "Copy the line that “mend” shows below `[trackers.….fields]`, or into `fields` of the route.",
    ),
    Entry(
        "fields of the create screen",
        "has no due date on its create screen; the date is kept in the postmortem · has no priority on its "
        "create screen · has no labels on its create screen; issues are found without",
        "Jira would refuse the field, so it is left out.",
        "Nothing, or add it to the screen.",
    ),
    Entry(
        "names of the site",
        'has no priority … · has no link type … · Set link_type to one of these, by name or id, or to "" for '
        "none: it has … · has none of the wont_do_resolutions, so that whatever ends counts as done; it has … "
        "· has no field …, which … names",
        "A name of the settings is not one of this site, often because the site is in another language.",
        "Write the site's own names; they are listed there.",
    ),
)
