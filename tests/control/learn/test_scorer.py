"""The policy without torch: masks, pooling, and the same numbers as with torch."""

import numpy as np
import pytest

from signalopt.control.learn.scorer import REFUSED, Scorer
from signalopt.control.learn.spaces import MASK_AT, MAX_STAGES, SITE_AT, STAGE_WIDTH
from tests.control.learn.given import observations, weights


def test_only_allowed_stages_are_chosen() -> None:
    seen = observations(200)
    scorer = Scorer(weights())
    chosen = scorer.choose(seen)
    assert (seen[np.arange(200), MASK_AT + chosen] == 1).all()
    refused = seen[:, MASK_AT : MASK_AT + scorer.scores(seen).shape[1]] == 0
    assert (scorer.scores(seen)[refused] == REFUSED).all()


def test_one_site_is_scored_as_among_others() -> None:
    seen = observations(30)
    together = Scorer(weights(), dueling=True).scores(seen)
    for n in range(30):
        alone = Scorer(weights(), dueling=True).scores(seen[n : n + 1])
        np.testing.assert_allclose(alone[0], together[n, : alone.shape[1]], rtol=1e-5, atol=1e-5)


def test_the_order_of_stages_does_not_matter() -> None:
    seen = observations(40)
    order = np.arange(MAX_STAGES)
    order[:2] = 1, 0
    turned = seen.copy()
    rows = seen[:, :SITE_AT].reshape(40, MAX_STAGES, STAGE_WIDTH)
    turned[:, :SITE_AT] = rows[:, order].reshape(40, -1)
    turned[:, MASK_AT:] = seen[:, MASK_AT:][:, order]
    scorer = Scorer(weights())
    np.testing.assert_allclose(
        scorer.scores(seen)[:, [1, 0]], scorer.scores(turned)[:, :2], rtol=1e-5, atol=1e-5
    )


@pytest.mark.parametrize("dueling", [False, True])
def test_torch_gives_the_same_numbers(dueling: bool) -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    from signalopt.control.learn.network import StageNetwork

    network = StageNetwork(8, dueling=dueling)
    network.load_arrays(weights())
    seen = observations(100)
    plain = Scorer(network.arrays(), dueling).scores(seen)
    with torch.no_grad():
        found = network(torch.from_numpy(seen))[0].numpy()
    np.testing.assert_allclose(plain, found[:, : plain.shape[1]], rtol=1e-4, atol=1e-4)
    assert (found[:, plain.shape[1] :] == REFUSED).all()


def test_weights_and_shapes_are_those_of_the_network() -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    from signalopt.control.learn.network import StageNetwork
    from signalopt.control.learn.scorer import shapes

    found = {name: array.shape for name, array in StageNetwork(16, dueling=True).arrays().items()}
    assert found == shapes(16)
