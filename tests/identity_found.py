"""Lists whose random edits once gave one item's key to another: by the seed of the edits."""

from __future__ import annotations

FOUND = {
    1767990: (
        "alert on queue depth of the alert service",
        "alert on queue depth of the queue service",
        "write a runbook for queue failover",
        "add alert alert alert",
        "add alert alert",
        "add each alert alert",
        "alert on queue depth of the alert service",
        "write a runbook for alert failover",
        "alert on queue depth of the alert service",
    ),
    4159: (
        "write a runbook for schema failover",
        "write a runbook for quota failover",
        "raise cache billing billing",
        "move staging to the new cluster",
        "write cache rotation search",
        "raise cache billing token",
        "document signature before backup parser",
    ),
    5054: (
        "automate signature on webhook on",
        "remove each each webhook",
    ),
    118648: (
        "test webhook depth threshold runbook",
        "lower certificate alert timeout invoice retry quota search latency contract",
        "raise the timeout timeout to 30 seconds",
        "test billing log billing import escalation rotation inventory",
        "raise the retry timeout to 30 seconds",
        "lower search failover",
        "test quota test invoice payments",
    ),
    208006: (
        "automate in of",
        "automate page of",
        "move deploy to the new cluster",
        "move cluster to the new cluster",
        "write a runbook for timeout failover",
        "move page to the new cluster",
        "automate every for depth page of",
    ),
    226493: (
        "move search owner parser search dashboard limit each schema",
        "move search owner parser search search limit each schema",
        "move parser with throttle",
        "move search limit schema dashboard throttle parser with",
        "move search throttle throttle dashboard",
        "add a dashboard for search",
        "move search owner parser search dashboard search each schema",
        "write a runbook for search failover",
    ),
    228285: (
        "raise the escalation timeout to 30 seconds",
        "write billing memory before index cluster webhook runbook webhook",
        "write billing memory before index cluster search runbook webhook",
        "write threshold rotation inventory",
        "write export replica webhook log",
        "write disk retry database limit migration for deploy deploy",
    ),
    312725: (
        "write search when page",
        "raise on before before",
        "raise on before page",
        "write parser quota",
        "alert on queue depth of the inventory service",
        "raise deploy before before",
        "remove with quota the the",
    ),
    408596: (
        "add a dashboard for certificate",
        "remove dashboard index in",
    ),
}
