"""onnxruntime's dynamic int8 quantisation of an ONNX graph: `quantize.py GRAPH.onnx OUT.onnx`."""

import sys

from onnxruntime.quantization import QuantType, quantize_dynamic

quantize_dynamic(sys.argv[1], sys.argv[2], weight_type=QuantType.QInt8)
