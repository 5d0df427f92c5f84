"""The names that people give to things: sections, times, done, and nothing said yet.

Found by reading real postmortems of many teams. Names are compared in lower case, without numbering, marks and
brackets.
"""

from __future__ import annotations

import re

from service.postmortem.model import Section

_NAMES: dict[Section, str] = {
    Section.SUMMARY: """summary, executive summary, incident summary, overview, tl;dr, tldr, abstract, description,
        what happened, incident overview, incident description, synopsis, brief summary, high level summary,
        zusammenfassung, résumé, resumen""",
    Section.IMPACT: """impact, user impact, customer impact, business impact, impact on users, impact assessment, scope,
        who was affected, affected users, affected customers, affected services, effect, effects, consequences,
        symptoms,
        blast radius, damage, auswirkung, auswirkungen, impacto""",
    Section.ROOT_CAUSE: """root cause, root causes, root cause analysis, rca, cause, causes, cause of the incident,
        trigger,
        contributing factors, contributing causes, contributing factor, why did it happen, why it happened, five whys,
        5 whys, the five whys, underlying cause, underlying issue, analysis, technical details, diagnosis, fault,
        what caused it, what caused this, what was the cause, ursache, ursachen, cause racine, causa raíz""",
    Section.TIMELINE: """timeline, incident timeline, timeline of events, chronology, sequence of events, key events,
        events, log of events, incident log, event log, key timeline, order of events, zeitverlauf, zeitleiste,
        chronologie""",
    Section.RESOLUTION: """resolution, resolution and recovery, recovery, recovery efforts, mitigation, mitigations,
        remediation, fix, the fix, solution, how we fixed it, how was it fixed, how it was fixed, how it was resolved,
        how we resolved it, response, incident response, what we did, workaround, repair, lösung, behebung,
        résolution""",
    Section.LESSONS_LEARNED: """lessons learned, lessons learnt, lesson learned, lessons, learnings, key learnings,
        what we learned, what did we learn, takeaways, key takeaways, reflections, retrospective, conclusion,
        conclusions,
        what went well, what went wrong, what did not go well, what didn't go well, what could have gone better,
        what could be improved, what went poorly, where we got lucky, where did we get lucky, things that went well,
        things that went poorly, opportunities, lehren, leçons apprises""",
    Section.ACTION_ITEMS: """action items, action item, actions, action points, actions to take, actions taken,
        actions following review, next steps,
        next actions, follow ups, follow up, followups, followup, follow up actions, follow up items, follow up tasks,
        follow up work, todo, todos, to do, to dos, to do list, tasks, task list, corrective actions, corrective action,
        corrective measures, corrective and preventive actions, corrective and preventative actions, capa,
        preventive actions, preventive action, preventative actions, preventive measures, preventative measures,
        prevention,
        prevention measures, how do we prevent this, how will we prevent this, review actions, remediation items,
        remediation actions, remediation tasks, remediation steps, remediation plan, improvements, planned improvements,
        short term improvements, long term improvements, medium term improvements, immediate actions, planned actions,
        short term actions, long term actions, future work, future actions, future improvements, remaining work,
        outstanding work, what we will do, what we will change, what will we change, what we are doing about it,
        maßnahmen, massnahmen, nächste schritte, actions correctives, prochaines étapes, acciones, próximos pasos""",
}

#: exact names
SECTIONS: dict[str, Section] = {
    name.strip(): section for section, names in _NAMES.items() for name in " ".join(names.split()).split(",")
}

#: how a longer heading may begin or end ("Root cause of the outage", "October incident timeline")
_BEGINS: tuple[tuple[str, Section], ...] = tuple(
    (phrase, section)
    for section, phrases in {
        Section.ACTION_ITEMS: """action items, next steps, follow up actions, follow up items, corrective actions,
            preventive actions, preventative actions, preventive measures, short term improvements,
            long term improvements, immediate actions, planned actions, remediation items, review actions, follow
        ups""",
        Section.ROOT_CAUSE: "root cause, root causes, contributing factors",
        Section.TIMELINE: "timeline, incident timeline",
        Section.IMPACT: "impact, user impact, customer impact",
        Section.LESSONS_LEARNED: "lessons learned, lessons learnt, what went well, what went wrong, where we got lucky",
        Section.SUMMARY: "summary, executive summary, incident summary",
        Section.RESOLUTION: "resolution, mitigation, incident response, recovery",
    }.items()
    for phrase in (name.strip() for name in " ".join(phrases.split()).split(","))
)
_ENDS: tuple[tuple[str, Section], ...] = (
    ("action items", Section.ACTION_ITEMS),
    ("next steps", Section.ACTION_ITEMS),
    ("follow ups", Section.ACTION_ITEMS),
    ("timeline", Section.TIMELINE),
    ("root cause", Section.ROOT_CAUSE),
    ("root causes", Section.ROOT_CAUSE),
    ("summary", Section.SUMMARY),
    ("lessons learned", Section.LESSONS_LEARNED),
)

