"""A known action item keeps its key whatever people do to the text around it; what is not clear waits."""

from __future__ import annotations

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from service.postmortem.identity import fresh_key, match, new_key
from service.postmortem.model import KnownItem, ReadItem

# Ten items that a reader would never take for each other.
TEXTS = (
    "Test pooled connections with a write",
    "Give a retried payment two seconds in all",
    "Page on checkout p95 over three minutes",
    "Rehearse a failover in staging each quarter",
    "Replace fixed host names inside the order export",
    "Move old invoices to a managed store",
    "Warn 21 days before certificates end",
    "Document how to drain the search cluster",
    "Limit uploads by customer and by hour",
    "Remove the unused DNS zone",
)


def known(*texts: str, anchor: str = "text") -> list[KnownItem]:
    return [KnownItem(f"k{at}", text, anchor, at) for at, text in enumerate(texts)]


def read(*texts: str, anchor: str = "text") -> list[ReadItem]:
    return [ReadItem(text, anchor=anchor, position=at) for at, text in enumerate(texts)]


subsets = st.lists(st.sampled_from(TEXTS), min_size=1, max_size=len(TEXTS), unique=True)


@given(subsets.flatmap(lambda texts: st.tuples(st.just(texts), st.permutations(texts))))
def test_putting_items_in_another_order_keeps_their_keys(both: tuple[list[str], list[str]]) -> None:
    before, after = both
    found = match(known(*before), read(*after))
    assert {key: after[at] for key, at in found.same.items()} == {f"k{at}": text for at, text in enumerate(before)}
    assert (found.new, found.gone, found.unclear) == ((), (), {})


@given(subsets, st.randoms(use_true_random=False))
def test_a_typo_mended_in_every_item_keeps_the_keys_in_any_order(texts: list[str], random) -> None:
    edited = []
    for text in texts:
        at = random.randrange(len(text))
        edited.append(
            random.choice([text[:at] + text[at + 1 :], text[:at] + "x" + text[at:], text[:at] + text[at:] + "."])
        )
    order = list(range(len(texts)))
    random.shuffle(order)
    found = match(known(*texts), read(*(edited[at] for at in order)))
    assert found.same == {f"k{was}": now for now, was in enumerate(order)}


@given(subsets, st.data())
def test_taking_one_item_out_keeps_the_others(texts: list[str], data: st.DataObject) -> None:
    out = data.draw(st.integers(0, len(texts) - 1))
    found = match(known(*texts), read(*texts[:out], *texts[out + 1 :]))
    assert found.gone == (f"k{out}",)
    assert found.same == {f"k{at}": at - (at > out) for at in range(len(texts)) if at != out}
    assert (found.new, found.unclear) == ((), {})


@given(subsets)
def test_an_item_added_at_the_top_is_new_and_the_others_keep_their_keys(texts: list[str]) -> None:
    found = match(known(*texts), read("Ask two customers how they noticed", *texts))
    assert found.new == (0,)
    assert found.same == {f"k{at}": at + 1 for at in range(len(texts))}
    assert (found.gone, found.unclear) == ((), {})


words = st.lists(st.sampled_from(["alert", "queue", "on", "depth", "the", "#1", "Alert!", "payments"]), max_size=6)
loose = st.lists(
    st.builds(
        lambda text, anchor, position, refs: (" ".join(text), anchor, position, tuple(refs)),
        words,
        st.sampled_from(["text", "comment:1"]),
        st.integers(0, 3),
        st.lists(st.sampled_from(["#1", "#2", "PAY-1"]), max_size=2),
    ),
    max_size=7,
)


@given(loose, loose)
@settings(max_examples=300)
def test_every_item_is_counted_exactly_once_however_alike_they_are(before: list, after: list) -> None:
    items = [KnownItem(f"k{at}", *item) for at, item in enumerate(before)]
    reading = [ReadItem(text, anchor=a, position=p, refs=refs) for text, a, p, refs in after]
    found = match(items, reading)
    assert sorted([*found.same.values(), *found.new, *found.unclear]) == list(range(len(reading)))
    awaited = {key for keys in found.unclear.values() for key in keys}
    assert sorted([*found.same, *found.gone, *(awaited - set(found.same))]) == [item.key for item in items]
    assert all(keys for keys in found.unclear.values())


