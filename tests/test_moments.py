"""The rows of a timeline that tell when an incident began and when all of it was over; and those that do not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.reading_hands import read_text

HEAD = "# 2026-03-03 Checkout\n\n## Timeline\n\nAll times in UTC\n\n"


def at(hour: int, minute: int, day: int = 3) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def end(*rows: str) -> datetime | None:
    return read_text(HEAD + "".join(f"- {row}\n" for row in rows)).resolved_at


def start(*rows: str) -> datetime | None:
    return read_text(HEAD + "".join(f"- {row}\n" for row in rows)).started_at


ENDS = [
    "Site is fully recovered", "Site restored (HTTP 200)", "The issue was resolved by draining the node",
    "The issue was resolve by draining the node", "@sam announces resolution is confirmed complete",
    "Recovery complete", "OUTAGE MITIGATED, deployed the old release", "Everything is back to normal", "All clear",
    "Service is back", "Services are back up", "Incident closed", "The incident was marked as resolved",
    "The site came back online.", "Pods drained. Traffic restored.", "Rolled back; all services operational",
    "All systems are operational again", "API is up again", "The platform has recovered completely",
    "Incident declared resolved", "Service operational", "Access for all users is restored", "checkout back on prod",
    "Fix deployed, confirmed checkout working", "Monitoring confirms full recovery", "Error rates back to normal",
    "Error rate returned to baseline, incident over", "**Service restored**", "Full service restored",
    "Normal operation resumed", "Normal service resumes", "Performance is back to normal", "Issue fixed by sam",
    "Production is healthy again", "Problem solved", "System stable, closing the incident",
    "No more errors in the logs", "Website is reachable again", "Dienst wiederhergestellt", "Alles läuft wieder",
    "Die Seite ist wieder erreichbar", "Störung behoben", "Service rétabli", "Retour à la normale",
    "Le site est de nouveau accessible", "Servicio restablecido", "Servicio restaurado",
    "Todo vuelve a la normalidad", "Serviço normalizado", "O sistema voltou ao normal", "Servizio ripristinato",
    "Tutto tornato alla normalità", "Storing opgelost", "De site is weer bereikbaar", "Lag nede i 0 igjen",
    "Tjenesten er oppe igjen", "Alt er tilbake til normalt", "服务恢复正常", "復旧を確認",
    "All components were back in operation", "Service verified operational", "Everything is green again",
    "Mitigated and confirmed", "Fix confirmed", "Users can log in again", "Customers are able to sign in again",
    "Shop servers start again", "The hub is up and running again", "Outage ends", "END OF OUTAGE",
    "Error rate drops to zero", "5xx stop", "Status page set to operational", "Back to full capacity",
    "Mail is flowing again", "Requests succeed again", "The API responds normally", "Site loads again",
    "Closing the incident", "Downtime ends", "Success rate is back to 100%", "All is well again",
]  # fmt: skip

NO_ENDS = [
    "Fix deployed", "A fix is deployed but errors persist", "One of the replicas is back online",
    "Service partially restored", "Waiting for the service to be restored", "The service should be restored soon",
    "We expect the site to be back by four", "The site is not back", "Site begins to recover",
    "Service mostly restored", "If the service is restored the page is taken down",
    "Checking whether the service is back", "Site is back, but slow", "The service is restored for some customers",
    "We think the issue is resolved", "The issue seems fixed", "Briefly the site was back up",
    "A customer says the site is back", "Follow-up issues were fixed", "Job put back into the queue",
    "The ticket is marked as resolved", "The database was restored from the backup",
    "Until the service was restored nobody could pay", "Ein Teil ist teilweise wieder erreichbar",
    "The service could not be restored", "First users are back", "Traffic is up by half", "Root cause is found",
    "Fix confirmed in staging", "Fix confirmed, rolling out to everyone", "The fix is not confirmed",
    "Some users can log in again", "Users can see errors again", "Pods start again",
    "Waiting until users can log in again", "Build is green again", "Root cause confirmed",
    "Success rate is back to 60%", "We are back at the office",
]  # fmt: skip

STARTS = [
    "Site is hard down", "Requests start failing", "Outage begins", "OUTAGE BEGINS – timeouts everywhere",
    "500s rise", "Checkout starts returning 503", "The shop goes down", "Payments stop processing",
    "Success rate drops to zero", "The pods began crashing and failing", "Workers start crashing",
    "Error rate spikes to 40%", "Incident starts", "The cache became completely unavailable",
    "We experienced a brief outage", "Dienst nicht mehr erreichbar", "Der Shop fällt aus", "Le site ne répond plus",
    "El sitio dejó de responder", "O site saiu do ar", "Il sito smette di funzionare", "Tjenesten gikk ned",
    "障害が発生",
    "Outage starts", "First errors", "First 5xx errors in the log", "First failing requests",
    "The login stops working", "Checkout begins failing", "Users can not log in", "Users cannot pay",
    "Customers are unable to order", "The problem begins", "5xx start", "Timeouts begin", "Degradation starts",
    "Error rate jumps to 20%", "Certificate of the shop expired", "Site down", "The service crashes",
    "Orders drop to 0%, success rate falls to zero", "Workers started rebooting",
]  # fmt: skip

NO_STARTS = [
    "User reports site is down", "Alert: error rate spikes", "Release deployed",
    "Sam notices that requests start failing", "Customers complain that the shop goes dark", "Investigation begins",
    "Rollback starts", "Maintenance started", "Ticket opened, payments stop processing",
    "We see that the pods start crashing", "Sam asks if the site is down",
    "sam reports that users cannot log in", "Alert: site down", "sam takes the service down",
    "Certificate expires in three days", "Error rate drops to zero", "Rollback: fix so that users cannot pay twice",
]  # fmt: skip


@pytest.mark.parametrize("row", ENDS)
def test_a_row_that_says_that_the_whole_is_well_again_is_the_end(row: str) -> None:
    assert end("14:05 A look at the graphs", f"15:10 {row}") == at(15, 10)


@pytest.mark.parametrize("row", NO_ENDS)
def test_a_part_a_hope_or_a_but_is_no_end(row: str) -> None:
    assert end("14:05 A look at the graphs", f"15:10 {row}") is None


@pytest.mark.parametrize("row", STARTS)
def test_a_row_that_says_what_broke_is_the_start(row: str) -> None:
    assert start("14:00 A release", f"14:05 {row}", "14:16 A look at the graphs") == at(14, 5)


@pytest.mark.parametrize("row", NO_STARTS)
def test_a_report_of_the_trouble_is_no_start(row: str) -> None:
    assert start("14:00 A release", f"14:05 {row}", "14:16 A look at the graphs") is None


def test_the_last_row_that_tells_an_end_is_the_end() -> None:
    assert end("14:50 The site is back", "15:10 Incident resolved", "15:30 Notes are written") == at(15, 10)


def test_an_end_after_which_it_is_down_again_is_none() -> None:
    assert end("14:50 The site is back", "15:10 It went down again") is None
    assert end("14:50 The site is back", "15:10 It went down again", "15:40 The site is back") == at(15, 40)


def test_what_begins_after_it_was_seen_is_no_start() -> None:
    assert start("14:00 Alert fires", "14:05 Workers start crashing") is None


def test_trouble_in_the_first_row_is_the_start_and_later_it_is_none() -> None:
    assert start("14:05 Problemer med køen", "14:16 A look at the graphs") == at(14, 5)
    assert start("14:05 A release", "14:16 Problemer med køen") is None


def test_a_later_sentence_with_a_still_is_about_something_else() -> None:
    assert end("15:10 Site restored. Two jobs are still being retried.") == at(15, 10)
    assert end("15:10 Site restored. But the queue grows.") is None


@pytest.mark.parametrize(
    "row",
    [
        "The vendor posts that their incident is resolved", "Staging is back online", "EU region fully restored",
        "We plan to have everything back to normal soon", "A false all clear is given", "The issue is back",
        "Errors are back",
        "The issue is fixed locally by sam", "Node 3 is back online", "The index was restored from a snapshot",
    ],
)  # fmt: skip
def test_another_team_a_plan_a_place_or_the_trouble_itself_that_is_back_is_no_end(row: str) -> None:
    assert end("14:05 A look at the graphs", f"15:10 {row}") is None


def test_trouble_that_begins_behind_an_end_takes_it_back() -> None:
    rows = ("14:50 Service restored", "15:10 Errors spike again", "15:20 A look at the graphs")
    assert (start(*rows), end(*rows)) == (None, None)
    rows = ("14:00 A release, the system is healthy", "14:05 Requests start failing")
    assert (start(*rows), end(*rows)) == (at(14, 5), None)