#: what a stated time is called
MOMENTS: dict[str, str] = {
    name.strip(): moment
    for moment, names in {
        "started": """start, started, started at, start time, start date, incident start, incident started, impact
        start,
            impact started, outage start, outage started, begin, began, beginning, fault occurs, fault occurred, from,
            time started, issue started, problem started""",
        "detected": """detected, detected at, first detected, detection, detection time, time detected, discovered,
            first alert, first report, fault detected, team aware, incident detected, acknowledged""",
        "mitigated": """mitigated, mitigated at, mitigation time, time mitigated, repaired, stabilized, stabilised,
            contained""",
        "resolved": """resolved, resolved at, resolution time, resolved on, time resolved, end, ended, ended at, end
        time,
            incident end, incident ended, incident resolved, impact end, impact ended, outage end, restored,
            service restored, recovered, fixed, fixed at, until, to, back to normal, finished""",
    }.items()
    for name in " ".join(names.split()).split(",")
}
SEVERITY_NAMES = frozenset({"severity", "sev", "severity level", "incident severity", "priority", "incident priority"})
SPAN_NAMES = frozenset({"duration", "when", "time", "incident time", "incident window", "outage window", "time span"})
DATE_NAMES = frozenset({"date", "incident date", "incident dates", "dates", "day"})

PEOPLE_NAMES = frozenset(
    {"attendees", "author", "authors", "reporter", "incident commander", "commander", "participants", "responders"}
)
#: names of facts that stand in fields beside the sections
FACT_NAMES = frozenset(
    {*MOMENTS, *SEVERITY_NAMES, *SPAN_NAMES, *DATE_NAMES, *PEOPLE_NAMES, "status", "owner", "services", "service"}
)

_BLANKS = frozenset(
    """no response|n/a|na|none|nothing|tbd|tba|todo|to do|to be done|to be determined|to be filled in|to be added|
        unknown|
    pending|nil|-|--|?|??|???|not applicable|not yet|none yet|none so far|no action items|no actions|no action needed|
    fill in|fill me in|coming soon|wip|x|xxx|description|action|action item|item|text|task|short description|
    your text here|summary|insert text here|add action items here|list action items here|add here|example""".replace(
        "\n", ""
    ).split("|")
)
_BLANKS_STRIPPED = frozenset(word.strip() for word in _BLANKS)
_PLACEHOLDER = re.compile(r"(?:action item|action|item|task|todo|step|follow.?up|link to issue) ?#?\d{0,2}")
_NUMBERING = re.compile(r"^(?:\d{1,2}(?:\.\d{1,2}){0,3}[.):]?|[ivx]{1,4}[.)]|[a-h][.)]) +")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_MARKS = re.compile(r"[^\w\s;'/&?#-]|[*_`~{}#]")
_SPACE = re.compile(r"\s+")


def key(name: str) -> str:
    """A heading as it is looked up: lower case, no numbering, brackets, marks or punctuation."""
    name = name[:200].lower().replace("’", "'")
    name = _MARKS.sub(" ", _BRACKETS.sub(" ", name)).replace("-", " ").replace("&", "and").rstrip(" ?")
    return _NUMBERING.sub("", _SPACE.sub(" ", name).strip()).strip()


def section_of(name: str, *, exact: bool = False) -> Section | None:
    """The section that a heading of this name begins. `exact` leaves out longer names that only contain one."""
    found = key(name)
    if found in SECTIONS or exact:
        return SECTIONS.get(found)
    if not 1 < len(found.split()) <= 9:
        return None
    for phrase, section in _BEGINS:
        if found.startswith(phrase + " "):
            return section
    for phrase, section in _ENDS:
        if found.endswith(" " + phrase):
            return section
    return None


def nothing_said(text: str) -> bool:
    """Whether an answer is only the absence of one: "N/A", "_No response_", "TBD", a template's placeholder."""
    if len(text) > 80:
        return False
    bare = text.strip().strip("*_`~.!…:()[]<>{}-–— ").lower()
    if not bare or bare in _BLANKS_STRIPPED or _PLACEHOLDER.fullmatch(bare):
        return True
    stripped = text.strip()
    return stripped[:1] in "<{[" and stripped[-1:] in ">}]" and "](" not in stripped and "://" not in stripped
