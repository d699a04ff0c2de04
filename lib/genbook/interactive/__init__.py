"""Live figures and explorations for notebooks."""

from genbook.interactive.attributes import explore_attributes
from genbook.interactive.code_grid import explore_code_grid
from genbook.interactive.codes import explore_codes
from genbook.interactive.divergences import explore_divergences
from genbook.interactive.explore import explore_sampler
from genbook.interactive.export import made_bytes, made_from_bytes
from genbook.interactive.export_denoiser import denoiser_bytes, denoiser_from_bytes
from genbook.interactive.export_gan import gan_bytes, gan_generator
from genbook.interactive.export_ode import field_bytes, field_from_bytes
from genbook.interactive.export_plane import plane_bytes, plane_decoder
from genbook.interactive.export_rbm import rbm_bytes, rbm_from_bytes
from genbook.interactive.export_text import char_bytes
from genbook.interactive.games import game_orbits, gan_divergences
from genbook.interactive.markov_chains import markov_chains
from genbook.interactive.plane import explore_plane
from genbook.interactive.prices import explore_prices
from genbook.interactive.sampler_paths import sampler_paths
from genbook.interactive.short_runs import explore_short_runs
from genbook.interactive.waves import explore_notes
from genbook.interactive.widgets import (
    char_model,
    code_trie,
    codebook,
    coupling_layers,
    denoise_digits,
    elbo_bars,
    fid_samples,
    gan_2d,
    gan_plane,
    kl_tug_of_war,
    latent_plane,
    made_masks,
    made_sampler,
    mass_map,
    ode_flow,
    ppca_directions,
    push_down,
    rate_distortion,
    rbm_gibbs,
)

__all__ = [
    "char_bytes",
    "char_model",
    "code_trie",
    "codebook",
    "coupling_layers",
    "denoise_digits",
    "denoiser_bytes",
    "denoiser_from_bytes",
    "elbo_bars",
    "explore_attributes",
    "explore_code_grid",
    "explore_codes",
    "explore_divergences",
    "explore_notes",
    "explore_plane",
    "explore_prices",
    "explore_sampler",
    "explore_short_runs",
    "fid_samples",
    "field_bytes",
    "field_from_bytes",
    "game_orbits",
    "gan_2d",
    "gan_bytes",
    "gan_divergences",
    "gan_generator",
    "gan_plane",
    "kl_tug_of_war",
    "latent_plane",
    "made_bytes",
    "made_from_bytes",
    "made_masks",
    "made_sampler",
    "markov_chains",
    "mass_map",
    "ode_flow",
    "plane_bytes",
    "plane_decoder",
    "ppca_directions",
    "push_down",
    "rate_distortion",
    "rbm_bytes",
    "rbm_from_bytes",
    "rbm_gibbs",
    "sampler_paths",
]
