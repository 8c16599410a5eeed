"""The tree of RFC 6962: known roots, and every proof of every size leads to the root, and no other does."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import merkle

# the test vectors of the Certificate Transparency reference implementation
LEAVES = [bytes.fromhex(leaf) for leaf in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")]
LEAVES.append(bytes.fromhex("606162636465666768696a6b6c6d6e6f"))
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def hashed(count: int) -> list[bytes]:
    return [merkle.leaf_hash(str(place).encode()) for place in range(count)]


@pytest.mark.parametrize("count", range(1, 9))
def test_roots_are_those_of_the_reference(count: int) -> None:
    assert merkle.root([merkle.leaf_hash(leaf) for leaf in LEAVES[:count]]).hex() == ROOTS[count - 1]


def test_the_root_of_no_leaves_is_the_hash_of_nothing() -> None:
    assert merkle.root([]) == hashlib.sha256(b"").digest()


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 13, 64, 65, 100])
def test_every_leaf_has_a_path_to_the_root(count: int) -> None:
    hashes = hashed(count)
    top = merkle.root(hashes)
    for index, leaf in enumerate(hashes):
        path = merkle.path(hashes, index)
        assert merkle.root_from_path(leaf, index, count, path) == top


@given(count=st.integers(1, 200), data=st.data())
def test_a_path_proves_nothing_else(count: int, data: st.DataObject) -> None:
    hashes = hashed(count)
    top = merkle.root(hashes)
    index = data.draw(st.integers(0, count - 1))
    path = merkle.path(hashes, index)
    other = merkle.leaf_hash(b"another")
    assert merkle.root_from_path(other, index, count, path) != top
    assert merkle.root_from_path(hashes[index], index, count, [*path, other]) != top
    if path:
        assert merkle.root_from_path(hashes[index], index, count, path[:-1]) != top
        assert merkle.root_from_path(hashes[index], index, count, [other, *path[1:]]) != top


def test_there_is_no_path_of_a_leaf_that_is_not_there() -> None:
    with pytest.raises(IndexError):
        merkle.path(hashed(3), 3)
    assert merkle.root_from_path(b"x", 3, 3, []) is None
