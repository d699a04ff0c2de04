"""Downloads against a server on 127.0.0.1 that truncates, resumes, lies and is absent; no other network."""

import gzip
import hashlib
import socket
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from genbook.data import downloads, fashion_mnist, fetch, mnist, shakespeare
from genbook.data.idx import parse_idx

PLAY = "To be, or not to be, that is the question.\n" * 5000  # several blocks
BODY = PLAY.encode()


class Server:
    """What is sent, how many bytes a connection lasts, and what was asked."""

    def __init__(self):
        self.body, self.lasts, self.ranges, self.status = BODY, None, [], 200
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                asked = self.headers.get("Range")
                server.ranges.append(asked)
                begin = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
                if server.status != 200 or (asked and begin >= len(server.body)):
                    self.send_error(server.status if server.status != 200 else 416)
                    return
                rest = server.body[begin:]
                self.send_response(206 if asked else 200)
                self.send_header("Content-Length", str(len(rest)))
                self.end_headers()
                self.wfile.write(rest[: server.lasts])

            def log_message(self, *_):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}/play.txt"


@pytest.fixture
def server():
    one = Server()
    yield one
    one.http.shutdown()
    one.http.server_close()


@pytest.fixture(autouse=True)
def folders(tmp_path, monkeypatch):
    own, kept = tmp_path / "own", tmp_path / "kept"
    own.mkdir()
    monkeypatch.setenv("GENBOOK_DATA", str(own))
    monkeypatch.setenv("GENBOOK_CACHE", str(kept))
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    return own, kept


def remote(url, body=BODY, **more):
    return fetch.Remote("play.txt", url, hashlib.sha256(body).hexdigest(), "genbook.data.stdlib_text()", **more)


def nobody_listens():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{one.getsockname()[1]}/play.txt"


def test_a_file_is_fetched_once(server, folders):
    assert fetch.content(remote(server.url)) == BODY
    assert fetch.content(remote(server.url)) == BODY
    assert server.ranges == [None]
    assert [path.name for path in folders[1].iterdir()] == ["play.txt"]


def test_a_broken_connection_is_resumed_within_the_call(server):
    server.lasts = len(BODY) // 2 + 1
    assert fetch.content(remote(server.url)) == BODY
    assert server.ranges == [None, f"bytes={server.lasts}-"]


def test_a_broken_download_is_not_used_and_resumed_by_the_next_call(server, folders):
    server.lasts = 1000
    with pytest.raises(FileNotFoundError, match="connection broke"):
        fetch.content(remote(server.url))
    assert [path.name for path in folders[1].iterdir()] == ["play.txt.partial"]
    server.lasts = None
    server.ranges.clear()
    assert fetch.content(remote(server.url)) == BODY
    assert server.ranges == [f"bytes={1000 * fetch.ATTEMPTS}-"]


def test_a_wrong_partial_file_is_noticed_and_not_resumed_twice(server, folders):
    folders[1].mkdir()
    (folders[1] / "play.txt.partial").write_bytes(b"Hamlet" * 100)
    with pytest.raises(ValueError, match="sent a file whose SHA-256"):
        fetch.content(remote(server.url))
    assert list(folders[1].iterdir()) == []
    assert fetch.content(remote(server.url)) == BODY


def test_a_partial_file_that_is_too_long_is_dropped(server, folders):
    folders[1].mkdir()
    (folders[1] / "play.txt.partial").write_bytes(BODY + b"x")
    assert fetch.content(remote(server.url)) == BODY


def test_a_wrong_file_is_never_used(server, folders):
    server.body = BODY[:-1] + b"!"
    for _ in range(2):
        with pytest.raises(ValueError, match="SHA-256"):
            fetch.content(remote(server.url))
        assert list(folders[1].iterdir()) == []
    server.body = BODY
    assert fetch.content(remote(server.url)) == BODY


def test_a_damaged_file_in_the_cache_is_fetched_again(server, folders):
    fetch.content(remote(server.url))
    (folders[1] / "play.txt").write_bytes(BODY[:100])
    assert fetch.content(remote(server.url)) == BODY
    assert server.ranges == [None, None]


@pytest.mark.parametrize("status", [403, 404, 500])
def test_a_refusal_is_one_sentence(server, status):
    server.status = status
    with pytest.raises(FileNotFoundError, match=str(status)):
        fetch.content(remote(server.url))


@pytest.mark.parametrize("variable", ["set", "not set"])
def test_offline_and_absent_names_file_variable_and_alternative(variable, monkeypatch):
    if variable == "not set":
        monkeypatch.delenv("GENBOOK_DATA")
    with pytest.raises(FileNotFoundError) as caught:
        fetch.content(remote(nobody_listens()))
    message = str(caught.value)
    assert "\n" not in message
    assert all(word in message for word in ("play.txt", "GENBOOK_DATA", "genbook.data.stdlib_text()"))
    assert ("not set" in message) == (variable == "not set")


