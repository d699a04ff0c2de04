"""The live figures of the website as widgets: the same modules, with a model of the reader's own."""

from typing import Any

import anywidget
import traitlets
from torch import Tensor

from genbook.autoregressive import MADE, CharRNN
from genbook.checks import check_count, check_seed
from genbook.diffusion import DenseNetwork
from genbook.ebm import RBM
from genbook.flows import Velocity
from genbook.gan import DCGANGenerator
from genbook.interactive.export import made_bytes
from genbook.interactive.export_denoiser import denoiser_bytes
from genbook.interactive.export_gan import gan_bytes
from genbook.interactive.export_ode import field_bytes
from genbook.interactive.export_plane import plane_bytes
from genbook.interactive.export_rbm import rbm_bytes
from genbook.interactive.export_text import char_bytes
from genbook.interactive.modules import live_folder, widget_source
from genbook.vae import VAE


class LiveFigure(anywidget.AnyWidget):
    """A live figure: `options` go to its `start` function, `file` holds the bytes of a model."""

    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)
    options = traitlets.Dict().tag(sync=True)
    file = traitlets.Bytes(b"").tag(sync=True)


def _figure(name: str, options: dict[str, Any], file: bytes = b"") -> LiveFigure:
    style = (live_folder() / "live.css").read_text(encoding="utf-8")
    return LiveFigure(options=options, file=file, _esm=widget_source(name), _css=style)


def made_masks(hidden: int = 2, units: int = 8) -> LiveFigure:
    """Return the figure that shows which inputs reach which outputs of a MADE over 3x3 pixels.

    It starts with `hidden` layers (1 to 3) of `units` (2 to 16) each; everything can be changed in the figure.

    Raises:
        TypeError, ValueError: a number is not whole, or not in its range.
    """
    check_count(hidden, "hidden", most=3)
    check_count(units, "units", most=16)
    if units < 2:
        raise ValueError(f"units is {units}, expected a whole number from 2 to 16.")
    return _figure("made-masks", {"hidden": hidden, "units": units})


def made_sampler(
    model: MADE | None = None, shape: tuple[int, int] | None = None, examples: Tensor | None = None
) -> LiveFigure:
    """Return the figure in which a MADE draws an image pixel by pixel and completes what the reader paints.

    `model` is any trained MADE over a `MaskedMLP` whose values are levels; without one it is the book's model of the
    8x8 digits. `shape` is (height, width) of the image (default: square); `examples` (N, D) are images to complete.

    Raises:
        TypeError, ValueError: the model is none that the browser can run, or shape or examples do not fit it.
    """
    if model is not None:
        return _figure("made-sampler", {}, made_bytes(model, shape, examples))
    if shape is not None or examples is not None:
        raise ValueError("shape or examples came without a model, expected all of them or none.")
    return _figure("made-sampler", {}, (live_folder() / "models" / "made-digits.safetensors").read_bytes())


def char_model(
    model: CharRNN | None = None, text: str | None = None, temperature: float = 1.0, seed: int = 1
) -> LiveFigure:
    """Return the figure in which an LSTM over characters completes what the reader types.

    It starts with a question about a piece of code, or with `text` where that is given. `model` is any trained
    `CharRNN` of one layer over `genbook.data.ALPHABET`; without one it is the book's model of source code.
    `temperature` is from 0.1 to 2; `seed` starts the noise.

    Raises:
        TypeError, ValueError: the model is none that the browser can run, text is no string or too long, or temperature
            or seed lies outside what the figure shows.
    """
    if not isinstance(text, str | None):
        raise TypeError(f"text is of type {type(text).__name__}, expected a string.")
    length = len(text or "")
    if length > 2000 or not 0.1 <= temperature <= 2.0:
        raise ValueError(
            f"text has {length} characters and temperature is {temperature}, expected at most 2000, and 0.1 to 2."
        )
    check_seed(seed)
    file = (live_folder() / "models" / "text-char-rnn.safetensors").read_bytes() if model is None else char_bytes(model)
    options = {"temperature": temperature, "seed": seed} | ({} if text is None else {"text": text})
    return _figure("char-model", options, file)


