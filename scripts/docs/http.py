"""The reference page of HTTP addresses."""

import ast
from collections.abc import Iterator
from pathlib import Path

from scripts.docs.tables import table

WEB = Path(__file__).resolve().parents[2] / "src" / "wasl" / "web"

OPS = (
    ("GET", "`/healthz`", "anybody", "200 while the process answers; asks nothing of anybody. For restarting."),
    (
        "GET",
        "`/readyz`",
        "anybody",
        '200 when a message could be stored now, else 503 with `retry-after`. Overload stays 200: `"overloaded": true` in the body, '
        '`x-wasl-overloaded: 1`, and the metric. So do wrong rule files (`"rules": "wrong"`): the last good rulebook is in force.',
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


API = (
    (
        "POST",
        "`/v1/chat/completions`",
        "OpenAI's chat completions, streamed or not, over the same candidates and failover as every answer.",
    ),
    ("GET", "`/v1/models`", "The candidates there are; a request may name one to begin with."),
)
FACES = {
    "chat": ("For visitors", "", "the visitor, by a signed token; the pages themselves: anybody"),
    "mine": ("For visitors: what is theirs", "", "the visitor, by a signed token; only what is of the visitor's own person is ever read"),
    "joining": ("For visitors: joining channels", "", "the visitor, by a signed token"),
    "bringing": ("For visitors: bringing conversations", "", "the visitor, by a signed token"),
    "leaving": ("For visitors: taking out and erasing", "", "the visitor, by a signed token; `/export/…`: whoever holds the link, once"),
    "accounts": ("For visitors: accounts", "", "the visitor, by a signed token"),
    "desk": ("For operators: people", "/console", "an operator, by a session"),
    "console": ("For operators", "/console", "an operator, by a session; the login: who has its link"),
}
"""Modules of `web/` whose routes are read from their code: title, prefix, who may."""


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
    for path in sorted(WEB.rglob("*.py")):
        rows = list(_routes(ast.parse(path.read_text(encoding="utf-8"))))
        if not rows or path.stem not in FACES:
            continue
        title, prefix, who = FACES[path.stem]
        parts += [
            f"## {title}",
            f"Who may: {who}.",
            table(("method", "address", "what it does"), [(m, f"`{prefix}{a}`", d) for m, a, d in rows]),
        ]
    if (WEB / "openai_api.py").exists():
        parts += [
            "## For programs",
            "Who may: whoever has a key (`wasl key`), as `Authorization: Bearer …`.",
            table(("method", "address", "what it does"), API),
        ]
    return "\n\n".join(parts)


def _routes(tree: ast.Module) -> Iterator[tuple[str, str, str]]:
    """Walks the routes of a module: calls of `add_route`, and rows of (address, method, function)."""
    words = {
        node.name: (ast.get_docstring(node) or "").split("\n")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "add_route":
            address, target = node.args[:2]
            methods = next((k.value for k in node.keywords if k.arg == "methods"), None)
            if isinstance(address, ast.Constant) and isinstance(methods, ast.List):
                yield ", ".join(ast.literal_eval(methods)), address.value or "/", words.get(_name(target), "")
        elif isinstance(node, ast.Tuple) and len(node.elts) == 3 and all(isinstance(e, ast.Constant) for e in node.elts[:2]):
            address, method, target = node.elts
            if str(ast.literal_eval(address)).startswith("/") and ast.literal_eval(method) in ("GET", "POST", "PUT", "DELETE"):
                yield ast.literal_eval(method), ast.literal_eval(address), words.get(_name(target), "")


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
