"""Tree ensembles from the model process, and their conversion to treelite and ONNX."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from web_single.predictor.compiled.engine.preprocessing import Array

MOST_POINTS = 200_000  # in total, over all columns
KINDS = ("<i4", "<i4", "<i4", "u1", "<f8")
OPSETS = {"": 17, "ai.onnx.ml": 3}
IR_VERSION = 8


@dataclass(frozen=True)
class TreeEnsemble:
    """The nodes of all trees, concatenated.

    `starts` holds the index of the first node of each tree, and the total number of nodes. `left` and `right` are node
    indices within a tree, negative for leaves. `leaves`, float64, shape (nodes, width), holds the values of the leaves.
    """

    told: dict[str, Any]
    starts: list[int]
    left: Array
    right: Array
    feature: Array
    missing_goes_left: Array
    threshold: Array
    leaves: Array

    @classmethod
    def read(cls, told: dict[str, Any], block: bytes) -> Self:
        """Return the trees from the description and the binary block that the model process returns."""
        starts = np.cumsum([0, *told["counts"]]).tolist()
        arrays, at = [], 0
        for kind in (*KINDS, f"<f8:{told['width']}"):
            name, _, width = kind.partition(":")
            count = starts[-1] * int(width or 1)
            arrays.append(np.frombuffer(block, dtype=name, count=count, offset=at))
            at += arrays[-1].nbytes
        left, right, feature, missing_goes_left, threshold, leaves = arrays
        leaves = leaves.reshape(starts[-1], -1)
        return cls(told, starts, left, right, feature, missing_goes_left, threshold, leaves)

    @property
    def outputs(self) -> int:
        """The number of scores per row."""
        return len(self.told["base"])

    def points(self) -> list[list[float]]:
        """Return the sorted finite thresholds of each column, evenly sampled beyond its share of MOST_POINTS."""
        most = max(MOST_POINTS // self.told["columns"], 1)
        inner = self.left >= 0
        found = []
        for column in range(self.told["columns"]):
            values = np.unique(self.threshold[inner & (self.feature == column)])
            values = values[np.isfinite(values)]
            found.append(values[:: -(-len(values) // most) or 1].tolist())
        return found

    def magnitude(self) -> float:
        """Return an upper bound of the absolute values summed up for a score; 0.0 if the trees are averaged."""
        if self.told["average"]:
            return 0.0
        largest = np.maximum.reduceat(np.abs(self.leaves).max(axis=1), self.starts[:-1])
        return float(largest.sum() + np.abs(self.told["base"]).max())

    def to_treelite(self) -> bytes:
        """Return the trees in treelite's serialized form."""
        from treelite import model_builder as form  # noqa: PLC0415 - loads scipy: only for trees

        count, several = len(self.starts) - 1, self.outputs > 1
        width = self.told["width"]
        of_each = [-1 if width > 1 else at % self.outputs for at in range(count)]
        builder = form.ModelBuilder(
            threshold_type="float64",
            leaf_output_type="float64",
            metadata=form.Metadata(
                num_feature=self.told["columns"],
                task_type="kMultiClf" if several else "kRegressor",
                average_tree_output=self.told["average"],
                num_target=1,
                num_class=[self.outputs],
                leaf_vector_shape=(1, width),
            ),
            tree_annotation=form.TreeAnnotation(num_tree=count, target_id=[0] * count, class_id=of_each),
            postprocessor=form.PostProcessorFunc(name="identity_multiclass" if several else "identity"),
            base_scores=self.told["base"],
        )
        for first, end in zip(self.starts, self.starts[1:], strict=False):
            self._add_tree(builder, slice(first, end))
        return bytes(builder.commit().serialize_bytes())

    def _add_tree(self, builder: Any, part: slice) -> None:  # noqa: ANN401 - treelite is untyped
        left, right, feature = self.left[part].tolist(), self.right[part].tolist(), self.feature[part].tolist()
        goes_left, threshold = self.missing_goes_left[part].tolist(), self.threshold[part].tolist()
        leaves = self.leaves[part].tolist()
        builder.start_tree()
        for node, (one, other) in enumerate(zip(left, right, strict=True)):
            builder.start_node(node)
            if one < 0:
                builder.leaf(leaves[node] if self.told["width"] > 1 else leaves[node][0])
            else:
                builder.numerical_test(
                    feature_id=feature[node],
                    threshold=threshold[node],
                    default_left=bool(goes_left[node]),
                    opname="<=",
                    left_child_key=one,
                    right_child_key=other,
                )
            builder.end_node()
        builder.end_tree()

    def to_onnx(self) -> bytes:
        """Return a serialized ONNX model: X, shape (rows, columns), to scores, shape (rows, outputs), in float32."""
        from onnx import TensorProto, helper  # noqa: PLC0415 - needed only at build time

        rows = helper.make_tensor_value_info("X", TensorProto.FLOAT, [None, self.told["columns"]])
        scores = helper.make_tensor_value_info("scores", TensorProto.FLOAT, [None, self.outputs])
        node = helper.make_node(
            "TreeEnsembleRegressor", ["X"], ["scores"], domain="ai.onnx.ml", **self._nodes(), **self._targets()
        )
        graph = helper.make_graph([node], "trees", [rows], [scores])
        opsets = [helper.make_opsetid(domain, version) for domain, version in OPSETS.items()]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)
        return bytes(model.SerializeToString())

    def _nodes(self) -> dict[str, Any]:
        single = self.threshold.astype(np.float32)
        down = np.nextafter(single, np.float32(-np.inf))
        inner = self.left >= 0
        tree, node = self._places()
        return {
            "nodes_treeids": tree.tolist(),
            "nodes_nodeids": node.tolist(),
            "nodes_featureids": np.where(inner, self.feature, 0).tolist(),
            # A threshold that is rounded down splits float32 values exactly as the float64 threshold does.
            "nodes_values": np.where(inner, np.where(single > self.threshold, down, single), 0.0).tolist(),
            "nodes_modes": ["BRANCH_LEQ" if is_inner else "LEAF" for is_inner in inner.tolist()],
            "nodes_truenodeids": np.where(inner, self.left, 0).tolist(),
            "nodes_falsenodeids": np.where(inner, self.right, 0).tolist(),
            "nodes_missing_value_tracks_true": (inner & (self.missing_goes_left == 1)).astype(int).tolist(),
        }

    def _targets(self) -> dict[str, Any]:
        tree, node = self._places()
        at = np.flatnonzero(self.left < 0)
        width, count = self.told["width"], len(self.starts) - 1
        column = np.tile(np.arange(width), len(at)) if width > 1 else tree[at] % self.outputs
        values = self.leaves[at] / (count if self.told["average"] else 1)
        return {
            "target_treeids": np.repeat(tree[at], width).tolist(),
            "target_nodeids": np.repeat(node[at], width).tolist(),
            "target_ids": column.tolist(),
            "target_weights": values.ravel().tolist(),
            "n_targets": self.outputs,
            "base_values": self.told["base"],
        }

    def _places(self) -> tuple[Array, Array]:
        """Return the tree index of each node and its index within that tree, both of shape (nodes,)."""
        counts = np.diff(self.starts)
        tree = np.repeat(np.arange(len(counts)), counts)
        return tree, np.arange(self.starts[-1]) - np.repeat(self.starts[:-1], counts)