def kl_tug_of_war(mean: float = -0.7, scale: float = 1.0, separation: float = 5.0, weight: float = 0.4) -> LiveFigure:
    """Return the figure in which two KL divergences pull on one Gaussian.

    The Gaussian q starts at `mean` with standard deviation `scale`; p has two modes, `separation` apart, with a share
    `weight` of the mass on the left one. Everything can be changed in the figure.

    Raises:
        ValueError: a number lies outside what the figure shows.
    """
    if not (abs(mean) <= 4.5 and 0.3 <= scale <= 3.5 and 0 <= separation <= 6 and 0.1 <= weight <= 0.9):
        raise ValueError(
            f"mean, scale, separation and weight are {mean}, {scale}, {separation} and {weight}, expected -4.5 to 4.5, "
            "0.3 to 3.5, 0 to 6 and 0.1 to 0.9."
        )
    options = {"mean": mean, "scale": scale, "separation": separation, "weight": weight}
    return _figure("kl-tug-of-war", options)


def mass_map(steep: float = 1.0) -> LiveFigure:
    """Return the figure in which the reader bends an increasing map by its knots while every strip keeps its mass.

    `steep` is the slope of the map at 0 to begin with, 0.1 to 2.

    Raises:
        ValueError: the slope lies outside what the figure shows.
    """
    if not 0.1 <= steep <= 2:
        raise ValueError(f"steep is {steep}, expected a slope from 0.1 to 2.")
    return _figure("mass-map", {"steep": steep})


def codebook(memory: float = 0.8, revive: bool = False) -> LiveFigure:
    """Return the figure in which eight codes follow points in the plane, die, and are revived.

    `memory` is the decay of the running means, 0 to 0.95; `revive` is whether dead codes go to points.

    Raises:
        TypeError, ValueError: memory lies outside what the figure shows, or revive is neither True nor False.
    """
    if not isinstance(revive, bool):
        raise TypeError(f"revive is {revive!r}, expected True or False.")
    if not 0 <= memory <= 0.95:
        raise ValueError(f"memory is {memory}, expected a number from 0 to 0.95.")
    return _figure("codebook", {"memory": memory, "revive": str(revive).lower()})


def fid_samples(features: int = 8, n: int = 20, shift: float = 0.0, spread: float = 1.0) -> LiveFigure:
    """Return the figure that holds estimates of a Fréchet distance against the truth as the number of samples grows.

    The sets are drawn from N(0, I) and N((shift, 0, ...), spread^2 I) over `features` features (1, 2, 4, 8 or 16), `n`
    samples each (5 to 1,000; the nearest of eight sizes is shown). Everything can be changed in the figure.

    Raises:
        TypeError, ValueError: a number lies outside what the figure shows.
    """
    check_count(features, "features", most=16)
    check_count(n, "n", most=1000)
    if features not in (1, 2, 4, 8, 16) or not (n >= 5 and 0 <= shift <= 3 and 0.5 <= spread <= 2):
        raise ValueError(
            f"features, n, shift and spread are {features}, {n}, {shift} and {spread}, expected one of 1, 2, 4, 8 and "
            "16, 5 to 1000, 0 to 3 and 0.5 to 2."
        )
    return _figure("fid-samples", {"features": features, "n": n, "shift": shift, "spread": spread})


def code_trie(text: str = "abracadabra") -> LiveFigure:
    """Return the figure in which Huffman's trie grows while letters are typed, starting from `text`.

    Raises:
        TypeError, ValueError: the text is no string, or longer than the 48 letters that can be drawn.
    """
    if not isinstance(text, str):
        raise TypeError(f"text is of type {type(text).__name__}, expected a string.")
    if len(text) > 48:
        raise ValueError(f"text has {len(text)} letters, expected at most 48.")
    return _figure("code-trie", {"text": text})


