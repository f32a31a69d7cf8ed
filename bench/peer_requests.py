#!/usr/bin/env python3
"""The usual loop: peer_requests.py LIST URL sends each file in turn. Fails on anything but 200."""

import os
import sys

import requests

with open(sys.argv[1], encoding="utf-8") as names:
    for path in names.read().splitlines():
        with open(path, "rb") as file:
            requests.post(sys.argv[2], files={"file": (os.path.basename(path), file)}).raise_for_status()
