"""Which pixels a conditional listens to, measured from the Jacobian."""

from copy import deepcopy

import torch
from torch import Tensor, nn

from genbook.checks import check_count


def reach(
    network: nn.Module, size: tuple[int, int], pixel: tuple[int, int], draws: int = 32, colour: int = 0
) -> Tensor:
    """Return the mean absolute gradient of the parameters at `pixel` in every input feature, (inputs, H, W), float64.

    It is exactly zero where no path leads, so `reach(...) > 0` is the receptive field. Inputs and the direction in
    which parameters are read are `draws` random ones, so that no unit stays silent by chance; `colour` says whose
    parameters, for a network that tells colours apart.

    Raises:
        ValueError: `pixel` is not inside an image of `size` (H, W), or there is no such colour.
    """
    check_count(draws, "draws")
    (height, width), (i, j) = size, pixel
    if not (0 <= i < height and 0 <= j < width and 0 <= colour < network.colours):
        raise ValueError(
            f"pixel is {pixel} of colour {colour}, expected one of {height} x {width} pixels "
            f"and a colour below {network.colours}."
        )
    network = deepcopy(network).double().eval()
    place = next(network.parameters()).device
    x = torch.randn(draws, network.inputs, height, width, dtype=torch.float64, device=place, requires_grad=True)
    c = torch.randint(network.classes, (draws,), device=place) if network.classes else None
    if network.maps:
        c = torch.randn(draws, network.maps, height, width, dtype=torch.float64, device=place)
    params = network(x, c)[:, :, i, j].chunk(network.colours, 1)[colour]
    (gradient,) = torch.autograd.grad((params * torch.randn_like(params)).sum(), x)
    return gradient.abs().mean(0)
