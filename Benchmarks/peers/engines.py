"""The other engines, each a process of its own: `engines.py NAME MODEL.onnx THREADS INPUT.npy OUTPUT.npy`.

Computes the output for the input, writes it, and then speaks as `swiftlet bench --serve` does: a line of seconds on standard
input, a line with the least and the median seconds and the number of runs on standard output. Every engine has its best
settings for latency in 32-bit floats.
"""

import os
import pathlib
import subprocess
import sys
import time

import numpy


def onnxruntime(model, threads, x):
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.set_denormal_as_zero", "1")
    session = ort.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    # Bound once, so that nothing is copied or allocated in a run.
    binding = session.io_binding()
    binding.bind_ortvalue_input(session.get_inputs()[0].name, ort.OrtValue.ortvalue_from_numpy(x))
    shape = session.get_outputs()[0].shape
    y = ort.OrtValue.ortvalue_from_numpy(numpy.zeros(shape, numpy.float32))
    binding.bind_ortvalue_output(session.get_outputs()[0].name, y)
    return lambda: session.run_with_iobinding(binding), lambda: y.numpy()


def openvino(model, threads, x):
    import openvino as ov

    settings = {
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": "f32",
        "NUM_STREAMS": "1",
        "INFERENCE_NUM_THREADS": str(threads),
        "ENABLE_HYPER_THREADING": "YES",
    }
    request = ov.Core().compile_model(str(model), "CPU", settings).create_infer_request()
    request.set_input_tensor(ov.Tensor(x, shared_memory=True))
    return request.infer, lambda: request.get_output_tensor().data


def ncnn(model, threads, x):
    import ncnn

    converter = next(p / "pnnx/pnnx" for p in map(pathlib.Path, sys.path) if (p / "pnnx/pnnx").exists())
    convert([converter, model.resolve(), "fp16=0"], model.with_suffix(".ncnn.bin"))
    net = ncnn.Net()
    net.opt.num_threads = threads
    net.opt.use_vulkan_compute = False
    for name in ["use_fp16_packed", "use_fp16_storage", "use_fp16_arithmetic", "use_bf16_storage"]:
        setattr(net.opt, name, False)
    net.load_param(str(model.with_suffix(".ncnn.param")))
    net.load_model(str(model.with_suffix(".ncnn.bin")))
    images = [ncnn.Mat(image).clone() for image in x]
    answers = [None] * len(images)

    def run():
        for i, image in enumerate(images):
            extractor = net.create_extractor()
            extractor.input("in0", image)
            answers[i] = extractor.extract("out0")[1]

    return run, lambda: numpy.stack([numpy.array(answer) for answer in answers])


def mnn(model, threads, x):
    import MNN

    target = model.with_suffix(".mnn")
    converter = pathlib.Path(sys.executable).with_name("mnnconvert")
    convert([converter, "-f", "ONNX", "--modelFile", model, "--MNNModel", target, "--bizCode", "none"], target)
    interpreter = MNN.Interpreter(str(target))
    settings = {"backend": "CPU", "numThread": threads, "precision": "high", "power": "high", "memory": "high"}
    session = interpreter.createSession(settings)
    entry, exit = interpreter.getSessionInput(session), interpreter.getSessionOutput(session)

    def host(shape, values):
        return MNN.Tensor(tuple(shape), MNN.Halide_Type_Float, values, MNN.Tensor_DimensionType_Caffe)

    entry.copyFrom(host(x.shape, x))

    def answer():
        shape = exit.getShape()
        values = host(shape, numpy.zeros(shape, numpy.float32))
        exit.copyToHostTensor(values)
        return numpy.array(values.getNumpyData()).reshape(shape)

    return lambda: interpreter.runSession(session), answer


# Those that know no batches: they get the network for one image and run it on one after another.
WITHOUT_BATCHES = {"ncnn"}
ENGINES = {"ONNX Runtime": onnxruntime, "OpenVINO": openvino, "ncnn": ncnn, "MNN": mnn}


def convert(command, target):
    """Runs a converter unless a run before this one has left its result."""
    if target.exists():
        return
    result = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if not target.exists():
        sys.exit(f"{command[0]} wrote no {target}:\n{result.stdout[-2000:]}")


def measure(run, seconds):
    times = []
    end = time.perf_counter() + seconds
    while len(times) < 3 or time.perf_counter() < end:
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    times.sort()
    return times[0], times[len(times) // 2], len(times)


def main():
    name, model, threads, source, target = sys.argv[1:]
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what engines print goes where it does not disturb the answers
    x = numpy.ascontiguousarray(numpy.load(source))
    run, answer = ENGINES[name](pathlib.Path(model), int(threads), x)
    run()
    numpy.save(target, numpy.asarray(answer()).reshape(len(x), -1))
    for line in sys.stdin:
        print(*measure(run, float(line)), file=replies, flush=True)


if __name__ == "__main__":
    main()
