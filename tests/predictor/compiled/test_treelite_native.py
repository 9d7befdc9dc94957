"""Sums of trees by treelite's library, called directly, are those that its own package in Python computes."""

from pathlib import Path

import numpy as np
import pytest
import treelite

from tests.predictor.compiled.estimators import TREES, converted
from web_single.predictor.compiled.engine.treelite_native import TreeLibraryError, TreeliteModel


def kept(name: str, folder: Path) -> bytes:
    converted(name, folder)
    return (folder / "trees.treelite").read_bytes()


@pytest.mark.parametrize("name", TREES)
def test_sums_are_those_of_the_package(name: str, tmp_path: Path) -> None:
    trees = kept(name, tmp_path)
    package = treelite.Model.deserialize_bytes(trees)
    dice = np.random.default_rng(7)
    table = dice.normal(3, 4, (500, package.num_feature))
    table[dice.random(table.shape) < 0.1] = np.nan
    expected = treelite.gtil.predict(package, table, nthread=1, pred_margin=True).reshape(len(table), -1)
    assert np.array_equal(TreeliteModel(trees).sums(table), expected)
    assert np.array_equal(TreeliteModel(trees).sums(np.asfortranarray(table)), expected)


def test_a_table_of_other_columns_is_refused(tmp_path: Path) -> None:
    trees = TreeliteModel(kept("forest", tmp_path))
    with pytest.raises(TreeLibraryError, match=r"The trees take 4 columns, not a table of shape \(2, 3\)\."):
        trees.sums(np.zeros((2, 3)))


def test_what_is_no_tree_is_told_in_the_librarys_words() -> None:
    with pytest.raises(TreeLibraryError, match="different major Treelite version"):
        TreeliteModel(b"rubbish" * 100)
