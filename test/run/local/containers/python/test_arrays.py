"""The two packages' texts for the same arrays; the expected ones were written by the packages themselves."""

import io

import numpy as np
import pytest
from modelhost import containers_arrays, npy, toolkit_arrays


@pytest.mark.parametrize(
    "text, expected",
    [
        ("1,2\n3,4\n", np.array([[1.0, 2], [3, 4]])),
        ("1,2\n", np.array([1.0, 2])),
        ("1\n2\n3\n", np.array([1.0, 2, 3])),
        ("7\n", np.array(7.0)),
        ('"1",2\n"3",4\n', np.array([[1.0, 2], [3, 4]])),
        ("1,2\r\n3,4\r\n", np.array([[1.0, 2], [3, 4]])),
        (" 1 ,1_000\n", np.array([1.0, 1000])),
        ("1.7976931348623157e308,4.9e-324\n", np.array([1.7976931348623157e308, 5e-324])),
        ("0.1,0.30000000000000004\n", np.array([0.1, 0.30000000000000004])),
        ("a,1\nb,2\n", np.array([["a", "1"], ["b", "2"]])),
        ("1,,2\n", np.array(["1", "", "2"])),
        ("#1,2\n", np.array(["#1", "2"])),
    ],
)
def test_csv_of_sagemaker_containers(text, expected):
    read = containers_arrays.csv_to_numpy(text)
    assert read.dtype.kind == expected.dtype.kind
    np.testing.assert_array_equal(read, expected)


@pytest.mark.parametrize("text", ["1,2\n3\n", "1,2\n\n3,4\n", "1,2\n \n"])
def test_rows_of_different_widths_are_refused(text):
    with pytest.raises(ValueError):
        containers_arrays.csv_to_numpy(text)


@pytest.mark.parametrize(
    "array, expected",
    [
        (np.array([1.5, 1e16, 1e-5, np.nan]), "1.5\n1e+16\n1e-05\nnan\n"),
        (np.float32([[0.1, 0.2]]), "0.1,0.2\n"),
        (np.array([[1, 2], [3, 4]]), "1,2\n3,4\n"),
        (np.array([True, False]), "True\nFalse\n"),
        ([[1, 2.5]], "1.0,2.5\n"),
    ],
)
def test_csv_written_is_the_same_for_both(array, expected):
    assert containers_arrays.array_to_csv(array) == expected
    assert toolkit_arrays.array_to_csv(array) == expected


def test_only_sagemaker_containers_quotes_text():
    assert containers_arrays.array_to_csv(["a,b", 'q"']) == '"a,b"\n"q"""\n'
    assert toolkit_arrays.array_to_csv(["a,b", 'q"']) == 'a,b\nq"\n'


def test_columns_of_different_types_are_a_record_array_to_sagemaker_inference():
    assert toolkit_arrays.csv_to_numpy("1,2.5\n3,4.5\n").dtype.names == ("f0", "f1")
    assert toolkit_arrays.csv_to_numpy("1.0,2.5\n3.0,4.5\n").shape == (2, 2)


@pytest.mark.parametrize("array", [np.float32([[1, 2], [3, 4]]), np.zeros((0, 3)), np.array(2.5), np.array([b"xy"])])
def test_npy_is_written_as_numpy_writes_it_and_read_back_without_a_copy(array):
    stream = io.BytesIO()
    np.save(stream, array)
    assert b"".join(bytes(part) for part in npy.npy_parts(array)) == stream.getvalue()
    content = bytearray(stream.getvalue())
    read = npy.npy_to_array(content)
    assert (read.dtype, read.shape) == (array.dtype, array.shape)
    np.testing.assert_array_equal(read, array)
    if array.size > 0:
        content[-1] ^= 1
        assert not np.array_equal(read, array)


def test_npy_in_columns_and_npy_of_objects_are_read_too():
    columns = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    for array in (columns, np.array([{"a": 1}], dtype=object)):
        stream = io.BytesIO()
        np.save(stream, array)
        np.testing.assert_array_equal(npy.npy_to_array(bytearray(stream.getvalue())), array)