def test_own_files_come_first_and_are_checked(server, folders):
    (folders[0] / "play.txt").write_bytes(BODY)
    assert fetch.content(remote(server.url)) == BODY and server.ranges == []
    for damaged in (BODY[:-1], BODY[:-1] + b"!", b""):
        (folders[0] / "play.txt").write_bytes(damaged)
        with pytest.raises(ValueError, match=r"play.txt has SHA-256 .* delete it") as caught:
            fetch.content(remote(server.url))
        assert "\n" not in str(caught.value)


def test_a_file_that_was_packed_again_counts_as_the_same(folders):
    published, again = gzip.compress(BODY, 9, mtime=1), gzip.compress(BODY, 1, mtime=2)
    known = remote(nobody_listens(), published, unpacked=hashlib.sha256(BODY).hexdigest())._replace(name="play.txt.gz")
    own = folders[0] / "play.txt.gz"
    for packed in (published, again):
        own.write_bytes(packed)
        assert fetch.content(known) == BODY
    for damaged in (again[:-9], again[:30], gzip.compress(BODY[:-1]), BODY):
        own.write_bytes(damaged)
        with pytest.raises(ValueError, match="SHA-256"):
            fetch.content(known)
    own.write_bytes(again)
    with pytest.raises(ValueError, match="SHA-256"):  # without a known content the packed file itself has to fit
        fetch.content(known._replace(unpacked=""))


def idx(array):
    return bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


@pytest.fixture
def small_mnist(folders, monkeypatch):
    """Ten images in the place of the test part of both sets."""
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 256, (10, 28, 28), dtype=np.uint8), rng.integers(0, 10, 10, dtype=np.uint8)
    (folders[0] / "fashion-mnist").mkdir()
    digests, fashion = {}, {}
    for name, array in zip(downloads.FILES["test"], (images, labels), strict=True):
        packed = gzip.compress(idx(array), mtime=0)
        for place in (folders[0], folders[0] / "fashion-mnist"):
            (place / name).write_bytes(packed)
        digests[name] = (hashlib.sha256(packed).hexdigest(), hashlib.sha256(idx(array)).hexdigest())
        fashion[name] = digests[name][0]
    monkeypatch.setattr(downloads, "MNIST_SHA256", digests)
    monkeypatch.setattr(downloads, "FASHION_SHA256", fashion)
    monkeypatch.setattr(downloads, "SIZES", {"train": 60_000, "test": 10})
    return images, labels


@pytest.mark.parametrize("load", [mnist, fashion_mnist])
def test_images_and_labels_are_those_in_the_files(small_mnist, load):
    images, labels = small_mnist
    data = load("test")
    assert data.x.shape == (10, 1, 28, 28) and data.x.dtype == torch.float32 and data.y.dtype == torch.int64
    assert torch.equal(data.x[:, 0], torch.tensor(images).float()) and torch.equal(data.y, torch.tensor(labels).long())


def test_the_test_part_needs_only_its_own_files(small_mnist, monkeypatch):
    monkeypatch.setattr(downloads, "MNIST", nobody_listens() + "/")
    assert len(mnist("test").x) == 10
    monkeypatch.setattr(downloads, "MNIST_SHA256", {name: ("", "") for name in downloads.FILES["train"]})
    with pytest.raises(FileNotFoundError, match=r"train-images-idx3-ubyte.gz"):
        mnist("train")


def test_the_number_of_images_is_checked(small_mnist, monkeypatch):
    monkeypatch.setattr(downloads, "SIZES", {"test": 11})
    with pytest.raises(ValueError, match="expected 11"):
        mnist("test")


def test_shakespeare_is_cut_at_nine_tenths(folders, monkeypatch):
    (folders[0] / "tinyshakespeare.txt").write_bytes(BODY)
    monkeypatch.setattr(downloads, "SHAKESPEARE_SHA256", hashlib.sha256(BODY).hexdigest())
    train, test = shakespeare("train"), shakespeare("test")
    assert train + test == PLAY and len(train) == int(0.9 * len(PLAY))


@given(split=st.text().filter(lambda s: s not in ("train", "test")))
def test_unknown_parts_are_named(split):
    for load in (mnist, fashion_mnist, shakespeare):
        with pytest.raises(ValueError, match="expected one of 'train', 'test'"):
            load(split)


@given(st.binary(max_size=40))
def test_idx_refuses_what_does_not_fit(content):
    try:
        array = parse_idx(content, "file")
    except ValueError as error:
        assert str(error).startswith("file ") and "expected" in str(error)
    else:
        assert idx(array) == content


@given(cut=st.integers(0, 27), shape=st.sampled_from([(3,), (2, 3), (1, 2, 3)]))
def test_idx_reads_whole_files_only(cut, shape):
    array = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
    content = idx(array)
    np.testing.assert_array_equal(parse_idx(content, "file"), array)
    if cut < len(content):
        with pytest.raises(ValueError, match="expected"):
            parse_idx(content[:cut], "file")
    with pytest.raises(ValueError, match="expected"):
        parse_idx(content + b"\0", "file")
