"""The load generator wrk: told by a script what to ask, and made to tell what it counted."""

import json
import subprocess
from pathlib import Path
from string import Template

from bench.speed_operations import CONNECTIONS, DIGITS, Traffic
from bench.speed_python import AnswerError, Stretch
from bench.speed_python import run as run_checking

SLACK_SECONDS = 30
TELLING = """
function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format("\\ncounted %d %d %d %d %d %d %d %d %d\\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99),
    errors.status, errors.connect, errors.read, errors.write, errors.timeout))
end
"""
WALKING = Template("""
local at, codes = $at, {}
for code in io.lines($codes) do codes[#codes + 1] = code end
function request()
  at = at + 1
  return $before .. codes[(at - 1) % #codes + 1] .. $after
end
""")
COUNTING = Template("""
local at = $at
function request()
  at = at + 1
  return $before .. string.format("%0${digits}d", at - 1) .. $after
end
""")
ERRORS = ("wrong status", "no connection", "not read", "not written", "too late")


def run(folder: Path, traffic: Traffic, port: int, at: int, seconds: float, expected: int) -> Stretch:
    """Ask for so many whole seconds over all connections, from this place of the walk on."""
    script = folder / "wrk.lua"
    script.write_text(_script(folder, traffic, port, at), encoding="ascii")
    # A request that is always the same is left to wrk itself, which then runs no script for it.
    headers = [part for name, value in traffic.headers.items() for part in ("-H", f"{name}: {value}")]
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds:.0f}s", "-s", str(script)]
    address = f"http://127.0.0.1:{port}{traffic.path if traffic.is_fixed else '/'}"
    ended = subprocess.run(
        [*command, *headers, address], capture_output=True, text=True, timeout=seconds + SLACK_SECONDS, check=False
    )
    line = next((line for line in ended.stdout.splitlines() if line.startswith("counted ")), None)
    if line is None:
        raise AnswerError(f"wrk did not count: {(ended.stderr + ended.stdout)[-500:].strip()}")
    requests, lasted, p50, p99, *errors = (int(figure) for figure in line.split()[1:])
    if any(errors) or requests == 0:
        _explain(traffic, port, at + requests, expected, dict(zip(ERRORS, errors, strict=True)), requests)
    return Stretch(requests, lasted / 1e6, p50 / 1e6, p99 / 1e6)


def _script(folder: Path, traffic: Traffic, port: int, at: int) -> str:
    if traffic.is_fixed:
        return TELLING
    before, after = (json.dumps(part) for part in traffic.around(port))  # ASCII: quoted alike in both languages
    walk = {"at": at, "before": before, "after": after}
    if not traffic.codes:
        return COUNTING.substitute(walk, digits=DIGITS) + TELLING
    codes = folder / "codes"
    codes.write_text("\n".join(traffic.codes), encoding="ascii")
    return WALKING.substitute(walk, codes=json.dumps(str(codes))) + TELLING


def _explain(traffic: Traffic, port: int, at: int, expected: int, errors: dict[str, int], requests: int) -> None:
    """Say what was asked and answered: wrk only counts, so the checking generator asks the same for a moment."""
    counted = ", ".join(f"{number} {what}" for what, number in errors.items() if number)
    said = f"wrk counted among {requests} answers: {counted or 'none at all'}"
    try:
        run_checking(traffic, port, at, 1.0, expected)
    except AnswerError as found:
        raise AnswerError(f"{said}. {found}") from found
    raise AnswerError(f"{said}, to {traffic.method} {traffic.path}; a second later all were answered {expected}")
