"""One answer to a scrape from two processes: what both counted is added up."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from prometheus_client import Metric
from prometheus_client.samples import Sample

_ADDED_UP = frozenset({"counter", "histogram"})


def merged(own: Iterable[Metric], other: Iterable[Metric]) -> Iterator[Metric]:
    """Counts are added up. Of a state, the larger value counts: only one of the two knows it, or both know the same."""
    known = {metric.name: metric for metric in other}
    for metric in own:
        same = known.pop(metric.name, None)
        if same is not None:
            metric.samples = _merged(metric.type in _ADDED_UP, metric.samples, same.samples)
        yield metric
    yield from known.values()


def _merged(add: bool, *processes: Iterable[Sample]) -> list[Sample]:
    values: dict[tuple[str, tuple[tuple[str, str], ...]], list[float]] = defaultdict(list)
    for samples in processes:
        for one in samples:
            values[one.name, tuple(one.labels.items())].append(one.value)
    return [
        Sample(name, dict(labels), sum(found) if add and not name.endswith("_created") else max(found))
        for (name, labels), found in values.items()
    ]
