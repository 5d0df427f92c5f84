"""Every word of `init`, in one place."""

from __future__ import annotations

HELLO = """\
This writes a settings file for Afterword. Each answer is tried at once, and nothing is written to
GitHub or Jira. In brackets stands what Enter takes. Ctrl-C ends it at any time; nothing is written
before the last question.
"""
THERE = "{file} is there already. Overwrite it?"
KEPT = "Nothing was written. Name another file:  python -m service init --to config/other.toml"
ENDED = "The answers ended before the last question."
NOTHING = "Nothing was written."
CANNOT = "{file} cannot be written: {why}."
ELSEWHERE = "Nothing was asked. Name another file:  python -m service init --to FILE"
BEFORE = "as before"
#: how a connector's words name what was typed here → how they read where it was just typed
TYPED = {
    "Put a valid token into your answer.": "Paste a valid token.",
    "the token in your answer": "this token",
}

# --- the two ends
WHERE_FROM = "Where do incident tickets come from?"
WHERE_TO = "Where are action items filed?"
TOOLS = {"github": "GitHub", "cloud": "Jira Cloud", "datacenter": "Jira Data Center or Server"}
SAME = "The same {tool}, with the same credentials?"

API = "Where does its API answer? (GitHub Enterprise Server: https://HOST/api/v3)"
SIGN_IN = "How does Afterword sign in?"
SIGN_INS = {
    "token": "a token: fine-grained, with Issues: read and write and Metadata: read",
    "app": "a GitHub App: its number and its private key",
}
HIDDEN = (
    "{what}. Paste it (it is not shown), or write $NAME for a variable that is set, or the path of a file that holds it"
)
GITHUB_TOKEN = "The token of GitHub"  # noqa: S105
APP_ID = "The number of the App (App ID, on its page)"
APP_KEY = "The file with its private key, as GitHub gave it out"
JIRA_URL = "The address at which people see it, such as https://acme.atlassian.net"
JIRA_URL_DC = "The address at which people see it, such as https://jira.example.org"
JIRA_USER = "The e-mail address of the account that the token belongs to"
JIRA_TOKEN = "The API token (https://id.atlassian.com/manage-profile/security/api-tokens)"  # noqa: S105
JIRA_ENDS = "The day on which that token ends, such as 2027-03-31, to be warned in time (empty: not known)"
JIRA_PAT = "The personal access token (in Jira: your profile, Personal Access Tokens)"

SOURCE_REPOSITORIES = "Repositories of the tickets, with blanks between them (acme/ops, or acme/* for all of acme)"
SOURCE_LABELS = "The label that makes an issue an incident"
SOURCE_PROJECTS = "Keys of the projects of the tickets, with blanks between them, such as OPS"
SOURCE_TYPES = "Their issue type (as this Jira calls it, in any language; empty: every type)"
TRACKER_REPOSITORIES = "Repositories for action items, the usual one first"
TRACKER_PROJECT = "The key of the project for action items, such as PAY"
TRACKER_TYPE = "The issue type of action items"
FIELD = "{said}. Which value does it get? (empty: I set it in the file later)"

TRYING = "Trying it …"
WELL = "  ok    {text}"
NOTE = "  note  {text}"
MEND = "  MEND  {text}"
MORE = "        {text}"
AGAIN = "Answer that again? (no: keep it, and mend it later)"
NOT_FITTING = "That does not fit: {text}"

# --- how it behaves
MODE = "What becomes of action items?"
MODES = {
    "propose": "they are listed in the ticket's comment; a person says /file, and then they are filed",
    "auto": "they are filed by themselves, each as one issue",
}
QUIET = "How long to wait after a ticket closes before anything is filed (0s, 10m, 1h)"
PUBLIC_URL = "The address at which people, GitHub and Jira reach this service"
LOCAL = (
    "  note  This address works on this machine alone: GitHub and Jira cannot send webhooks to it.\n"
    "        Put the service behind a proxy with https, and set public_url to that address."
)
TIMEZONE = "The timezone of documents and of the weekly report, such as Europe/Berlin"
PEOPLE = "Say who is who, so that owners are assigned? (it can be done in the file later)"
PERSON_NAME = "A name (empty: that is all)"
PERSON_GITHUB = "{name} on GitHub (login; empty: none)"
PERSON_JIRA = "{name} in Jira (account id, on Data Center the user name; empty: none)"
REPORTS = (
    "Where does the weekly report go, besides its page? (an Apprise URL such as slack://… or mailto://…; empty: none)"
)
ALERTS = "Who is told when a person is needed? (an Apprise URL; empty: only the log and `check`)"

# --- the end
WRITTEN = """
{settings} is written: what comes from where, and goes where.
Read it once; it says what each line means.
{secrets} is written: the secrets, readable by you alone.
Keep it out of git.
"""
DRY = "\nNothing was written. {settings} would hold:\n\n{text}\n{secrets} would hold these variables: {names}\n"
PASTE_GITHUB = """\
Now in GitHub: {where} → Webhooks → Add webhook

  Payload URL    {url}
  Content type   application/json
  Secret         {secret}
  Events         Let me select individual events: Issues, Issue comments
"""
PASTE_APP = """\
Now in GitHub: the settings of the App → Webhook (Active), and Permissions & events

  Webhook URL    {url}
  Secret         {secret}
  Permissions    Issues: read and write, Metadata: read
  Events         Issues, Issue comment
"""
PASTE_JIRA = """\
Now in Jira: Settings → System → WebHooks → Create a WebHook

  URL            {url}
  Secret         {secret}
  JQL            {jql}
  Events         Issue: created, updated, deleted. Comment: created, updated, deleted
"""
NEXT = """\
Then, in this folder:

  set -a; . {secrets}; set +a
  {python} -m service check && {python} -m service all
"""
LEFT = "{many} to mend, as said above; `check` says it again."
