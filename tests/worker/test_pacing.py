"""How many deliveries are under way at once: bounded in all and for each academy, careful with those that fail or dawdle."""

from collections import Counter
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from worker.pacing import FIRST, IN_ALL, MOST, MOST_OF_ONE, QUICK_SECONDS, RESERVED, Pacing

ENDPOINT, OTHER = UUID(int=0), UUID(int=1)
ACADEMY, ELSEWHERE = UUID(int=1000), UUID(int=1001)
ACADEMIES = 5
QUICK, SLOW = 0.1, QUICK_SECONDS
STEPS = st.lists(
    st.tuples(st.integers(0, 80), st.sampled_from(["begin", "succeed", "dawdle", "fail", "forgo"])), max_size=1500
)


def academy_of(endpoint: UUID) -> UUID:
    """Endpoints of tests are spread over a few academies."""
    return UUID(int=2000 + endpoint.int % ACADEMIES)


def fill(pacing: Pacing, endpoint: UUID, academy: UUID | None = None) -> int:
    """Begin as many deliveries as there is room for."""
    academy = academy or academy_of(endpoint)
    room = pacing.room(endpoint, academy)
    for _ in range(room):
        pacing.begin(endpoint, academy)
    return room


def end(pacing: Pacing, endpoint: UUID, step: str) -> None:
    if step == "forgo":
        pacing.forgo(endpoint)
    else:
        pacing.end(endpoint, delivered=step != "fail", seconds=SLOW if step == "dawdle" else QUICK)


def made_proven(pacing: Pacing, endpoint: UUID) -> None:
    pacing.begin(endpoint, academy_of(endpoint))
    end(pacing, endpoint, "succeed")


def crowd(pacing: Pacing, academy: UUID | None = None) -> list[int]:
    """More silent endpoints than there is room for: how much each got."""
    return [fill(pacing, UUID(int=number), academy) for number in range(100, 200)]


def test_an_endpoint_starts_slowly_and_is_sent_more_while_it_takes_it() -> None:
    pacing, rooms = Pacing(), []
    for _ in range(4):
        rooms.append(pacing.room(ENDPOINT, academy_of(ENDPOINT)))
        made_proven(pacing, ENDPOINT)
    assert rooms == [FIRST, 8, MOST, MOST]


def test_one_that_fails_is_tried_one_at_a_time_until_it_succeeds() -> None:
    pacing = Pacing()
    assert fill(pacing, ENDPOINT) == FIRST
    for _ in range(FIRST):
        end(pacing, ENDPOINT, "fail")
    assert fill(pacing, ENDPOINT) == 1
    assert pacing.without_room() == {ENDPOINT}
    end(pacing, ENDPOINT, "fail")
    assert fill(pacing, ENDPOINT) == 1
    end(pacing, ENDPOINT, "succeed")
    assert fill(pacing, ENDPOINT) == 2


def test_one_that_takes_its_time_gets_no_more_places_and_none_of_those_reserved() -> None:
    pacing = Pacing()
    for _ in range(3):
        made_proven(pacing, ENDPOINT)
    assert fill(pacing, ENDPOINT) == MOST
    for _ in range(MOST - FIRST):
        end(pacing, ENDPOINT, "dawdle")
        assert pacing.room(ENDPOINT, academy_of(ENDPOINT)) == 0
    end(pacing, ENDPOINT, "dawdle")
    assert fill(pacing, ENDPOINT) == 1
    slow = [UUID(int=number) for number in range(100, 200)]
    for endpoint in slow * 4:
        pacing.begin(endpoint, academy_of(endpoint))
        end(pacing, endpoint, "dawdle")
    assert max(fill(pacing, endpoint) for endpoint in slow) == FIRST
    assert crowd(pacing) == [0] * 100
    assert not pacing.is_full()


def test_one_that_failed_and_now_takes_its_time_starts_slowly() -> None:
    pacing, rooms = Pacing(), []
    for step in ["fail", "dawdle", "dawdle", "dawdle"]:
        pacing.begin(ENDPOINT, ACADEMY)
        end(pacing, ENDPOINT, step)
        rooms.append(pacing.room(ENDPOINT, ACADEMY))
    assert rooms == [1, 2, FIRST, FIRST]