def ppca_directions(variance: float = 9.0, example: int = 3) -> LiveFigure:
    """Return the figure in which the directions of probabilistic PCA switch off as the noise grows.

    It starts at the noise `variance` (0.1 to 200 squared grey levels) and rebuilds the digit `example` (0 to 9).

    Raises:
        TypeError, ValueError: a number lies outside what the figure shows.
    """
    if not 0.1 <= variance <= 200 or example not in range(10):
        raise ValueError(f"variance and example are {variance} and {example}, expected 0.1 to 200 and 0 to 9.")
    file = (live_folder() / "models" / "ppca-digits.safetensors").read_bytes()
    return _figure("ppca-directions", {"variance": variance, "example": example}, file)


def elbo_bars(x: float = 1.5, bend: float = 0.8, mean: float = 0.0, scale: float = 1.0) -> LiveFigure:
    """Return the figure in which log p(x) stays the sum of ELBO and divergence while q is dragged.

    `x` is the observation (-1 to 3) and `bend` (0 to 1) the share of z^2 in the decoder; q starts with `mean` and
    standard deviation `scale`. Everything can be changed in the figure.

    Raises:
        ValueError: a number lies outside what the figure shows.
    """
    if not (-1 <= x <= 3 and 0 <= bend <= 1 and abs(mean) <= 3 and 0.1 <= scale <= 2):
        raise ValueError(
            f"x, bend, mean and scale are {x}, {bend}, {mean} and {scale}, expected -1 to 3, 0 to 1, -3 to 3 and "
            "0.1 to 2."
        )
    return _figure("elbo-bars", {"x": x, "bend": bend, "mean": mean, "scale": scale})


def rate_distortion(beta: float = 1.0) -> LiveFigure:
    """Return the figure that walks along the rate-distortion curve of VAEs of the digits, from one `beta` to another.

    Raises:
        ValueError: beta is not positive.
    """
    if not 0 < beta < float("inf"):
        raise ValueError(f"beta is {beta}, expected a positive number.")
    return _figure("rate-distortion", {"beta": beta}, (live_folder() / "models" / "rate-distortion.json").read_bytes())


def rbm_gibbs(
    rbm: RBM | None = None, shape: tuple[int, int] | None = None, examples: Tensor | None = None
) -> LiveFigure:
    """Return the figure in which the reader holds pixels and an RBM fills in the others by Gibbs sampling.

    `rbm` is any RBM over bits with at most 16 hidden units; without one it is the book's model of the 8x8 digits.
    `shape` and `examples` are those of `rbm_bytes`.

    Raises:
        TypeError, ValueError: the RBM is none that the browser can run, or shape or examples do not fit it.
    """
    if rbm is not None:
        return _figure("rbm-gibbs", {}, rbm_bytes(rbm, shape, examples))
    if shape is not None or examples is not None:
        raise ValueError("shape or examples came without an RBM, expected all of them or none.")
    return _figure("rbm-gibbs", {}, (live_folder() / "models" / "rbm-digits.safetensors").read_bytes())


def planar_flow(count: int = 1) -> LiveFigure:
    """Return the figure in which planar layers are set by hand; it starts with `count` of them, from 1 to 4.

    Raises:
        TypeError, ValueError: `count` is not a whole number from 1 to 4.
    """
    check_count(count, "count", most=4)
    return _figure("planar-flow", {"count": count})


def coupling_layers(layer: int = 0, backward: bool = False) -> LiveFigure:
    """Return the figure in which a grid and points are carried through a coupling flow of two half moons.

    It starts after `layer` of its eight layers; with `backward` it goes from noise to data.

    Raises:
        TypeError, ValueError: `layer` is not a whole number from 0 to 8, or `backward` is neither True nor False.
    """
    if isinstance(layer, bool) or not isinstance(layer, int) or not isinstance(backward, bool):
        raise TypeError(f"layer and backward are {layer!r} and {backward!r}, expected a whole number and a bool.")
    if not 0 <= layer <= 8:
        raise ValueError(f"layer is {layer}, expected a whole number from 0 to 8.")
    options = {"layer": layer, "direction": "backward" if backward else "forward"}
    return _figure("coupling-layers", options, (live_folder() / "models" / "coupling-layers.json").read_bytes())


