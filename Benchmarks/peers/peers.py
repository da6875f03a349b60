"""Times Swiftlet and other engines in turn on the same ONNX files; see `run`."""

import argparse
import json
import os
import pathlib
import platform
import signal
import statistics
import subprocess
import sys
import time
from importlib.metadata import version

import numpy

import engines
import table

HERE = pathlib.Path(__file__).parent
WORK = HERE / ".work"
SWIFTLET = os.environ["SWIFTLET"]
NETWORKS = """
    mobilenetv1_100 mobilenetv2_100 mobilenetv3_small_100 mobilenetv3_large_100 ghostnet_100 efficientnet_b0 tinynet_e
    mobilevit_xs vovnet39a ese_vovnet19b_slim_dw densenet121 legacy_xception inception_v3 tf_efficientnetv2_b0
    squeezenet1_1 shufflenet_v2_x1_0 googlenet mobilenetv4_conv_small mobilenetv4_conv_medium ghostnetv2_100
    edgenext_xx_small fasternet_t0
""".split()
# How far answers may lie apart, as a share of the largest value: rounding, and other ways to convolve (Winograd).
TOLERANCE = 1e-3


class Contestant:
    """A process that measures when it is told to and is stopped all other time, so that no idle thread of it disturbs."""

    def __init__(self, name, threads, command):
        self.name, self.threads, self.minima, self.medians = name, threads, [], []
        log = open(WORK / f"{name}.log", "a")
        self.process = subprocess.Popen(
            list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, bufsize=1)

    def turn(self, seconds):
        self.process.send_signal(signal.SIGCONT)
        try:
            self.process.stdin.write(f"{seconds}\n")
            reply = self.process.stdout.readline().split()
        except BrokenPipeError:
            reply = []
        if len(reply) != 3:
            raise RuntimeError(f"it gave up (.work/{self.name}.log)")
        self.process.send_signal(signal.SIGSTOP)
        return float(reply[0]), float(reply[1])

    def measure(self, seconds):
        minimum, median = self.turn(seconds)
        self.minima.append(minimum)
        self.medians.append(median)

    def close(self):
        self.process.send_signal(signal.SIGCONT)
        self.process.kill()
        self.process.communicate()

    @property
    def result(self):
        return {"minimum_seconds": min(self.minima), "median_seconds": statistics.median(self.medians)}


def answer_of(engine, threads):
    return WORK / f"{engine}.{threads}.answer.npy"


def swiftlet(*arguments):
    result = subprocess.run([SWIFTLET, *map(str, arguments), "--json"], capture_output=True, text=True)
    if result.returncode != 0:
        raise RuntimeError(f"swiftlet {arguments[0]}: {result.stderr.strip() or result.stdout.strip()}")
    return json.loads(result.stdout)


def export(network, batch):
    """The network as ONNX, on which ONNX Runtime agrees with Swiftlet, and an input for it."""
    model, x = WORK / f"{network}_{batch}.onnx", WORK / f"{network}_{batch}.npy"
    facts = swiftlet("export", network, "--batch", batch, "--output", model, "--verify")
    numpy.save(x, numpy.random.default_rng(0).uniform(-1, 1, facts["input"]).astype(numpy.float32))
    return model, x


def contest(network, models, x, batch, options):
    """Minimum and median of every engine for each number of threads, those that failed left out with their reasons.

    All take turns, so that one thread and two are measured in the same minutes. `models`: the files by batch.
    """
    contestants, failures = [], {}
    try:
        for threads in options.threads:
            newcomers = line_up(network, models, x, threads, batch, options)
            contestants += newcomers
            failures |= warm_up(newcomers)  # so that only one converts a file; the next ones find it
        failures |= disagreements([c for c in contestants if c not in failures], models[batch], x)
        running = [c for c in contestants if c not in failures]
        patience = options.patience
        for _ in range(options.rounds):
            patience = wait_for_near_cores([c for c in running if c.name == "barrier"], patience)
            for contestant in running:
                contestant.measure(options.seconds)
        return [
            (threads, {c.name: c.result for c in running if c.threads == threads},
             {c.name: reason for c, reason in failures.items() if c.threads == threads})
            for threads in options.threads]
    finally:
        for contestant in contestants:
            contestant.close()


# What two threads needed to wait for each other where it cost least so far.
least_barrier = float("inf")


def wait_for_near_cores(barriers, patience):
    """Waits while the system runs the threads on cores that share no cache, where a barrier costs three times as much.

    `patience`: for how many seconds at most. Returns what is left of them.
    """
    global least_barrier
    for barrier in barriers:
        cost, _ = barrier.turn(0.05)
        while cost > 1.6 * least_barrier and patience > 0:
            time.sleep(1)
            patience -= 1
            cost, _ = barrier.turn(0.05)
        least_barrier = min(least_barrier, cost)
    return patience


