"""Multiplies a model's weights as they are stored, in 8 bits, and what they are multiplied with too.

As `all-MiniLM-L6-v2` is installed, it makes 42 MB of full numbers out of its weights, and reads all of them for each
text. In 8 bits a text takes less than half of the time, and its numbers are nearly the same (cosine 0.99).
"""

from collections.abc import Iterator

import numpy as np

from app.model.onnx_graph import Floats, Graph
from app.model.onnx_messages import FLOAT, Node

GREATEST = 64
"""Of a weight. A processor without VNNI adds two products in 16 bits: 2 * 255 * 64 does not overflow, 2 * 255 * 127
would. So all processors compute the same numbers."""
SPREAD = 4.0
"""What a layer normalization makes of a number is hardly ever so many deviations away."""


def multiply_in_8_bits(graph: Graph) -> int:
    """How many products were changed: `MatMul(given, Cast(weights) * scales)`."""
    products = [node for node in graph.nodes if node.operation == "MatMul"]
    return sum(_change(graph, product) for product in products)


def _change(graph: Graph, product: Node) -> bool:
    given, weights_name = product.inputs
    weights = graph.scaled(weights_name)
    if weights is None:
        return False
    full = np.frombuffer(weights.numbers, dtype=np.int8).reshape(-1, weights.scales.size) * weights.scales
    evened, spread = f"{given}/evened", _spread(graph, given)
    if spread is not None:
        full, given = full * spread[:, None], evened
    scales: Floats = np.abs(full).max(axis=0).astype(np.float32) / np.float32(GREATEST)
    graph.store(f"{weights_name}/8bit", np.rint(full / scales).astype(np.int8))
    graph.store(f"{weights_name}/scales", scales)
    graph.remove(weights)
    nodes = [*_in_8_bits(given, weights_name, product.outputs[0])]
    if graph.maker_of(f"{given}/8bit") is None:  # other weights may be multiplied with the same
        nodes = [*_given_in_8_bits(given), *nodes]
        if spread is not None:
            graph.store(f"{evened}/by", np.reciprocal(spread))
            nodes.insert(0, Node.made("Mul", [product.inputs[0], f"{evened}/by"], [evened]))
    place = graph.nodes.index(product)
    graph.nodes[place : place + 1] = nodes
    return True


def _spread(graph: Graph, name: str) -> Floats | None:
    """How far the numbers of each column reach, where a layer normalization makes them; on average 1.

    All columns share one scale in 8 bits, so one that reaches far would cost the others: the weights take half of it.
    """
    maker = graph.maker_of(name)
    if maker is None or maker.operation != "LayerNormalization":
        return None
    deviation, middle = (np.abs(graph.floats(one)) for one in maker.inputs[1:3])
    reach = np.sqrt(SPREAD * deviation + middle)
    even: Floats = (reach / np.exp(np.log(reach).mean())).astype(np.float32)
    return even


def _given_in_8_bits(given: str) -> Iterator[Node]:
    yield Node.made("DynamicQuantizeLinear", [given], [f"{given}/8bit", f"{given}/scale", f"{given}/zero"])


def _in_8_bits(given: str, weights: str, found: str) -> Iterator[Node]:
    """`onnxruntime` makes one operation of these."""
    yield Node.made("MatMulInteger", [f"{given}/8bit", f"{weights}/8bit", f"{given}/zero"], [f"{found}/whole"])
    yield Node.made("Cast", [f"{found}/whole"], [f"{found}/full"], to=FLOAT)
    yield Node.made("Mul", [f"{given}/scale", f"{weights}/scales"], [f"{found}/scale"])
    yield Node.made("Mul", [f"{found}/full", f"{found}/scale"], [found])
