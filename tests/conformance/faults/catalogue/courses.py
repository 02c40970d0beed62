"""Faults of courses and of their versions."""

from tests.conformance.faults.breaking import (
    Seen,
    alter,
    answers,
    asks,
    forgiving,
    lacks,
    not_,
    put,
    reshape,
    sent,
    unprocessable,
)
from tests.conformance.faults.fault import fault
from tests.conformance.faults.messages import Ask, Json, Memory, Message, Reply, Request
from tests.conformance.faults.world import reading, remembered, shown_otherwise

COURSE = "create_course update_course get_course"
MEMBERS = (
    *("name", "description", "validity_period_months", "eqf_level", "nlqf_level", "qualification_label"),
    *("badge_image_url", "criteria_narrative", "criteria_url"),
)


def without_nulls(told: Json, _seen: Seen) -> Json:
    """Members that are null are left out."""
    return {"data": {name: value for name, value in told["data"].items() if value is not None}}


def reversed_list(told: Json, _seen: Seen) -> Json:
    """The other way round."""
    return {**told, "data": told["data"][::-1]}


def replaced_whole(message: Message, _seen: Seen) -> None:
    """What a change leaves out is emptied."""
    if isinstance(message.json, dict):
        message.json = {**{name: None for name in MEMBERS if name != "name"}, **message.json}


def without_null_members(message: Message, _seen: Seen) -> None:
    """Null in a change changes nothing."""
    if isinstance(message.json, dict):
        message.json = {name: value for name, value in message.json.items() if value is not None}


def not_kept(request: Request, ask: Ask, memory: Memory) -> Reply:
    """A change is answered as made, and the course is read as it was before."""
    before = remembered(memory, "before")
    if request.operation == "update_course" and request.key:
        reading_it = ask(reading(request, request.path))
        reply = ask(request)
        if reply.status == 200:
            before[request.path] = reading_it
        return reply
    if request.operation == "get_course" and request.path in before:
        found: Reply = before[request.path]
        return found.copy()
    return ask(request)


def one_version_each_time(request: Request, ask: Ask, memory: Memory) -> Reply:
    """Every change makes a version, also of nothing."""
    reply = ask(request)
    told: Json = reply.json
    if request.operation in COURSE.split() and reply.status in (200, 201) and isinstance(told, dict):
        counts, course = remembered(memory, "versions"), told["data"]["id"]
        counts[course] = counts.get(course, 0 if request.method == "POST" else 1) + (request.method != "GET")
        told["data"]["version"] = counts[course]
        reply.json = told
    return reply


def one_version_for_ever(thing: dict[str, Json], _memory: Memory) -> None:
    """A change makes no version."""
    if "version" in thing:
        thing["version"] = 1


def present_name(request: Request, ask: Ask, memory: Memory) -> Reply:
    """A certificate shows its course's present name."""
    names = remembered(memory, "names")
    reply = ask(request)
    told: Json = reply.json
    if request.operation == "update_course" and reply.status == 200:
        names[told["data"]["id"]] = told["data"]["name"]
    if request.operation == "get_certificate" and reply.status == 200 and told["data"]["course_id"] in names:
        told["data"]["course_name"] = names[told["data"]["course_id"]]
        reply.json = told
    return reply