@given(loose)
def test_the_same_text_read_again_changes_nothing(before: list) -> None:
    items = [KnownItem(f"k{at}", *item) for at, item in enumerate(before)]
    found = match(items, [ReadItem(text, anchor=a, position=p, refs=refs) for text, a, p, refs in before])
    assert (found.new, found.gone, found.unclear) == ((), (), {})


def test_two_items_with_the_same_words_keep_their_order() -> None:
    found = match(known("Add an alert", "Add an alert"), read("Add an alert", "Add an alert!"))
    assert found.same == {"k0": 0, "k1": 1}


def test_a_copy_in_a_comment_is_not_taken_for_the_one_in_the_text() -> None:
    items = [KnownItem("in-text", "Add an alert", "text", 0), KnownItem("in-comment", "Add an alert", "comment:7", 0)]
    found = match(items, read("Add an alert", anchor="comment:7"))
    assert found.same == {"in-comment": 0}
    assert found.gone == ("in-text",)


def test_an_item_whose_words_all_changed_is_known_by_its_reference() -> None:
    items = [KnownItem("k0", "Look at the pool", "text", 0, ("PAY-12",))]
    found = match(items, [ReadItem("Drop dead connections after a failover", refs=("pay-12",), position=3)])
    assert found.same == {"k0": 0}


def test_a_reference_that_moved_to_another_item_does_not_take_the_key_with_it() -> None:
    items = [
        KnownItem("alert", "Add an alert on queue depth", "text", 0, ("#12",)),
        KnownItem("limit", "Limit uploads by customer", "text", 1),
    ]
    found = match(
        items,
        [
            ReadItem("Add an alert on queue depth"),
            ReadItem("Limit uploads by customer (#12)", refs=("#12",), position=1),
        ],
    )
    assert found.same == {"alert": 0, "limit": 1}


def test_a_reference_that_several_items_share_says_nothing() -> None:
    items = [KnownItem("a", TEXTS[0], "text", 0, ("#42",)), KnownItem("b", TEXTS[1], "text", 1, ("#42",))]
    found = match(items, [ReadItem(TEXTS[1], refs=("#42",)), ReadItem(TEXTS[0], refs=("#42",), position=1)])
    assert found.same == {"a": 1, "b": 0}


def test_an_item_spelled_out_where_it_stood_keeps_its_key() -> None:
    found = match(
        known("Add alert on queue depth"), read("Add an alert on the depth of the queue above 1000 for 5 minutes")
    )
    assert found.same == {"k0": 0}


def test_an_item_reworded_where_it_stood_keeps_its_key_and_one_reworded_elsewhere_is_new() -> None:
    reworded = "Paging for slow checkout after 3 minutes"
    before = known("Page on slow checkouts past three minutes")
    assert match(before, read(reworded)).same == {"k0": 0}
    assert match(before, read(reworded, anchor="comment:9")).new == (0,)


def test_an_item_spelled_out_elsewhere_waits_for_a_person() -> None:
    found = match(
        known("Add alert on queue depth"),
        read("Add an alert on the depth of the queue above 1000 for 5 minutes", anchor="comment:9"),
    )
    assert found.unclear == {0: ("k0",)}
    assert found.gone == ()


def test_what_might_be_one_of_two_waits_for_a_person() -> None:
    found = match(
        known("Alert on queue depth of checkout A", "Alert on queue depth of checkout B"),
        read("Alert on queue depth of checkout C", anchor="comment:4"),
    )
    assert found.unclear == {0: ("k0", "k1")}
    assert (found.new, found.gone) == ((), ())


def test_items_that_are_nearly_alike_are_never_swapped() -> None:
    services = ("checkout", "payments", "search", "orders")
    texts = [f"Alert on queue depth of {service}" for service in services]
    edited = [f"Alert on the queue depth of {service}." for service in reversed(services)]
    found = match(known(*texts), read(*edited))
    for key, at in found.same.items():
        assert services[int(key[1:])] in edited[at]


def test_another_word_that_happens_to_look_like_a_slip_is_asked_about() -> None:
    found = match(known("Add search signature billing"), read("Add each trace signature", anchor="comment:4"))
    assert found.unclear == {0: ("k0",)}
    slip = match(known("Add search signature billing"), read("Add saerch trace signature", anchor="comment:4"))
    assert slip.same == {"k0": 0}


