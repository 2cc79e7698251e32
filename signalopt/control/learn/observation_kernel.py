"""Kernel: what all sites of a city see, as observations of `learn.spaces`."""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

from signalopt.mesosim.compiling import compiled


@compiled
def stage_rows(
    stage_lane0, stage_lane, served, protected, fixed_share, follower, lost_s,
    stage_movement0, stage_movement, stage_count, queue, coming, present, gap_s, red_s, waited_s,
    beyond, stage, soon_bins, later_bins, width, out,
):  # fmt: skip
    """Rows of stages, in the order of STAGE_FEATURES. out: (N, SIZE), zero where no stage is."""
    most = served.shape[1]
    for i in range(stage_count.size):
        now = stage[i]
        for s in range(stage_count[i]):
            at = s * width
            pair = i * most + s
            total, longest, fresh, soon, later, fresh_soon = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
            stands, waited, red, gap = 0.0, 0.0, 0.0, 600.0
            for n in range(stage_lane0[pair], stage_lane0[pair + 1]):
                k = stage_lane[n]
                near, far = 0.0, 0.0
                for b in range(soon_bins):
                    near += coming[k, b]
                for b in range(soon_bins, later_bins):
                    far += coming[k, b]
                total += queue[k]
                longest = max(longest, queue[k])
                soon += near
                later += far
                if not served[k, now]:
                    fresh += queue[k]
                    fresh_soon += near
                if present[k]:
                    stands += 1.0
                waited = max(waited, waited_s[k])
                red = max(red, red_s[k])
                gap = min(gap, gap_s[k])
            away = 0.0
            for n in range(stage_movement0[pair], stage_movement0[pair + 1]):
                away += beyond[stage_movement[n]]
            row = out[i, at : at + width]
            row[0] = 1.0
            row[1] = 1.0 if s == now else 0.0
            row[2] = total
            row[3] = longest
            row[4] = fresh
            row[5] = soon
            row[6] = later
            row[7] = fresh_soon
            row[8] = away
            row[9] = stands
            row[10] = waited
            row[11] = red
            row[12] = gap
            row[13] = stage_lane0[pair + 1] - stage_lane0[pair]
            row[14] = protected[i, s]
            row[15] = lost_s[i, now, s]
            row[16] = fixed_share[i, s]
            row[17] = 1.0 if follower[i, now] == s else 0.0


@compiled
def site_rows(
    lane_site, stage_count, queue, coming, healthy, steady_s, switching, following, allowed,
    soon_bins, site_at, mask_at, lanes, low, high, out,
):  # fmt: skip
    """The part of the sites, in the order of SITE_FEATURES, and the mask; then everything is clipped."""
    sites = stage_count.size
    for i in range(sites):
        for n in range(site_at, mask_at):
            out[i, n] = 0.0
    for k in range(lane_site.size):
        i = lane_site[k]
        out[i, site_at + 3] += queue[k]
        for b in range(soon_bins):
            out[i, site_at + 4] += coming[k, b]
        if healthy[k]:
            out[i, site_at + 7] += 1.0
    for i in range(sites):
        choices = 0.0
        for s in range(stage_count[i]):
            out[i, mask_at + s] = 1.0 if allowed[i, s] else 0.0
            choices += out[i, mask_at + s]
        out[i, site_at] = steady_s[i]
        out[i, site_at + 1] = 1.0 if switching[i] else 0.0
        out[i, site_at + 2] = 1.0 if following[i] else 0.0
        out[i, site_at + 5] = stage_count[i]
        out[i, site_at + 6] = lanes[i]
        out[i, site_at + 7] /= max(lanes[i], 1.0)
        out[i, site_at + 8] = choices
        for n in range(out.shape[1]):
            out[i, n] = min(max(out[i, n], low[n]), high[n])
