"""Measurements as text and as the tables of Documentation/performance.md."""

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
    failures = sorted({(row["network"], *item) for row in report["rows"] for item in row["failures"].items()})
    if failures:
        parts.append("\n".join(f"- {network}: {name} is left out, {reason}." for network, name, reason in failures))
    return "\n\n".join(parts)


def introduction(report):
    machine = report["machine"]
    engines = ", ".join(f"{name} {version}" for name, version in report["engines"].items())
    return (
        f"{machine['processor']}, {machine['processors']} processors, {machine['system']}. {engines}. Engines take turns of "
        f"{report['seconds']} s, {report['rounds']} rounds; all but the one whose turn it is are stopped. 32-bit floats, each "
        "engine at its best settings for latency, the same ONNX file for all, all answers compared first. The fastest is in bold.")


def grid(rows, report):
    names = ["Swiftlet", *report["engines"]] + (["barrier"] if any("barrier" in row["results"] for row in rows) else [])
    lines = ["| network | " + " | ".join(names) + " |", "|---|" + "---:|" * len(names)]
    for row in rows:
        times = {name: result["median_seconds"] for name, result in row["results"].items() if name != "barrier"}
        best = min(times, key=times.get)
        cells = [f"**{text(name, row)}**" if name == best else text(name, row) for name in names]
        lines.append(f"| `{row['network']}` | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def insert(report, page):
    """Replaces what stands between the two marks of the page."""
    before, rest = page.read_text().split(START)
    after = rest.split(END)[1]
    page.write_text(f"{before}{START}\n\n{markdown(report)}\n\n{END}{after}")