def test_an_item_that_was_gone_does_not_come_back_in_the_words_of_one_that_was_there() -> None:
    before = known("Raise cache billing token", "Raise cache billing limit")
    now = [ReadItem("Raise cache token billing", anchor="comment:4")]
    assert match(before, now, absent=["k0"]).unclear == {0: ("k0", "k1")}
    assert match(before[:1], now, absent=["k0"]).same == {"k0": 0}


def test_two_that_come_nearer_crosswise_are_not_told_apart_by_their_order() -> None:
    before = known(
        "Raise the timeout timeout to 30 seconds", "Test the backups", "Raise the retry timeout to 30 seconds"
    )
    found = match(before, read("Raise the retry to 30 seconds", "Test the backups", "Raise the timeout to 30 seconds"))
    assert (found.same, set(found.unclear)) == ({"k1": 1}, {0, 2})


def test_of_two_as_near_the_place_does_not_tell_where_a_reference_is_gone() -> None:
    texts = "Test the backups", "Add a dashboard for certificates", "Warn of old disks", "Add a dashboard for invoices"
    before = [KnownItem(str(at), text, "text", at, ("PAY-4",) * (at == 1)) for at, text in enumerate(texts)]
    now = read("Test the backups", "Add a dashboard for owners", "Warn of old disks")
    assert match(before, now).unclear == {1: ("1", "3")}
    kept = [now[0], ReadItem(now[1].text, refs=("PAY-4",), position=1), now[2]]
    assert match(before, kept).same == {"0": 0, "1": 1, "2": 2}


def test_one_that_is_alike_between_the_same_neighbours_is_asked_about_before_another_takes_its_key() -> None:
    first, second = (
        "Write the billing memory index of cluster runbooks",
        "Write the billing memory index of search runbooks",
    )
    before = known(first, "Test the backups", second, "Warn of old disks")
    now = read("Drain the nodes", "Limit the uploads", "Test the backups", f"{first} now", "Warn of old disks")
    found = match(before, now)
    assert found.unclear == {3: ("k0", "k2")}


def test_a_different_item_in_the_same_place_is_new() -> None:
    found = match(known(TEXTS[0]), read(TEXTS[7]))
    assert (found.new, found.gone, found.unclear) == ((0,), ("k0",), {})


def test_two_hundred_items_of_long_text_are_matched_in_seconds() -> None:
    before = [f"{'lorem ipsum dolor ' * 40}{at * 7919 % 1000} sit amet" for at in range(200)]
    after = [f"{text} again" for text in reversed(before)]
    begun = time.monotonic()
    found = match(known(*before), read(*after))
    assert time.monotonic() - begun < 20
    assert len(found.same) + len(found.unclear) == 200


def test_ten_thousand_items_are_matched_in_seconds() -> None:
    before = [f"Look at node{at} once more" for at in range(10_000)]
    after = [f"Look at node{at} once more, please" for at in reversed(range(10_000))]
    begun = time.monotonic()
    found = match(known(*before), read(*after))
    assert time.monotonic() - begun < 30
    assert found.new == ()
    assert len(found.same) > 9_900


# --- keys


def test_a_key_is_24_hex_digits_and_depends_on_installation_source_and_incident() -> None:
    keys = {
        new_key(b"one", "ops", "42", "text"),
        new_key(b"two", "ops", "42", "text"),
        new_key(b"one", "desk", "42", "text"),
        new_key(b"one", "ops", "43", "text"),
        new_key(b"one", "ops4", "2", "text"),
    }
    assert len(keys) == 5
    assert all(len(key) == 24 and int(key, 16) >= 0 for key in keys)


def test_two_items_with_the_same_words_get_two_keys() -> None:
    first = fresh_key(b"s", "ops", "42", ReadItem("Add an alert"), [])
    second = fresh_key(b"s", "ops", "42", ReadItem("Add an alert"), [first])
    assert first != second


def test_a_database_restored_to_an_older_state_gives_an_item_its_key_again_wherever_it_stands_now() -> None:
    item = ReadItem("Add an alert", position=0)
    moved = ReadItem("Add an alert.", position=4)
    assert fresh_key(b"s", "ops", "42", item, []) == fresh_key(b"s", "ops", "42", moved, ["another"])
