"""The reference page of metrics."""

from scripts.docs.tables import table

from wasl.service.observe import METRICS


def page() -> str:
    """Writes the page."""
    rows = []
    for metric in METRICS:
        exported = metric.name + ("_total" if metric.kind == "counter" else "")
        rows.append((f"`{exported}`", metric.kind, ", ".join(f"`{label}`" for label in metric.labels) or "—", metric.help))
    buckets = "\n".join(f"- `{m.name}`: {', '.join(f'{b:g}' for b in m.buckets)} seconds" for m in METRICS if m.buckets)
    return f"""# Metrics

`GET /metrics` gives these in Prometheus' text format, to callers on the same machine or a private network that come directly and
not through a proxy. Each process counts for itself: scrape every one. The process's own memory, CPU and open files are there too,
under `process_…`.

{table(("metric", "kind", "labels", "meaning"), rows)}

Buckets of the histograms:

{buckets}
"""
