"""Writes the table, the page and the chart."""

import os
import pathlib
import platform
import re
import subprocess
import time

import measure

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
BAR_HEIGHT, BAR_ROOM, LABELS, WIDTH = 22, 30, 210, 860


def ratio_text(result):
    if result.unit:
        return ""
    if result.what == "refused":
        return f"{result.ratio * 100:.1f} %"
    return f"{result.ratio:.3f}" if result.ratio < 0.1 else f"{result.ratio:.2f}"


def goal_text(result, goal):
    if goal is None:
        return ""
    if result.what == "refused":
        return f"{goal * 100:.0f} %"
    return f"{goal:g} {result.unit}".strip()


def table(lines):
    """Formats rows of cells, the first the header, as an aligned Markdown table."""
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    lines = [lines[0], ["-" * width for width in widths], *lines[1:]]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |" for line in lines
    )


def results_table(rows):
    lines = [["work", "compared with", "shoal", "other", "ratio", "goal", "stretch goal", "reached"]]
    for name, row in rows.items():
        if isinstance(row, measure.Void):
            lines.append([name, f"not measured: {row}", "", "", "", "", "", ""])
            continue
        for result in row.results:
            lines.append(
                [result.row, result.against, result.ours, result.theirs, ratio_text(result),
                 goal_text(result, result.first), goal_text(result, result.then), result.verdict]
            )  # fmt: skip
    return table(lines)


def runs_table(rows):
    lines = [["work", "program", "files", "runs", "wall", "user", "system", "CPU per file", "peak memory"]]
    for name, row in rows.items():
        if isinstance(row, measure.Void):
            continue
        for one in row.contestants:
            lines.append(
                [name, one.name, f"{one.files:,}", str(len(one.runs)), f"{one.median('wall'):.3f} s",
                 f"{one.median('user'):.3f} s", f"{one.median('system'):.3f} s", f"{one.cpu_each:,.0f} µs",
                 f"{one.median('peak') / (1 << 20):.1f} MiB"]
            )  # fmt: skip
    return table(lines)


def first_line(*command):
    try:
        said = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return f"{command[0]}: not installed"
    return (said.stdout + said.stderr).strip().split("\n")[0]


def field_of(path, name):
    """Returns the value of a line `name ... : value`."""
    try:
        found = re.search(rf"^{name}\s*:\s*(.*)$", pathlib.Path(path).read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:
        found = None
    return found.group(1).strip() if found else "unknown"


def congestion_control():
    try:
        return pathlib.Path("/proc/sys/net/ipv4/tcp_congestion_control").read_text(encoding="utf-8").strip()
    except OSError:
        return "unknown"


def machine():
    """Describes the machine, as a list."""
    memory = int(field_of("/proc/meminfo", "MemTotal").split()[0]) // (1 << 20)
    release = ".".join(platform.release().split(".")[:2])
    facts = [
        f"{os.cpu_count()} cores of {field_of('/proc/cpuinfo', 'model name')}, {memory} GiB of memory",
        f"{platform.system()} {release}, TCP with {congestion_control()}; everything on loopback",
        f"{first_line(measure.SHOAL, '--version')}; {' '.join(first_line('curl', '--version').split()[:4])}",
        f"{first_line('openssl', 'version').split('(')[0].strip()}; "
        f"{first_line('env', 'PATH=' + os.environ['PATH'] + ':/usr/sbin', 'nginx', '-v')}",
        f"Python {platform.python_version()}, aiohttp {module_version('aiohttp')}, "
        f"requests {module_version('requests')}",
        f"load (1, 5, 15 minutes) at the end: {' '.join(f'{load:.2f}' for load in os.getloadavg())}",
    ]
    return "\n".join(f"- {fact}" for fact in facts)


def module_version(name):
    try:
        return __import__(name).__version__
    except ImportError:
        return "not installed"


def bars(contestants, each, title, top):
    """One panel: a bar per program, as long as its ratio to the best; long bars are cut and marked."""
    shown = sorted(contestants, key=lambda one: getattr(one, each))
    scale = 8 * getattr(next(one for one in shown if one.name == "shoal"), each)
    parts = [f'<text x="0" y="{top + 16}" class="title">{title}</text>']
    for number, one in enumerate(shown):
        value = getattr(one, each)
        y = top + BAR_ROOM * (number + 1)
        width = max(2, min(value / scale, 1) * (WIDTH - LABELS - 130))
        cut = "…" if value > scale else ""
        kind = "ours" if one.name == "shoal" else "other"
        parts += [
            f'<text x="{LABELS - 8}" y="{y + 16}" text-anchor="end">{one.name}</text>',
            f'<rect x="{LABELS}" y="{y}" width="{width:.1f}" height="{BAR_HEIGHT}" class="{kind}"/>',
            f'<text x="{LABELS + width + 6:.1f}" y="{y + 16}">{cut}{value:,.0f} µs</text>',
        ]
    return parts, top + BAR_ROOM * (len(shown) + 2)


def picture(rows):
    """Bars for the small files, wall time and CPU time. None if they were not measured."""
    contestants = {}
    for name in ("small", "slow-peers"):
        row = rows.get(name)
        for one in [] if row is None or isinstance(row, measure.Void) else row.contestants:
            contestants.setdefault(one.name, one)
    if "shoal" not in contestants:
        return None
    wall, height = bars(contestants.values(), "wall_each", "Wall time per file of 4 KiB (microseconds; less is better)", 0)
    cpu, height = bars(contestants.values(), "cpu_each", "CPU time per file of 4 KiB (microseconds; less is better)", height)
    style = (
        "text{font:14px sans-serif;fill:#444}.title{font-weight:bold}.ours{fill:#2a7}.other{fill:#9ab}"
        "@media(prefers-color-scheme:dark){text{fill:#ccc}}"
    )
    return "\n".join(
        [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
         f"<style>{style}</style>", *wall, *cpu, "</svg>", ""]
    )  # fmt: skip


def notes(rows):
    lines = []
    for name, row in rows.items():
        if not isinstance(row, measure.Void) and row.notes:
            lines.append(f"- {name}: {', '.join(row.notes)}.")
    return "\n".join(lines)


def measured(rows, has_picture):
    """The part of the page that each run replaces."""
    parts = [
        BEGIN,
        f"Measured on {time.strftime('%Y-%m-%d', time.gmtime())}:",
        machine(),
        "![Bars: wall time and CPU time per file](benchmarks.svg)" if has_picture else "",
        results_table(rows),
        "Medians of the runs of each program:",
        runs_table(rows),
        notes(rows),
        END,
    ]
    return "\n\n".join(part for part in parts if part)


def write(rows, page, template):
    """Writes the page and its chart; text outside the marks in `template` is kept."""
    drawn = picture(rows)
    if drawn is not None:
        page.with_suffix(".svg").write_text(drawn, encoding="utf-8")
    text = template.read_text(encoding="utf-8")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    page.write_text(before + measured(rows, drawn is not None) + after, encoding="utf-8")
