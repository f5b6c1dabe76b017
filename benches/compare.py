#!/usr/bin/env python3
"""Time `taureport analyze` against a Python program that only calls json.load on the same files.

    python3 benches/compare.py [--runs N] [--binary PATH] FOLDER [-- OPTIONS OF ANALYZE]

Both run as whole processes, in turn, N times in one run of this script, after one run of each that does not count (it warms the
page cache). Printed are the least and the median wall time, user and system time, peak memory, and the ratio of the wall times.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

# Reads what `analyze` reads by default in a folder, packed files aside; JSON lines are loaded line by line.
LOADER = r"""
import json, os, sys
files = size = bad = 0
for folder, _, names in os.walk(sys.argv[1]):
    for name in names:
        path = os.path.join(folder, name)
        if not name.endswith((".json", ".jsonl")):
            continue
        files += 1
        size += os.path.getsize(path)
        try:
            with open(path, encoding="utf-8") as file:
                if name.endswith(".jsonl"):
                    for line in file:
                        json.loads(line)
                else:
                    json.load(file)
        except ValueError:
            bad += 1
print(files, size, bad)
"""


def run(command):
    """Runs a command; returns (wall s, user s, system s, peak MB, stdout) or ends the script when it fails."""
    # The peak of all children so far cannot be told apart from that of the last one: so every command gets a parent of its own.
    begin, end = os.pipe()
    child = os.fork()
    if child == 0:
        start = time.perf_counter()
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        wall = time.perf_counter() - start
        use = resource.getrusage(resource.RUSAGE_CHILDREN)
        unit = 1 if sys.platform == "darwin" else 1024
        figures = (done.returncode, wall, use.ru_utime, use.ru_stime, use.ru_maxrss * unit / 1e6)
        tail = done.stdout if done.returncode == 0 else done.stderr
        os.write(end, (" ".join(map(repr, figures)) + "\n").encode() + tail[-2000:])
        os._exit(0)
    os.close(end)
    with os.fdopen(begin, "rb") as pipe:
        head, _, tail = pipe.read().partition(b"\n")
    os.waitpid(child, 0)
    code, *figures = map(float, head.split())
    if code != 0:
        sys.exit(f"{command[0]} ended with code {code:.0f}: {tail.decode(errors='replace')}")
    return (*figures, tail.decode(errors="replace"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = os.path.join(os.environ.get("CARGO_TARGET_DIR", "target"), "release", "taureport")
    parser.add_argument("folder")
    parser.add_argument("options", nargs="*", help="handed to analyze, behind --")
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--binary", default=default, help="default: %(default)s")
    args = parser.parse_args()

    with tempfile.TemporaryDirectory() as out:
        commands = {
            "taureport analyze": [args.binary, "analyze", args.folder, "-o", os.path.join(out, "report"), "-q", *args.options],
            "json.load": [sys.executable, "-c", LOADER, args.folder],
        }
        results = {name: [] for name in commands}
        for round_ in range(args.runs + 1):
            for name, command in commands.items():
                figures = run(command)
                if round_ > 0:
                    results[name].append(figures)

    files, size, bad = map(int, results["json.load"][0][4].split())
    print(f"{files} files, {size / 1e6:.1f} MB ({bad} are no valid JSON); {args.runs} runs each, in turn; "
          f"{os.cpu_count()} CPUs; Python {sys.version.split()[0]}; load {os.getloadavg()[0]:.1f}")
    print(f"{'':18} {'wall min':>9} {'median':>9} {'user':>7} {'system':>7} {'peak MB':>8}")
    for name, runs in results.items():
        wall, user, system, peak = (sorted(run[i] for run in runs) for i in range(4))
        middle = statistics.median
        print(f"{name:18} {wall[0]:8.3f}s {middle(wall):8.3f}s {middle(user):6.2f}s {middle(system):6.2f}s {peak[-1]:8.0f}")
    walls = {name: [run[0] for run in runs] for name, runs in results.items()}
    ours, theirs = walls["taureport analyze"], walls["json.load"]
    print(f"json.load / taureport: {min(theirs) / min(ours):.2f} (least), "
          f"{statistics.median(theirs) / statistics.median(ours):.2f} (median); above 1 taureport is faster")


if __name__ == "__main__":
    main()
