"""Comments on the issues of action items: each tracker posts ours once, knows them again, and reads what people say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.base import Limited, Missing, NotSent, OutcomeUnknown, Refused, Tracked, Tracker
from tests import github_hands, jira_hands
from tests.contracts import check_exchange, needs_specs

NUDGE = "b7701e94c3d5"
BEGUN = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Ground:
    """One vendor, with one issue of ours, and a clock that stands."""

    def __init__(self, kind: str, sandbox: Any) -> None:
        self.kind, self.sandbox, self.at = kind, sandbox, BEGUN
        sandbox.clock = lambda: self.at
        self.github = kind == "github"
        if self.github:
            filed = self.tracker().create(github_hands.draft(github_hands.jira_incident()))
            self.issue = sandbox.issue("acme/checkout", 1)
        else:
            filed = self.tracker().create(jira_hands.draft())
            self.issue = next(iter(sandbox.issues))
        self.tracked = Tracked(filed.id, filed.label, filed.native)

    def tracker(self, **more: Any) -> Tracker:
        return (github_hands if self.github else jira_hands).tracker(self.sandbox, **more)

    def says(self, who: str, text: str, **more: Any) -> Any:
        """Somebody comments, a minute later."""
        self.at += timedelta(minutes=1)
        if self.github:
            return self.sandbox.comment(self.issue, text, author=who, **more)
        return self.sandbox.comment(self.issue, text, by=who, **more)

    def edits(self, comment: Any, text: str) -> None:
        self.at += timedelta(minutes=1)
        self.sandbox.edit_comment(self.issue, comment, text)

    @property
    def posted(self) -> int:
        """How many times a comment was sent."""
        ends = ("/comments", "/comment")
        return len([call for call in self.sandbox.calls if call.method == "POST" and call.path.endswith(ends)])

    def unfitting(self) -> list[str]:
        vendor = "github" if self.github else "jira"
        return [said for call in self.sandbox.calls for said in check_exchange(vendor, call)]


@pytest.fixture(params=["github", *jira_hands.KINDS])
def ground(request: pytest.FixtureRequest) -> Iterator[Ground]:
    if request.param == "github":
        with github_hands.two_repositories() as sandbox:
            yield Ground("github", sandbox)
        return
    with jira_hands.sandbox_of(request.param) as sandbox:
        sandbox.create_project("OPS")
        sandbox.create_project("PAY")
        yield Ground("jira", sandbox)


def said(found: Any) -> list[str]:
    return [one.text.strip() for one in found]


def test_a_comment_of_ours_is_posted_once_and_found_by_its_marker(ground: Ground) -> None:
    it = ground.tracker()
    assert it.commented(ground.tracked, NUDGE) is None
    made = it.comment(ground.tracked, NUDGE, "@sam, this is due on **Thursday**.")
    assert it.commented(ground.tracked, NUDGE) == made
    assert it.commented(ground.tracked, "0" * 12) is None
    assert it.comments(ground.tracked, None) == []
    assert ground.posted == 1
    assert ground.issue.comments[0].id == type(ground.issue.comments[0].id)(made.id)
    assert made.id in made.url


def test_a_marker_that_somebody_else_wrote_is_not_ours(ground: Ground) -> None:
    ours = {"github": f"<!-- afterword:nudge key={NUDGE} -->\nDue soon."}
    ground.says("alex", ours.get(ground.kind, f"Due soon.\n\n{{color:#97a0af}}afterword:nudge key={NUDGE}{{color}}"))
    assert ground.tracker().commented(ground.tracked, NUDGE) is None


@pytest.mark.parametrize(("kind", "made"), [("lose_answer", 1), ("truncate", 1), ("html", 0), ("reset_before", 0)])
def test_a_comment_whose_answer_was_lost_is_not_sent_again_and_found_where_it_was_made(
    ground: Ground, kind: str, made: int
) -> None:
    it = ground.tracker()
    ground.sandbox.fault("POST", "/comments?$", kind, times=5)
    with pytest.raises(OutcomeUnknown):
        it.comment(ground.tracked, NUDGE, "Due soon.")
    ground.sandbox.clear_faults()
    assert len(ground.issue.comments) == made
    assert (it.commented(ground.tracked, NUDGE) is not None) == bool(made)
    assert ground.posted == 1


@pytest.mark.parametrize(("status", "error"), [(429, Limited), (403, Refused), (404, Missing), (502, OutcomeUnknown)])
def test_each_answer_is_its_own_kind_of_error(ground: Ground, status: int, error: type[Exception]) -> None:
    ground.sandbox.fault("POST", "/comments?$", "status", times=5, status=status)
    with pytest.raises(error):
        ground.tracker().comment(ground.tracked, NUDGE, "Due soon.")
    assert ground.posted == 1
    assert ground.issue.comments == []


class Stopped(Exception):
    """What the last word says."""


def test_what_the_last_word_raises_comes_through_and_nothing_was_sent(ground: Ground) -> None:
    def sure() -> None:
        raise Stopped

    with pytest.raises(Stopped):
        ground.tracker().comment(ground.tracked, NUDGE, "Due soon.", sure)
    assert ground.posted == 0


def test_a_dead_server_was_sent_nothing(ground: Ground) -> None:
    it = ground.tracker()
    ground.sandbox.stop()
    with pytest.raises(NotSent):
        it.comment(ground.tracked, NUDGE, "Due soon.")


def test_what_people_write_comes_oldest_first_and_neither_ours_nor_a_bots(ground: Ground) -> None:
    ground.says("Alex" if not ground.github else "alex", "First.")
    ground.tracker().comment(ground.tracked, NUDGE, "Write /snooze with a date.")
    if ground.github:
        ground.says("stale[bot]", "Closing.")
    ground.says("Sam" if not ground.github else "sam", "Second.")
    found = ground.tracker().comments(ground.tracked, None)
    assert said(found) == ["First.", "Second."]
    assert [one.at for one in found] == [BEGUN + timedelta(minutes=1), ground.at]
    assert not any(one.own for one in found)


def test_only_what_was_written_or_edited_since_then_comes_and_an_edit_comes_again(ground: Ground) -> None:
    first = ground.says("alex", "/snooze 2 weeks")
    since = ground.at + timedelta(seconds=30)
    ground.says("alex", "Later.")
    it = ground.tracker()
    assert said(it.comments(ground.tracked, since)) == ["Later."]
    ground.edits(first, "/snooze 3 weeks")
    (later, edited) = it.comments(ground.tracked, since)
    assert edited.text.strip() == "/snooze 3 weeks"
    assert edited.at == ground.at
    assert edited.id != later.id


def test_a_former_account_of_ours_is_no_person_where_it_is_remembered(ground: Ground) -> None:
    it = ground.tracker()
    ground.says("afterword-one", "/snooze off")
    known = ground.issue.comments[0].author
    assert said(it.comments(ground.tracked, None)) == ["/snooze off"]
    it.accounts = (f"{ground.sandbox.answers.user(known)['id']}/{known}",) if ground.github else (known,)
    assert it.comments(ground.tracked, None) == []


def test_more_than_a_page_is_read(ground: Ground) -> None:
    for number in range(103):
        ground.says("alex", f"Thought {number}")
    made = ground.tracker().comment(ground.tracked, NUDGE, "Due soon.")
    assert len(ground.tracker().comments(ground.tracked, None)) == 103
    assert ground.tracker().commented(ground.tracked, NUDGE) == made


@needs_specs
def test_every_call_fits_the_vendors_description(ground: Ground) -> None:
    it = ground.tracker()
    it.comment(ground.tracked, NUDGE, "Due **soon**, [see](https://example.org).")
    it.commented(ground.tracked, NUDGE)
    it.comments(ground.tracked, BEGUN)
    assert ground.unfitting() == []


# --- what one of them alone has ---------------------------------------------------------------------------------------


@pytest.fixture
def github() -> Iterator[Ground]:
    with github_hands.two_repositories() as sandbox:
        yield Ground("github", sandbox)


@pytest.mark.parametrize(
    ("role", "trusted"),
    [("OWNER", True), ("MEMBER", True), ("COLLABORATOR", True), ("CONTRIBUTOR", False), ("NONE", False)],
)
def test_on_github_a_role_makes_somebody_trusted(github: Ground, role: str, trusted: bool) -> None:
    github.says("riley", "/snooze off", association=role)
    (one,) = github.tracker().comments(github.tracked, None)
    assert one.trusted is trusted


def test_a_renamed_repository_is_spoken_to_by_its_id(github: Ground) -> None:
    github.sandbox.rename_repo("acme/checkout", "acme/till")
    it = github.tracker()
    made = it.comment(github.tracked, NUDGE, "Due soon.")
    assert it.commented(github.tracked, NUDGE) == made
    assert github.posted == 1


@pytest.fixture(params=jira_hands.KINDS)
def jira(request: pytest.FixtureRequest) -> Iterator[Ground]:
    with jira_hands.sandbox_of(request.param) as sandbox:
        sandbox.create_project("PAY")
        sandbox.create_project("DESK", service_desk=True)
        yield Ground("jira", sandbox)


def test_on_jira_a_comment_carries_its_marker_twice(jira: Ground) -> None:
    it = jira.tracker()
    made = it.comment(jira.tracked, NUDGE, "Due soon.")
    (one,) = jira.issue.comments
    assert one.properties == {"afterword.nudge": {"key": NUDGE}}
    assert one.body.wiki.endswith(f"afterword:nudge key={NUDGE}{{color}}")
    one.properties.clear()
    assert it.commented(jira.tracked, NUDGE) == made


def test_on_jira_what_not_everybody_may_read_is_left_out(jira: Ground) -> None:
    jira.says("Alex", "For admins.", visibility={"type": "role", "value": "Administrators"})
    jira.says("Alex", "For all.")
    (one,) = jira.tracker().comments(jira.tracked, None)
    assert one.text.strip() == "For all."
    assert one.trusted


def test_on_cloud_a_customer_has_no_role_and_an_app_is_nobody(jira: Ground) -> None:
    jira.sandbox.add_user("Riley", kind="customer")
    jira.sandbox.add_user("Robot", kind="app")
    jira.says("Riley", "/snooze off")
    jira.says("Robot", "/snooze off")
    found = jira.tracker().comments(jira.tracked, None)
    if jira.sandbox.datacenter:  # it does not say who is what
        assert [one.trusted for one in found] == [True, True]
    else:
        assert [(one.author.name, one.trusted) for one in found] == [("Riley", False)]


def in_desk(jira: Ground) -> tuple[Tracker, Tracked]:
    it = jira.tracker(project="DESK")
    filed = it.create(jira_hands.draft(place="DESK", marker="aa"))
    jira.issue = next(one for one in jira.sandbox.issues if one.key == filed.label)
    return it, Tracked(filed.id, filed.label, {})


def test_in_a_service_desk_ours_is_internal_and_found_and_internal_ones_are_not_read(jira: Ground) -> None:
    it, tracked = in_desk(jira)
    made = it.comment(tracked, NUDGE, "Due soon.")
    assert jira.issue.comments[0].public is False
    assert it.commented(tracked, NUDGE) == made
    jira.says("Alex", "Between us.", public=False)
    jira.says("Alex", "For all.", public=True)
    assert said(it.comments(tracked, None)) == ["For all."]


def test_who_cannot_say_where_the_issue_lies_sends_nothing(jira: Ground) -> None:
    it, tracked = in_desk(jira)
    jira.sandbox.fault("GET", "/issue/[0-9]+$", "status", times=9, status=503)
    with pytest.raises(NotSent):
        it.comment(tracked, NUDGE, "Due soon.")
    assert jira.issue.comments == []