def test_a_delivery_that_was_not_tried_says_nothing() -> None:
    pacing = Pacing()
    made_proven(pacing, ENDPOINT)
    assert fill(pacing, ENDPOINT) == 8
    for _ in range(8):
        pacing.forgo(ENDPOINT)
    assert fill(pacing, ENDPOINT) == 8


def test_a_crowd_of_silent_endpoints_leaves_room_for_a_good_one() -> None:
    pacing = Pacing()
    made_proven(pacing, ENDPOINT)
    assert sum(crowd(pacing)) == IN_ALL - RESERVED
    assert not pacing.is_full()
    assert pacing.room(OTHER, academy_of(OTHER)) == 0
    assert fill(pacing, ENDPOINT) == 8


def test_one_academy_leaves_room_for_a_new_endpoint_of_another() -> None:
    pacing = Pacing()
    assert sum(crowd(pacing, ACADEMY)) == MOST_OF_ONE
    assert pacing.room(OTHER, ELSEWHERE) == FIRST


def test_not_even_good_endpoints_of_one_academy_take_all_there_is() -> None:
    pacing = Pacing()
    good = [UUID(int=number) for number in range(100, 140)]
    for endpoint in good * 2:
        pacing.begin(endpoint, ACADEMY)
        end(pacing, endpoint, "succeed")
    assert sum(fill(pacing, endpoint, ACADEMY) for endpoint in good) == MOST_OF_ONE
    end(pacing, good[0], "succeed")
    assert fill(pacing, good[0], ACADEMY) == 1


def test_endpoints_that_once_were_good_do_not_keep_what_is_reserved() -> None:
    pacing = Pacing()
    turned = [UUID(int=number) for number in range(100, 400)]
    for endpoint in turned:
        made_proven(pacing, endpoint)
        pacing.begin(endpoint, academy_of(endpoint))
        end(pacing, endpoint, "fail")
    assert sum(fill(pacing, endpoint) for endpoint in turned) == IN_ALL - RESERVED


def test_good_endpoints_may_take_all_there_is() -> None:
    pacing = Pacing()
    good = [UUID(int=number) for number in range(100, 140)]
    for endpoint in good * 2:
        made_proven(pacing, endpoint)
    assert sum(fill(pacing, endpoint) for endpoint in good) == IN_ALL
    assert pacing.is_full()


@given(STEPS)
def test_no_course_of_events_exceeds_the_bounds(steps: list[tuple[int, str]]) -> None:
    pacing, under_way, latest = Pacing(), dict.fromkeys(range(81), 0), dict.fromkeys(range(81), "none")
    for number, step in steps:
        endpoint = UUID(int=number)
        if step == "begin":
            room = fill(pacing, endpoint)
            under_way[number] += room
            unproven = sum(count for other, count in under_way.items() if latest[other] != "succeed")
            assert not room or latest[number] == "succeed" or unproven <= IN_ALL - RESERVED
        elif under_way[number]:
            end(pacing, endpoint, step)
            under_way[number] -= 1
            latest[number] = latest[number] if step == "forgo" else step
        room = pacing.room(endpoint, academy_of(endpoint))
        assert 0 <= room <= (MOST if latest[number] == "succeed" else FIRST)
    assert sum(under_way.values()) <= IN_ALL
    assert max(under_way.values()) <= MOST
    assert max(_of_each(under_way).values()) <= MOST_OF_ONE
    assert pacing.is_full() == (sum(under_way.values()) == IN_ALL)


def _of_each(under_way: dict[int, int]) -> Counter[UUID]:
    of_each: Counter[UUID] = Counter()
    for number, count in under_way.items():
        of_each[academy_of(UUID(int=number))] += count
    return of_each


@given(STEPS)
def test_when_all_has_ended_there_is_room_again(steps: list[tuple[int, str]]) -> None:
    pacing, begun = Pacing(), []
    for number, step in steps:
        endpoint = UUID(int=number)
        if step == "begin":
            begun += [endpoint] * fill(pacing, endpoint)
    for endpoint in begun:
        end(pacing, endpoint, "succeed")
    assert pacing.without_room() == set()
    fresh = [UUID(int=number) for number in range(500, 600)]
    assert [pacing.room(endpoint, academy_of(endpoint)) for endpoint in fresh] == [FIRST] * 100
    assert sum(crowd(pacing)) == IN_ALL - RESERVED