FAULTS = (
    fault(
        "course-null-left-out",
        "A new course lacks the members that are null.",
        "courses contract errors",
        answers("create_course", reshape(without_nulls), status=201),
    ),
    fault(
        "course-begins-at-zero",
        "A course's first version is 0.",
        "courses contract errors isolation",
        answers("create_course", put("data.version", 0), status=201),
    ),
    fault(
        "course-named-otherwise",
        "A course's name begins with a capital letter, whatever was sent.",
        "courses contract errors open-badges",
        asks("create_course", alter("name", lambda name: name.title() if isinstance(name, str) else name)),
    ),
    fault(
        "course-forgets-criteria",
        "The address of a course's criteria is not kept.",
        "courses open-badges",
        asks(
            "create_course",
            put("criteria_url", None),
            when=sent("criteria_url", lambda url: isinstance(url, str) and url.startswith("https")),
        ),
    ),
    fault(
        "course-level-as-text",
        "A course's level is answered as text.",
        "courses contract verification",
        answers(COURSE, alter("data.eqf_level", lambda level: level and str(level))),
    ),
    fault(
        "course-read-otherwise",
        "A course is read without its description.",
        "courses contract",
        answers("get_course", put("data.description", None)),
    ),
    fault(
        "courses-oldest-first",
        "Courses are listed with the oldest first.",
        "courses pagination",
        answers("list_courses", reshape(reversed_list), status=200),
    ),
    fault(
        "courses-listed-late",
        "A new course is missing from the list.",
        "courses pagination isolation",
        answers("list_courses", reshape(lambda told, _seen: {**told, "data": told["data"][1:]}), status=200),
    ),
    fault(
        "courses-listed-in-short",
        "Courses are listed without their links.",
        "courses contract pagination",
        answers(
            "list_courses",
            reshape(lambda told, _seen: {**told, "data": [{**each, "links": {}} for each in told["data"]]}),
            status=200,
        ),
    ),
    fault(
        "validity-a-year-unless-said",
        "A course without a validity has one of 12 months.",
        "courses certificates errors",
        asks(
            "create_course",
            put("validity_period_months", 12),
            when=lacks("validity_period_months"),
        ),
    ),
    fault(
        "lasting-expires-in-2099",
        "A certificate that never expires is read as expiring in 2099.",
        "courses states certificates",
        answers("get_certificate", alter("data.expires_at", lambda at: at or "2099-12-31T00:00:00Z")),
    ),
    fault(
        "validity-of-a-hundred-years-refused",
        "A validity of 1,200 months is refused.",
        "courses contract certificates",
        answers("create_course", unprocessable, when=sent("validity_period_months", 1200)),
    ),
    fault(
        "validity-of-nothing-taken",
        "A validity of 0 months is one without expiry.",
        "courses errors",
        forgiving(
            "create_course update_course", put("validity_period_months", None), when=sent("validity_period_months", 0)
        ),
    ),
    fault(
        "level-eight-refused",
        "The European level 8 is refused.",
        "courses",
        answers("create_course", unprocessable, when=sent("eqf_level", 8)),
    ),
    fault(
        "any-criteria-address-taken",
        "An address of criteria may be of any kind.",
        "courses",
        forgiving("create_course update_course", put("criteria_url", None), when=sent("criteria_url", str)),
    ),
    fault(
        "change-replaces-all",
        "A change empties what it leaves out.",
        "courses errors certificates",
        asks("update_course", replaced_whole),
    ),
    fault(
        "change-not-kept",
        "A change is answered as made, and is not.",
        "courses certificates contract isolation",
        not_kept,
    ),
    fault(
        "change-cannot-clear",
        "Null in a change changes nothing.",
        "courses certificates",
        asks("update_course", without_null_members, when=not_(sent("name", None))),
    ),
    fault(
        "name-may-be-cleared",
        "Null for a course's name in a change is taken.",
        "courses",
        forgiving("update_course", without_null_members, when=sent("name", None)),
    ),
    fault(
        "versions-not-counted",
        "A change of a course makes no version.",
        "courses open-badges",
        shown_otherwise(COURSE, one_version_for_ever),
    ),
    fault(
        "version-each-time",
        "Every change of a course makes a version, of its validity too.",
        "courses idempotency",
        one_version_each_time,
    ),
    fault(
        "certificates-follow-the-course",
        "A certificate shows its course's present name.",
        "courses certificates open-badges",
        present_name,
    ),
    fault(
        "badge-of-first-version-only",
        "A changed course links to the badge class of its first version.",
        "courses open-badges",
        answers(COURSE, alter("data.links.badge_class", lambda link: link.partition("?")[0])),
    ),
    fault(
        "badge-always-with-version",
        "A new course links to its badge class with ?version=1.",
        "courses errors isolation open-badges",
        answers("create_course", alter("data.links.badge_class", lambda link: f"{link}?version=1")),
    ),
)
