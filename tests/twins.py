"""Broken twins: for every promise a model that breaks it and nothing else is wrong with it."""

import copy

import torch
from torch import nn

from genbook.autoregressive import MADE
from genbook.flows import Affine, Coupling, Flow
from genbook.gan import GAN, MLPCritic, NonSaturating
from genbook.nn import MLP, MaskedMLP, StandardNormal
from genbook.nn.outputs import Bernoulli, Gaussian
from genbook.numerics import seeded
from tests import promises
from tests.cases import Case, lively


def case(model_class, real=False):
    """A case around a subclass of MADE that breaks one thing, over four bits or over two real numbers."""
    output, dim = (Gaussian(), 2) if real else (Bernoulli(), 4)

    def build():
        with seeded(0):
            model = model_class(MaskedMLP(dim, (12,), output.size), output)
            batch = torch.randn(5, dim) if real else torch.randint(2, (5, dim)).float()
        if real:
            return Case(model.eval(), batch, box=([-40.0] * dim, [40.0] * dim))
        return Case(lively(model), batch, levels=2)

    return build


class Column(MADE):
    def log_prob(self, x):
        return super().log_prob(x)[:, None]


class BatchMean(MADE):
    def log_prob(self, x):
        log_p = super().log_prob(x)
        return log_p - 0.1 * log_p.mean()


class SharedCopy(MADE):
    def __deepcopy__(self, memo):
        twin = copy.copy(self)
        twin._modules = dict(self._modules)
        return twin


class Unregistered(MADE):
    """Keeps a number that matters outside the state."""

    def __init__(self, *args):
        super().__init__(*args)
        self.hidden_bias = torch.randn(())

    def log_prob(self, x):
        return super().log_prob(x) + self.hidden_bias


def unregistered():
    built = case(Unregistered)()
    built.model.hidden_bias = torch.randn(())  # a new one each time, as after a restart
    return built


class TooHeavy(MADE):
    def log_prob(self, x):
        return super().log_prob(x) + 0.01


class Warm(MADE):
    """Samples at another temperature than that of its density."""

    def sample(self, n):
        from genbook.autoregressive.sampling import ancestral

        return ancestral(self, torch.rand(n, self.network.dim), temperature=1.3)


class Leaky(MADE):
    """Its output masks are not strict: every variable sees itself."""

    def __init__(self, network, output):
        super().__init__(network, output)
        degrees = torch.arange(1, network.dim + 1)
        hidden = network.layers[0].mask.sum(1)
        network.output.mask = degrees[:, None] >= hidden[None, :]


class Forgetful(MADE):
    def step(self, state, x_t):
        return super().step(state, torch.zeros_like(x_t))


class Doubled(MADE):
    def log_prob(self, x):
        return 2 * super().log_prob(x)


class Stranded(MADE):
    """Makes a tensor on the CPU inside its loss."""

    def loss(self, x):
        return super().loss(x) + torch.ones(x.shape).mul(x).mean()


class Cut(MADE):
    """Cuts the graph below the output layer."""

    def conditionals(self, x, ordering=None, degrees=None):
        h = self.network.layers[0](self.output.embed(x)).relu().detach()
        return self.network.output(h)[..., None]


class Optimist(nn.Module):
    """A bound that is none: it exceeds the evidence."""

    def elbo(self, x):
        return torch.zeros(len(x)) + 0.1 + 0.01 * torch.randn(len(x))


class Upside(MADE):
    """An energy of the wrong sign."""

    def energy(self, x):
        return self.log_prob(x)


def optimist():
    return Case(Optimist(), torch.zeros(5, 2), log_evidence=lambda x: torch.zeros(len(x)))


class Lossy(Affine):
    """Its inverse forgets the shift."""

    def inverse(self, z, params):
        x, log_scale = super().inverse(z, params)
        return x + 0.01, log_scale


class Weightless(Affine):
    """Its volume changes are half of what they are, in both directions."""

    def forward(self, x, params):
        z, log_scale = super().forward(x, params)
        return z, log_scale / 2

    def inverse(self, z, params):
        x, log_scale = super().inverse(z, params)
        return x, log_scale / 2


def flow(bijection):
    def build():
        with seeded(0):
            layer = Coupling(torch.tensor([True, False]), MLP(1, (8,), 2), bijection)
            return Case(lively(Flow(StandardNormal(2), [layer]), 1.5), torch.randn(5, 2))

    return build


class Entangled(GAN):
    """Its critic's loss trains the generator too."""

    def critic_loss(self, x, z):
        return self.objective.critic(self.critic(x), self.critic(self.generator(z)))


class Anchored(GAN):
    """Makes its noise on the CPU."""

    def generator_loss(self, z):
        return super().generator_loss(torch.randn(z.shape))


def game(gan_class):
    def build():
        with seeded(0):
            gan = gan_class(MLP(2, (8,), 3), MLPCritic(3, (8,)), StandardNormal(2), NonSaturating())
            return Case(gan.eval(), torch.randn(5, 3))

    return build


TWINS = [
    (promises.one_number_a_row, case(Column)),
    (promises.rows_do_not_meet, case(BatchMean)),
    (promises.copies_are_independent, case(SharedCopy)),
    (promises.state_survives_save_and_load, unregistered),
    (promises.mass_is_one, case(TooHeavy)),
    (promises.mass_is_one, case(TooHeavy, real=True)),
    (promises.samples_follow_log_prob, case(Warm)),
    (promises.samples_follow_log_prob, case(Warm, real=True)),
    (promises.conditionals_see_only_the_past, case(Leaky)),
    (promises.steps_equal_conditionals, case(Forgetful)),
    (promises.log_prob_is_the_sum_of_conditionals, case(Doubled)),
    (promises.loss_runs_without_values, case(Stranded)),
    (promises.loss_has_gradients, case(Cut)),
    (promises.elbo_is_a_lower_bound, optimist),
    (promises.energy_is_minus_log_prob_up_to_a_constant, case(Upside)),
    (promises.inverse_undoes_forward, flow(Lossy())),
    (promises.log_det_is_the_jacobians, flow(Weightless())),
    (promises.players_learn_from_their_own_loss, game(Entangled)),
    (promises.players_run_without_values, game(Anchored)),
]
