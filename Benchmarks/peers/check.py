"""Exports every model of the zoo, checks the file with onnx.checker, and compares ONNX Runtime's answer with Swiftlet's.

`check.py [PATTERN]`; exits with 1 when a model does not pass.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

import onnx

SWIFTLET = os.environ["SWIFTLET"]


def check(name, folder):
    """How far the answers lie apart, as a share of the largest value."""
    path = pathlib.Path(folder) / f"{name}.onnx"
    command = [SWIFTLET, "export", name, "--output", path, "--verify", "--json"]
    result = subprocess.run(command, capture_output=True, text=True)
    try:
        if not result.stdout:
            raise RuntimeError(result.stderr.strip())
        onnx.checker.check_model(str(path), full_check=True)
        verification = json.loads(result.stdout)["verification"]
        if not verification["passed"]:
            raise RuntimeError(f"off by {verification['relative_error']}")
        return verification["relative_error"]
    finally:
        path.unlink(missing_ok=True)


def main():
    models = subprocess.run([SWIFTLET, "models", *sys.argv[1:], "--json"], capture_output=True, text=True, check=True)
    names = [entry["name"] for entry in json.loads(models.stdout)]
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            try:
                print(f"{name:40} {check(name, folder):.1e}", flush=True)
            except Exception as error:
                failed += 1
                print(f"{name:40} FAILED: {error}", flush=True)
    print(f"{len(names) - failed} of {len(names)} models pass")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
