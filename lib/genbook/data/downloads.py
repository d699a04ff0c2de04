"""The usual data sets that have to be fetched once: MNIST, Fashion-MNIST, tiny Shakespeare."""

import torch

from genbook.data.fetch import Remote, content
from genbook.data.idx import parse_idx
from genbook.data.labelled import Labelled
from genbook.data.text import check_split

MNIST = "https://storage.googleapis.com/cvdf-datasets/mnist/"
FASHION = "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/"
SHAKESPEARE = "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt"

FILES = {
    "train": ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"),
    "test": ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"),
}
SIZES = {"train": 60_000, "test": 10_000}

MNIST_SHA256 = {  # of the packed file, and of its content
    "train-images-idx3-ubyte.gz": (
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    ),
    "train-labels-idx1-ubyte.gz": (
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    ),
    "t10k-images-idx3-ubyte.gz": (
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    ),
    "t10k-labels-idx1-ubyte.gz": (
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
}
FASHION_SHA256 = {
    "train-images-idx3-ubyte.gz": "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
    "train-labels-idx1-ubyte.gz": "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
    "t10k-images-idx3-ubyte.gz": "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
    "t10k-labels-idx1-ubyte.gz": "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
}
SHAKESPEARE_SHA256 = "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed"
SHAKESPEARE_TRAIN = 0.9


def mnist(split: str = "train") -> Labelled:
    """Return MNIST: x (N, 1, 28, 28), float, whole levels 0 to 255, and y (N,), int64; N is 60,000 or 10,000.

    `split` names the part, "train" or "test"; each needs its own two files only. They are taken from $GENBOOK_DATA if
    they are there, under their usual names such as t10k-images-idx3-ubyte.gz, else fetched once (12 MB).

    Source: LeCun, Cortes and Burges (1998), The MNIST database of handwritten digits.

    Raises:
        ValueError: unknown `split`, or a file with the wrong checksum.
        FileNotFoundError: no file and no network; `digits` needs neither.
    """
    check_split(split, tuple(FILES))
    remotes = []
    for name in FILES[split]:
        packed, unpacked = MNIST_SHA256[name]
        remotes.append(Remote(name, MNIST + name, packed, "genbook.data.digits()", unpacked))
    return _labelled(remotes, split)


def fashion_mnist(split: str = "train") -> Labelled:
    """Return Fashion-MNIST, clothes in the format of `mnist`: x (N, 1, 28, 28), float, 0 to 255, and y (N,), int64.

    The files have the names of those of MNIST, so in $GENBOOK_DATA they lie in a folder `fashion-mnist` (31 MB).

    Source: Xiao, Rasul and Vollgraf (2017), Fashion-MNIST.

    Raises:
        ValueError: unknown `split`, or a file with the wrong checksum.
        FileNotFoundError: no file and no network; `glyphs` needs neither.
    """
    check_split(split, tuple(FILES))
    instead = "genbook.data.glyphs(n)"
    remotes = [Remote(f"fashion-mnist/{name}", FASHION + name, FASHION_SHA256[name], instead) for name in FILES[split]]
    return _labelled(remotes, split)


def shakespeare(split: str = "train") -> str:
    """Return tiny Shakespeare, 1,115,394 characters of plays: the first 90% ("train") or the last 10% ("test").

    The file is tinyshakespeare.txt in $GENBOOK_DATA, else fetched once (1 MB).

    Source: Karpathy (2015), char-rnn; the text is in the public domain.

    Raises:
        ValueError: unknown `split`, or a file with the wrong checksum.
        FileNotFoundError: no file and no network; `stdlib_text` needs neither.
    """
    check_split(split, ("train", "test"))
    remote = Remote("tinyshakespeare.txt", SHAKESPEARE, SHAKESPEARE_SHA256, "genbook.data.stdlib_text()")
    text = content(remote).decode("ascii")
    border = int(SHAKESPEARE_TRAIN * len(text))
    return text[:border] if split == "train" else text[border:]


def _labelled(remotes: list[Remote], split: str) -> Labelled:
    images, labels = (parse_idx(content(remote), remote.name) for remote in remotes)
    n = SIZES[split]
    if images.shape != (n, 28, 28) or labels.shape != (n,):
        raise ValueError(
            f"{remotes[0].name} has shape {images.shape}, its labels {labels.shape}, expected {n} of 28x28."
        )
    return Labelled(torch.from_numpy(images.copy()).float()[:, None], torch.from_numpy(labels.astype("int64")))
