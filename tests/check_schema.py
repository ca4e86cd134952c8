#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""usage: check_schema.py SCHEMA FILE...: each file holds exactly one document that keeps to it."""
import json
import sys

import jsonschema


def main(schema_path, paths):
    with open(schema_path) as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    wrong = 0
    for path in paths:
        with open(path) as file:
            try:
                document = json.load(file)  # "Extra data" if there are two
            except ValueError as error:
                print(path, error)
                wrong += 1
                continue
        for error in validator.iter_errors(document):
            print(path, list(error.path), error.message[:300])
            wrong += 1
    # The schema must be able to fail.
    with open(paths[0]) as file:
        document = json.load(file)
    for spoil in ({"schema": "spa-sos/2"}, {"result": "perhaps"}, {"verdict": {"id": "no-dhcp"}}):
        if validator.is_valid({**document, **spoil}):
            print("accepted:", spoil)
            wrong += 1
    return wrong > 0


sys.exit(main(sys.argv[1], sys.argv[2:]))