def ode_flow(field: Velocity | None = None, x: Tensor | None = None) -> LiveFigure:
    """Return the figure in which points follow the field of a continuous flow by steps that the reader chooses.

    `field` is any trained `Velocity` in the plane and x (N, 2) data to show behind; without them it is the book's field
    of the two moons.

    Raises:
        TypeError, ValueError: the field is none that the browser can run, or one of the two came alone.
    """
    if (field is None) != (x is None):
        raise ValueError("field or x came without the other, expected both or none: a field and data to show behind.")
    if field is not None and x is not None:
        return _figure("ode-flow", {}, field_bytes(field, x))
    return _figure("ode-flow", {}, (live_folder() / "models" / "ode-flow.safetensors").read_bytes())


def push_down() -> LiveFigure:
    """Return the figure in which the energy of three data points is pushed down, with and without a negative phase."""
    return _figure("push-down", {})


def latent_plane(model: VAE | None = None, x: Tensor | None = None, y: Tensor | None = None) -> LiveFigure:
    """Return the figure in which the decoder of a VAE draws what lies under the finger in the plane of its latents.

    `model` is any trained VAE that `plane_bytes` accepts, without one it is the book's model of the 8x8 digits; the
    codes of the images x (N, D) with labels y (N,) from 0 to 9 are shown in the plane.

    Raises:
        TypeError, ValueError: the model is none that the browser can run, or x or y do not fit it.
    """
    if model is not None:
        return _figure("latent-plane", {}, plane_bytes(model, x, y))
    if x is not None or y is not None:
        raise ValueError("x or y came without a model, expected all of them or none.")
    return _figure("latent-plane", {}, (live_folder() / "models" / "latent-plane.safetensors").read_bytes())


def gan_2d(data: str = "ring", seed: int = 1) -> LiveFigure:
    """Return the figure in which a GAN in the plane trains; `data` is ring, grid or line, `seed` draws the players.

    Raises:
        TypeError, ValueError: there are no such data, or `seed` is not a whole number from 0.
    """
    if data not in ("ring", "grid", "line"):
        raise ValueError(f"data is {data!r}, expected ring, grid or line.")
    check_seed(seed)
    return _figure("gan-2d", {"data": data, "seed": seed})


def gan_plane(
    generator: DCGANGenerator | None = None, terms: Tensor | None = None, directions: Tensor | None = None
) -> LiveFigure:
    """Return the figure in which sums of codes, and directions of attributes, are drawn by a generator.

    `generator`, `terms` and `directions` are those of `gan_bytes`; without them it is the book's model of digits.

    Raises:
        TypeError, ValueError: one came without the others, or they do not fit.
    """
    given = [part is not None for part in (generator, terms, directions)]
    if any(given) and not all(given):
        raise ValueError("generator, terms or directions came without the others, expected all of them or none.")
    if all(given):
        return _figure("gan-plane", {}, gan_bytes(generator, terms, directions))
    return _figure("gan-plane", {}, (live_folder() / "models" / "gan-plane.safetensors").read_bytes())


def denoise_digits(network: DenseNetwork | None = None, levels: int = 17) -> LiveFigure:
    """Return the figure in which a denoiser of 8x8 images walks from noise, or from a scribble, to a digit.

    `network` predicts v under the `Cosine` schedule; without one it is the book's model of the digits.

    Raises:
        TypeError, ValueError: the network is none that the browser can run.
    """
    if network is not None:
        return _figure("denoise-digits", {}, denoiser_bytes(network, levels))
    return _figure("denoise-digits", {}, (live_folder() / "models" / "denoise-digits.safetensors").read_bytes())
