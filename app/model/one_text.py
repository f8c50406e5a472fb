"""A graph for one text at a time: nothing is padded, so nothing need be masked, and the numbers stay the same.

A sixth of a text's time went into masking nothing, and into turning the keys of its attention by way of their shape.
"""

from app.model.onnx_graph import Graph
from app.model.onnx_messages import Node

MASK = "attention_mask"
_TURNING = ("Reshape", "Transpose", "Reshape")
_TURNED = (0, 1, 3, 2)


def read_one_text(graph: Graph) -> int:
    """How many layers were changed. The model is no longer given MASK.

    Raises ValueError: it masks in a way that is not known here.
    """
    changed = 0
    for softmax in [node for node in graph.nodes if node.operation == "Softmax"]:
        scores = _unmasked(graph, softmax)
        changed += scores is not None and _turns_once(graph, scores)
    graph.drop_unused()
    if MASK in graph.given:
        raise ValueError(f"the model uses {MASK} in a way that is not known")
    return changed


def _unmasked(graph: Graph, softmax: Node) -> Node | None:
    """What makes the scores: `shares = Softmax(scores + mask)`, then `Where(IsNaN(shares), 0, shares)`."""
    masked, (shares,) = graph.maker_of(softmax.inputs[0]), softmax.outputs
    check = next((node for node in graph.users_of(shares) if node.operation == "IsNaN"), None)
    if masked is None or masked.operation != "Add" or check is None:
        return None
    (checked,) = graph.users_of(check.outputs[0])
    graph.rename(masked.outputs[0], masked.inputs[0])
    graph.rename(checked.outputs[0], shares)
    return graph.maker_of(masked.inputs[0])


def _turns_once(graph: Graph, scores: Node) -> bool:
    """The keys were made flat, transposed, and given their shape back."""
    scaled = graph.maker_of(scores.inputs[1])
    turn = graph.maker_of(scaled.inputs[0]) if scaled is not None else None
    steps, maker = list[Node](), turn
    while maker is not None and len(steps) < len(_TURNING):
        steps.append(maker)
        maker = graph.maker_of(maker.inputs[0])
    if turn is None or tuple(step.operation for step in steps) != _TURNING:
        return False
    graph.replace(turn, Node.made("Transpose", [steps[-1].inputs[0]], turn.outputs, perm=_TURNED))
    return True
