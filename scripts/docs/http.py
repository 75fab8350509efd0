"""The reference page of HTTP addresses."""

from scripts.docs.tables import table

OPS = (
    ("GET", "`/healthz`", "anybody", "200 while the process answers; asks nothing of anybody. For restarting."),
    (
        "GET",
        "`/readyz`",
        "anybody",
        '200 when a message could be stored now, else 503 with `retry-after`. Overload stays 200: `"overloaded": true` in the body, '
        "`x-wasl-overloaded: 1`, and the metric.",
    ),
    ("GET", "`/metrics`", "this machine and private networks, not through a proxy", "[Metrics](metrics.md) in Prometheus' text format."),
)
HOOKS = (
    (
        "GET, POST",
        "`/hooks/<channel>`",
        "the platform, by its own proof",
        "A platform's webhook. 200 once stored (a repeated one too); 400 malformed; 401 not genuine; 404 no such channel; 413 too large; "
        "503 the store cannot commit now, send it again.",
    ),
)


def page() -> str:
    """Writes the page."""
    head = ("method", "address", "who may", "what it does")
    parts = [
        "# HTTP addresses\n\nOne server, one port. Bodies over the limits of `[server]` are refused with 413.",
        "## For those who run it",
        table(head, OPS),
        "## For platforms",
        table(head, HOOKS),
    ]
    return "\n\n".join(parts)
