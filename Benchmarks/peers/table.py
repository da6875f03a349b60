"""Measurements as text and as the tables of Documentation/performance.md."""

import math

START, END = "<!-- peers: written by Benchmarks/peers/run -->", "<!-- peers end -->"


def line(row):
    """One row for people who wait."""
    times = [f"{name} {text(name, row)}" for name in row["results"]]
    failed = [f"{name} FAILED: {reason}" for name, reason in row["failures"].items()]
    return f"{row['network']} batch {row['batch']} threads {row['threads']}: " + ", ".join(times + failed)


def text(name, row):
    """Milliseconds, or images a second of a batch; microseconds of the barrier."""
    result = row["results"].get(name)
    if result is None:
        return "–"
    if name == "barrier":
        return f"{result['median_seconds'] * 1e6:.2f} µs"
    if row["batch"] > 1:
        return f"{row['batch'] / result['median_seconds']:.0f}"
    return f"{result['median_seconds'] * 1e3:.2f} ({result['minimum_seconds'] * 1e3:.2f})"


def markdown(report):
    parts = [introduction(report)]
    for batch in sorted({row["batch"] for row in report["rows"]}):
        title = "Milliseconds of one image: median (minimum)" if batch == 1 else f"Images a second, {batch} at once"
        for threads in sorted({row["threads"] for row in report["rows"]}):
            rows = [row for row in report["rows"] if (row["batch"], row["threads"]) == (batch, threads)]
            if rows:
                parts.append(f"### {title}, {threads} thread{'s' if threads > 1 else ''}\n\n{grid(rows, report)}")
    parts.append(summary(report))
    failures = sorted({(row["network"], *item) for row in report["rows"] for item in row["failures"].items()})
    if failures:
        parts.append("\n".join(f"- {network}: {name} is left out, {reason}." for network, name, reason in failures))
    return "\n\n".join(parts)


def introduction(report):
    machine = report["machine"]
    engines = ", ".join(f"{name} {version}" for name, version in report["engines"].items())
    return (
        f"{machine['processor']}, {machine['processors']} processors, {machine['system']}. {engines}. Engines take turns of "
        f"{turns(report)}; all but the one whose turn it is are stopped. 32-bit floats, each "
        "engine at its best settings for latency, the same ONNX file for all, all answers compared first. The fastest is in bold. "
        "Limit: two operations for each multiply-add of direct convolutions, at the peak of this machine measured in the same run; "
        "ahead: the best other engine's minimum by Swiftlet's.")


def turns(report):
    """How long and how many, for one image and for several."""
    kinds = {}
    for row in sorted(report["rows"], key=lambda row: row["batch"]):
        kinds.setdefault(f"{row['seconds']} s, {row['rounds']} rounds", set()).add(row["batch"])
    if len(kinds) == 1:
        return next(iter(kinds))
    batches = {kind: " and ".join(map(str, sorted(batches))) for kind, batches in kinds.items()}
    return "; ".join(f"{kind} (batch {batches[kind]})" for kind in kinds)


def ahead(row):
    """The best other engine's least time, in times of Swiftlet's; `None` where there is none."""
    least = {name: result["minimum_seconds"] for name, result in row["results"].items() if name != "barrier"}
    own = least.pop("Swiftlet", None)
    return min(least.values()) / own if own and least else None


def summary(report):
    """Geometric means over the networks."""
    lines = []
    rows = {(row["network"], row["batch"], row["threads"]): row for row in report["rows"]}
    for batch, threads in sorted({key[1:] for key in rows}):
        ratios = [ahead(row) for key, row in rows.items() if key[1:] == (batch, threads)]
        ratios = [ratio for ratio in ratios if ratio]
        if ratios:
            lines.append(
                f"- batch {batch}, {threads} thread{'s' if threads > 1 else ''}: {mean(ratios):.2f} ahead of the best other engine, "
                f"{min(ratios):.2f} where least")
    for name in ["Swiftlet", *report["engines"]]:
        pairs = [(row, rows.get((network, 1, 2))) for (network, batch, threads), row in rows.items() if (batch, threads) == (1, 1)]
        gains = [
            one["results"][name]["minimum_seconds"] / two["results"][name]["minimum_seconds"]
            for one, two in pairs if two and name in one["results"] and name in two["results"]]
        if gains:
            lines.append(f"- {name}, two threads: {mean(gains):.2f} times as fast as one")
    return "Geometric means over the networks, of minima:\n\n" + "\n".join(lines)


def mean(values):
    return math.exp(sum(math.log(value) for value in values) / len(values))


def grid(rows, report):
    measured = [name for name in report["engines"] if any(name in row["results"] for row in rows)]
    names = ["Swiftlet", *measured] + (["barrier"] if any("barrier" in row["results"] for row in rows) else [])
    heads = ["limit", *names, "ahead"]
    lines = ["| network | " + " | ".join(heads) + " |", "|---|" + "---:|" * len(heads)]
    for row in rows:
        times = {name: result["median_seconds"] for name, result in row["results"].items() if name != "barrier"}
        best = min(times, key=times.get)
        cells = [f"**{text(name, row)}**" if name == best else text(name, row) for name in names]
        ratio = ahead(row)
        cells = [limit(row), *cells, f"{ratio:.2f}" if ratio else "–"]
        lines.append(f"| `{row['network']}` | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def limit(row):
    """In the unit of the row."""
    seconds = row["limit_seconds"]
    return f"{row['batch'] / seconds:.0f}" if row["batch"] > 1 else f"{seconds * 1e3:.2f}"


def insert(report, page):
    """Replaces what stands between the two marks of the page."""
    before, rest = page.read_text().split(START)
    after = rest.split(END)[1]
    page.write_text(f"{before}{START}\n\n{markdown(report)}\n\n{END}{after}")
