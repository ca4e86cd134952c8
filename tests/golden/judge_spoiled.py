#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""usage: judge_spoiled.py PROGRAM PCAPS DIRECTORY   (DIRECTORY as spoil.py all writes it)

Each trace in each way: right (the expected cause leads, or another true one), or weaker (another
that is not certain). Wrong: a cause that its label excludes; one that is called certain; a file
that is refused; a phone called found, or none seen, because of the way. One test point a way (TAP).
"""
import glob
import json
import os
import re
import subprocess
import sys

NEVER = {"found", "no-phone-seen", "firmware-running"}  # unless the label says so


def verdicts(program, paths):
    """Returns: the verdict and its confidence by path; refused files are missing."""
    run = subprocess.run([program, "diagnose", "-q", *paths], capture_output=True, text=True, timeout=240)
    found = {}
    for line in run.stdout.splitlines():
        match = re.match(r"(\S+): ([a-z-]+) \((\w+)\): ", line)
        if match:
            found[match[1]] = match[2], match[3]
    return found, run.stderr


def judge(label, verdict):
    if not verdict:
        return "wrong", "refused"
    name, confidence = verdict
    words = f"{label['expected']} -> {name} ({confidence})"
    healthy = name == "firmware-running" and label["expected"] == "no-phone-seen" and confidence != "certain"
    if name == label["expected"] or name in label.get("also_acceptable", []) or healthy:
        return "right", words
    if name in NEVER or name in label.get("must_not", []) or confidence == "certain":
        return "wrong", words
    return "weaker", words


def main():
    program, pcaps, directory = sys.argv[1:]
    total = {"right": 0, "weaker": 0, "wrong": 0}
    for way in sorted(os.listdir(directory)):
        count = {"right": 0, "weaker": 0, "wrong": 0}
        paths = sorted(glob.glob(f"{directory}/{way}/*"))
        found, errors = verdicts(program, paths)
        for path in paths:
            name = os.path.basename(path).split(".")[0]
            with open(f"{pcaps}/{name}.json", encoding="utf-8") as file:
                label = json.load(file)
            score, words = judge(label, found.get(path))
            count[score] += 1
            total[score] += 1
            if score == "wrong" or os.environ.get("VERBOSE") and score == "weaker":
                print(f"# {score}: {way} {name}: {words}")
        bad = count["wrong"] > 0 or "Sanitizer" in errors or not paths
        print(f"{'not ok' if bad else 'ok'} - {way}: {count['right']} right, {count['weaker']} weaker, "
              f"{count['wrong']} wrong", flush=True)
    print(f"# all: {total['right']} right, {total['weaker']} weaker, {total['wrong']} wrong")
    # Weaker is allowed where a way takes the proof away, and only there.
    enough = total["right"] >= 0.95 * sum(total.values())
    print(f"{'ok' if enough else 'not ok'} - at least 95 of 100 are right")


if __name__ == "__main__":
    main()
