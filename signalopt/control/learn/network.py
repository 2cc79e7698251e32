"""The policy network in torch: what training changes. `learn.scorer` gives the same numbers without torch."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from signalopt.control.learn.scorer import CLIP, NORMALISATION, REFUSED
from signalopt.control.learn.spaces import (
    MASK_AT,
    MAX_STAGES,
    SITE_AT,
    SITE_WIDTH,
    STAGE_AT,
    STAGE_WIDTH,
    Floats,
)


class StageNetwork(nn.Module):
    """Scores of stages and the value of a site's state. Normalisation lies in buffers, not trained.

    hidden: units of every layer. dueling: scores are action values (DQN), else logits (PPO).
    """

    stage_mean: torch.Tensor
    stage_scale: torch.Tensor
    site_mean: torch.Tensor
    site_scale: torch.Tensor

    def __init__(self, hidden: int, *, dueling: bool) -> None:
        super().__init__()
        self.dueling = dueling
        for name in NORMALISATION:
            width = STAGE_WIDTH if name.startswith("stage") else SITE_WIDTH
            fill = torch.ones if name.endswith("scale") else torch.zeros
            self.register_buffer(name, fill(width))
        self.read = nn.Linear(STAGE_WIDTH + SITE_WIDTH, hidden)
        self.think = nn.Linear(hidden, hidden)
        self.pool = nn.Linear(2 * hidden + SITE_WIDTH, hidden)
        self.beside = nn.Linear(hidden, hidden)
        self.whole = nn.Linear(hidden, hidden, bias=False)
        self.score = nn.Linear(hidden, 1)
        self.worth = nn.Linear(hidden, hidden)
        self.value = nn.Linear(hidden, 1)
        for name, layer in self.named_children():
            if isinstance(layer, nn.Linear):
                gain = {"score": 0.01, "value": 1.0}.get(name, 2**0.5)
                nn.init.orthogonal_(layer.weight, gain)
                if layer.bias is not None:
                    nn.init.zeros_(layer.bias)

    def forward(self, observations: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Scores (N, MAX_STAGES), REFUSED where the mask forbids, and values (N, 1)."""
        count = observations.shape[0]
        rows = observations[:, :SITE_AT].reshape(count, MAX_STAGES, STAGE_WIDTH)
        exists = rows[:, :, STAGE_AT["exists"]] > 0.5
        # Most sites have far fewer stages than a row has room for: the empty end is not computed.
        most = max(int(exists.sum(dim=1).max()), 1)
        exists = exists[:, :most]
        mask = observations[:, MASK_AT : MASK_AT + most] > 0.5
        stage = (rows[:, :most] - self.stage_mean) * self.stage_scale
        site = (observations[:, SITE_AT:MASK_AT] - self.site_mean) * self.site_scale
        stage, site = stage.clamp(-CLIP, CLIP), site.clamp(-CLIP, CLIP)
        both = torch.cat([stage, site[:, None].expand(-1, most, -1)], dim=2)
        each = torch.relu(self.think(torch.relu(self.read(both)))) * exists[:, :, None]
        stages = exists.sum(dim=1, keepdim=True).clamp(min=1)
        pooled = torch.cat([each.sum(dim=1) / stages, each.amax(dim=1), site], dim=1)
        whole = torch.relu(self.pool(pooled))
        last = torch.relu(self.beside(each) + self.whole(whole)[:, None])
        score = self.score(last)[:, :, 0]
        value = self.value(torch.relu(self.worth(whole)))
        if self.dueling:
            score = score - (score * exists).sum(dim=1, keepdim=True) / stages + value
        full = torch.full((count, MAX_STAGES), float(REFUSED), device=score.device)
        full[:, :most] = torch.where(mask, score, full[:, :most])
        return full, value

    def arrays(self) -> dict[str, Floats]:
        """Weights and normalisation as plain arrays, as `scorer.Scorer` wants them."""
        return {
            name: np.array(tensor.detach().cpu().numpy(), np.float32)
            for name, tensor in self.state_dict().items()
        }

    def load_arrays(self, arrays: dict[str, Floats]) -> None:
        """Take over weights and normalisation."""
        self.load_state_dict({name: torch.from_numpy(a.copy()) for name, a in arrays.items()})