def line_up(network, models, x, threads, batch, options):
    """All engines with so many threads, and the barrier where they wait for each other."""
    serve = [SWIFTLET, "bench", "--serve", network, "--threads", threads, "--batch", batch]
    contestants = [Contestant("Swiftlet", threads, serve)]
    for name in options.engines:
        model = models[1 if name in engines.WITHOUT_BATCHES else batch]
        answer = answer_of(name, threads)
        answer.unlink(missing_ok=True)
        contestants.append(
            Contestant(name, threads, [sys.executable, HERE / "engines.py", name, model, threads, x, answer]))
    if threads == 2:
        contestants.append(Contestant("barrier", threads, [WORK / "barrier"]))
    return contestants


def warm_up(contestants):
    """One turn that does not count; why, of those that fail."""
    failures = {}
    for contestant in contestants:
        try:
            contestant.turn(0.1)
        except RuntimeError as error:
            failures[contestant] = str(error)
    return failures


def disagreements(contestants, model, x):
    """The engines whose answers are not ONNX Runtime's, which is Swiftlet's by `export --verify`."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    truth = session.run(None, {"input": numpy.load(x)})[0]
    failures = {}
    for contestant in contestants:
        if contestant.name in engines.ENGINES:
            answer = numpy.load(answer_of(contestant.name, contestant.threads))
            error = numpy.abs(answer - truth.reshape(answer.shape)).max() / numpy.abs(truth).max()
            if not error <= TOLERANCE:
                failures[contestant] = f"its answer is {error:.1e} of the largest value off"
    return failures


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--networks", nargs="+", default=NETWORKS)
    parser.add_argument("--engines", nargs="+", default=list(engines.ENGINES), choices=list(engines.ENGINES))
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--batches", nargs="+", type=int, default=[1, 8])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.3, help="of one turn")
    parser.add_argument(
        "--patience", type=float, default=90,
        help="seconds that a network may wait, all rounds together, for two cores that share a cache")
    parser.add_argument("--json", type=pathlib.Path, default=WORK / "peers.json")
    parser.add_argument(
        "--page", type=pathlib.Path, default=HERE.parent.parent / "Documentation/performance.md",
        help="where the table goes")
    parser.add_argument(
        "--join", type=pathlib.Path, nargs="+", default=[], help="JSON of earlier runs whose other rows go into the table too")
    return parser.parse_args()


def machine():
    names = [l.split(":")[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")] if os.path.exists(
        "/proc/cpuinfo") else [platform.processor()]
    return {"processor": names[0], "processors": os.cpu_count(), "system": platform.platform()}


def peak(threads):
    """Multiply-adds a second on registers alone, as operations."""
    profile = swiftlet("profile", "tinynet_e", "--seconds", 0.1, "--threads", threads)
    return profile["peaks"]["gigaflops"] * 1e9


def main():
    given = options()
    earlier = [json.loads(path.read_text()) for path in given.join]
    for other in earlier:
        if other["machine"] != machine():
            sys.exit(f"--join: that run is of another machine: {other['machine']}")
    peaks = {threads: peak(threads) for threads in given.threads}
    known = {entry["name"] for entry in swiftlet("models")}
    packages = {"ONNX Runtime": "onnxruntime", "OpenVINO": "openvino", "ncnn": "ncnn", "MNN": "MNN"}
    report = {
        "machine": machine(), "engines": {name: version(packages[name]) for name in given.engines},
        "rows": [], "left_out": [n for n in given.networks if n not in known],
    }
    for network in [n for n in given.networks if n in known]:
        files = {batch: export(network, batch) for batch in {1, *given.batches}}
        models = {batch: model for batch, (model, _) in files.items()}
        operations = 2 * swiftlet("inspect", network)["multiply_adds"]
        for batch in given.batches:
            for threads, results, failures in contest(network, models, files[batch][1], batch, given):
                report["rows"].append(
                    {"network": network, "batch": batch, "threads": threads, "results": results, "failures": failures,
                     "rounds": given.rounds, "seconds": given.seconds,
                     "limit_seconds": operations * batch / peaks[threads]})
                given.json.write_text(json.dumps(report, indent=2))
                print(table.line(report["rows"][-1]), flush=True)
        for path in WORK.glob(f"{network}_*"):
            path.unlink()
    for other in earlier:
        join(report, other)
    table.insert(report, given.page)


def join(report, other):
    """Adds what an earlier run measured and this one did not."""
    def key(row):
        return row["network"], row["batch"], row["threads"]

    known = {key(row) for row in report["rows"]}
    report["rows"] += [row for row in other["rows"] if key(row) not in known]
    report["rows"].sort(key=lambda row: (NETWORKS + [row["network"]]).index(row["network"]))
    report["engines"] = other["engines"] | report["engines"]


if __name__ == "__main__":
    WORK.mkdir(exist_ok=True)
    main()
