"""Why the store says no: every code with its sentence, grouped by the error class that carries it.

The codes are stable and machine-readable; the sentences tell the author of a module what to
change. A sentence may leave places for limits and names, never for what was sent. docs/errors.md
shows the same table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from lrs.domain.xapi.statement_problems import ATTACHMENTS, JSON, STATEMENTS

__all__ = ["PROBLEMS", "ErrorGroup", "sentence"]


class ErrorGroup(NamedTuple):
    """What the codes of one error class have in common, and the sentence of each."""

    meaning: str
    sentences: Mapping[str, str]


_REQUESTS: Final = {
    "alternate-content": "A form that stands for PUT or POST needs the field `content`, one that "
    "stands for GET or DELETE must leave it out.",
    "alternate-method": "`method` must be GET, PUT, POST or DELETE.",
    "alternate-parameters": "Beside `method` the URL takes no parameters: put the others into the "
    "form.",
    "bad-request": "The request cannot be read as HTTP: send its body whole, as long as "
    "Content-Length says, and check the headers.",
    "content-type-not-json": "Send the header Content-Type: application/json, and JSON as the "
    "body.",
    "malformed-form": "The form cannot be read: send URL-encoded UTF-8, whole, each field with an "
    "equals sign, {limit} fields at most.",
    "missing-version": "Send the header {header}: 1.0.3 or 2.0.0.",
    "no-alternate-syntax": "xAPI 2.0 has no alternate request syntax: send the method, headers and "
    "body as such.",
    "no-form": "With `method` in the URL the body is a form: send the header Content-Type: "
    "application/x-www-form-urlencoded.",
    "not-one-statement": "PUT takes one statement: send it without the array around it, or several "
    "by POST.",
    "repeated-field": "A field stands twice in the form: keep one of them.",
    "unknown-version": "{header} names a version that is not spoken here: send 1.0.x or 2.0.x, "
    "such as 1.0.3 or 2.0.0.",
}

_QUERIES: Final = {
    "ambiguous-person": "Several people have this personnel number: say who is meant by agent key, "
    "{keys}.",
    "ambiguous-trainee": "Several people have this personnel number: ask by agent key, "
    "account|HOMEPAGE|NUMBER.",
    "contradicts-more": "`more` goes on with the query that it came from, and {parameter} is "
    "another there: leave {parameter} out, or start from the query again.",
    "course-and-programme": "An explanation goes as far as a course or as a programme: leave "
    "{parameter} out, or the other one.",
    "days-in-wrong-order": "The day {parameter} lies after the day `to`: exchange them.",
    "invalid-more": "This link is not one that the store gave: start from the query again.",
    "invalid-parameter": "The parameter {parameter} must be {form}.",
    "known-in-future": "{parameter} lies in the future, and what will be known is not known yet: "
    "give a position of the log, or an instant up to now.",
    "malformed-query": "Write the query string as percent-encoded UTF-8, with {limit} parameters "
    "at most.",
    "missing-parameter": "Add the parameter {parameter}: it is required here.",
    "office-or-programme": "Say whose certificates are meant: give the parameter office, "
    "programme, or both. One person's are at /api/v1/certifications/KEY.",
    "pages-without-slices": "{parameter} goes through slices, of which there are none without "
    "`by`: add that, or leave {parameter} out.",
    "parameters-exclude-each-other": "{parameter} goes with no parameter but format and "
    "attachments: leave the others out.",
    "repeated-parameter": "Send the parameter {parameter} once.",
    "since-with-id": "`since` lists ids: leave it out, or leave out {name}.",
    "unknown-parameter": "A parameter is not known here: leave it out or check its spelling, upper "
    "and lower case too. Known are: {known}.",
}

_DOCUMENTS: Final = {
    "content-type-malformed": "Give an Internet media type in ASCII as Content-Type, such as "
    "application/json.",
    "document-not-json": "POST merges JSON objects: the document sent and the stored one must both "
    "have Content-Type application/json. Replace the document with PUT otherwise.",
    "document-not-object": "POST merges the properties of JSON objects: send an object.",
    "precondition-missing": "PUT needs If-Match or If-None-Match here: send If-None-Match: * for a "
    "new document, If-Match with its ETag for one that is there.",
}

_SHARED: Final = (
    "empty-list",
    "iri",
    "language-tag",
    "missing-property",
    "not-a-boolean",
    "not-a-string",
    "not-an-array",
    "not-an-object",
    "null",
    "scaled",
    "unknown-property",
)

_ENTRIES: Final = {
    **{code: STATEMENTS[code] for code in _SHARED},
    "agent-key": "Say who is meant as account|HOMEPAGE|NAME, mbox|mailto:ADDRESS, "
    "mbox_sha1sum|HEX or openid|URI.",
    "amount": "Give a number above zero, a million at most, without quotation marks.",
    "attempt-rule": "The rule that picks an attempt is best, last or first.",
    "count": "Give a whole number from 0 to 1,000,000,000, without quotation marks.",
    "course-kind": "A course is of the kind classroom, online, blended or test.",
    "date": "Give a calendar day such as 2026-03-31.",
    "empty-title": "Write the title in this language, or leave the language out.",
    "ends-before-since": "`valid_until` lies before `since`, from which this version of the rule "
    "holds: correct one of them.",
    "entry-code": "A code begins with a letter or digit; letters, digits, points, hyphens and "
    'underscores may follow, 64 characters in all. It is a text: write 12 as "12".',
    "equivalent-to-itself": "A course counts as itself without being told: name another course, or "
    "leave this out.",
    "link-circle": "The links would lead in a circle: who is given as `person` is linked to this "
    "identifier already, if by way of others. They are one person as it is; for another to stand "
    "for them, withdraw that link first.",
    "link-to-itself": "An identifier is the same person as itself without being told: name another "
    "as `person`.",
    "month": "Give a calendar month such as 2026-03.",
    "more-than-named": "`at_least` asks for more courses than `courses` names.",
    "no-end-to-renew": "`renewal_days` are counted back from the end of a certificate: give "
    "valid_months or valid_until too, or leave them out.",
    "no-title": "Give the title in one language at least.",
    "not-of-the-programme": "`counts_as` must be one of the programme's `courses`.",
    "positive-count": "Give a whole number from 1 to 1,000,000,000, without quotation marks.",
    "repeated-course": "The programme names this course already: keep one of them.",
    "repeated-entry": "This describes a thing that another entry of the same request describes: "
    "keep one of them.",
    "repeated-equivalent": "This equivalent stands twice: keep one of them.",
    "two-validities": "Give valid_months or valid_until, not both.",
    "unknown-kind": "The catalogue has no such kind of thing. There are: {known}.",
    "unknown-reference": "This names something that is not among the {kind} of the catalogue: "
    "describe it first, or in the same request.",
    "until-before-since": "The day `until` lies before the day `since`: correct one of them.",
}

_LIMITS: Final = {
    "attachment-too-large": "An attachment may be {limit} bytes long: leave its bytes out and give "
    "it a fileUrl.",
    "body-too-large": "A JSON body may be {limit} bytes long: send the statements in several "
    "requests.",
    "document-too-large": "A document may be {limit} bytes long: shorten it, or part it into "
    "several.",
    "form-too-large": "A form may be {limit} bytes long: send the request as such, without "
    "`method`.",
    "merged-too-large": "A document and what is merged into it may be {limit} bytes long "
    "together: send the whole document by PUT.",
    "multipart-too-large": "A multipart body may be {limit} bytes long: send the statements in "
    "several requests.",
    "signatures-too-large": "The signatures of a request may be {limit} bytes long in all: "
    "send the statements in several requests.",
    "too-many-parts": "A multipart body may have {limit} parts: send the statements in several "
    "requests.",
    "too-many-values": "JSON may hold {limit} values here: leave out what nobody reads, or send "
    "several requests.",
    "too-many-statements": "Send at most {limit} statements in one request.",
}

_AWAY: Final = {
    "bytes-missing": "The document's bytes are not where they were kept: whoever runs the store "
    "must look at LRS_BLOB_FOLDER, and restore it.",
    "connection-cut": "A connection was cut while PostgreSQL worked on a long statement, such as "
    "one that makes an index: whoever runs the store must set the idle timeouts between the store "
    "and PostgreSQL (HAProxy's `timeout client` and `timeout server`, PgBouncer's query_timeout, a "
    "load balancer's idle timeout) longer than that takes, or let LRS_VIEWS_URL lead past them.",
    "folder-away": "The folder of attachments and documents cannot be used just now: send the same "
    "again in a few seconds.",
    "index-behind": "The index is behind the log: send the same again in a moment.",
    "log-diverged": "The log does not hold an event that was read from it before: ask again in a "
    "moment. Whoever runs the store sees under /api/v1/projections how many events are missing.",
    "outcome-unknown": "The database did not confirm the write in time; whether it is stored is "
    "unknown. The same request may be sent again.",
    "bodies-awaited": "Too many other bodies are being received: send the same again in a few "
    "seconds.",
    "forms-awaited": "Too many other requests are being received as forms: send the same again in "
    "a few seconds.",
    "memory-busy": "Other large requests take the memory there is: send the same again in a few "
    "seconds.",
    "reports-busy": "Too many others wait for a report: ask again in a few seconds.",
    "too-busy": "Too many other requests wait already: send the same again in a few seconds.",
    "streaming": "Too many large answers are on their way to slow clients: ask again in a moment.",
    "shutting-down": "The store is shutting down and wrote nothing: send the same again in a "
    "moment.",
    "unavailable": "The database is away or did not answer in time: send the same again in a few "
    "seconds.",
    "view-ahead-of-log": "The read model {projection} holds events that the log does not hold any "
    "more, so it is being rebuilt: ask again later. Whoever runs the store sees under "
    "/api/v1/projections how many events are missing.",
    "view-being-made": "The read model is being made: ask again later. Whoever runs the store sees "
    "how far that is under /api/v1/projections.",
    "view-busy": "Another process is at work on the read model {projection}: ask again in a "
    "moment.",
    "view-outdated": "The read model {projection} is of an older version, and its rebuild was "
    "given up: whoever runs the store must ask for it, `lrs projections rebuild {projection}`.",
    "view-paused": "The read model {projection} is paused, so this cannot be decided: whoever runs "
    "the store must resume it.",
    "view-replaced": "The read model {projection} has been made anew by another version of the "
    "program, with other settings or for another log: whoever runs the store must restart this "
    "process.",
    "write-contended": "The write met too many others and stored nothing: send the same again.",
    "write-timeout": "The database did not take the write in time, and nothing is stored: send the "
    "same again in a few seconds.",
}

PROBLEMS: Final[Mapping[str, ErrorGroup]] = {
    "Invalid": ErrorGroup("The request breaks a rule of the protocol.", _REQUESTS),
    "MalformedJson": ErrorGroup("The text is not JSON that has one reading.", JSON),
    "InvalidStatement": ErrorGroup("The JSON is not a valid statement.", STATEMENTS),
    "InvalidAttachments": ErrorGroup(
        "The parts of a multipart body do not fit the statements, or each other.", ATTACHMENTS
    ),
    "InvalidQuery": ErrorGroup("A parameter of the query string is not right.", _QUERIES),
    "InvalidDocument": ErrorGroup("A document cannot be stored in this way.", _DOCUMENTS),
    "InvalidEntry": ErrorGroup("What is said of a thing in the catalogue is not right.", _ENTRIES),
    "Unauthenticated": ErrorGroup(
        "The request has no key, or none that is good.",
        {
            "key-expired": "This key was made for a limited time, and that is over: start the "
            "module anew from where its launch link came from.",
            "malformed-credentials": "Write the Authorization header as `Basic` and the base64 of "
            "NAME:SECRET.",
            "no-credentials": "Send a key: `Authorization: Basic` with the key's name and secret.",
            "unauthenticated": "The key's name or secret is wrong, or the key has been revoked: "
            "check both, or ask for a new key.",
        },
    ),
    "TooManyFailures": ErrorGroup(
        "Too many bad keys came from one address.",
        {
            "too-many-failures": "The key's name or secret is wrong, or the key has been revoked, "
            "and this was so several times within a minute: check both, and wait as long as "
            "Retry-After says. A good key is taken at once.",
        },
    ),
    "Forbidden": ErrorGroup(
        "The key is good, but not for this.",
        {
            "another-keys-document": "Another key keeps this document, and `state` and `profile` "
            "reach those of the key's own: use another stateId or profileId. Where this key took "
            "another's place, whoever runs the store makes one by `lrs key create --continues`.",
            "foreign-page": "A page of another site has sent this: commands are taken from "
            "programs and from the store's own pages, and xAPI's from pages at LRS_CORS_ORIGINS.",
            "not-this-learner": "This key was handed to another learner, and reaches that one's "
            "documents alone: ask under the actor of the launch link.",
            "scope-too-narrow": "This key's scope is too narrow: use a key with one of {scopes}.",
            "voiding-another-authority": "Voiding another authority's statement needs the scope "
            "`all`: use the key that sent the statement, or one with that scope.",
        },
    ),
    "OutsideLaunch": ErrorGroup(
        "The key is that of a launch link, and the request goes beyond the launch.",
        {
            "launch-activity": "This key speaks of the launched activity alone: send the link's "
            "activity_id as the object's id, or an id that continues it with /, # or ?, or name it "
            "among context.contextActivities.parent or grouping.",
            "launch-actor": "This key speaks for the learner of its launch link alone: send the "
            "link's actor, who is an Agent, as the statement's actor.",
            "launch-course": "The statement would count for another course than the launched "
            "activity's: name the launched activity, or the course it belongs to, as the parent, "
            "and no other course as object, parent or grouping.",
            "launch-documents": "This key changes documents of the launched activity alone: ask "
            "under the activity_id of the launch link.",
            "launch-scope": "This key sends and reads what belongs to its visit, and one report, "
            "the transcript of its learner as it is now: /api/v1/transcripts/ and the learner's "
            "agent key, without `known`.",
            "launch-time": "The timestamp lies outside the time of the launch, by more than a day: "
            "check the clock, or leave the timestamp out.",
            "launch-voiding": "This key voids statements that it sent itself, and no others: send "
            "the id of one of these as the object's.",
        },
    ),
    "NotFound": ErrorGroup(
        "What the request names is not there.",
        {"no-such-resource": "There is no such resource: check the path."},
    ),
    "StatementNotFound": ErrorGroup(
        "There is no such statement, or this key may not see it.",
        {
            "statement-not-found": "No statement with that id can be shown: check the id. "
            "`statementId` finds what is not voided, `voidedStatementId` what is; a key of scope "
            "`statements/read/mine` finds its own alone.",
        },
    ),
    "EventNotFound": ErrorGroup(
        "The log has no such event.",
        {
            "event-not-found": "The log has no such event: give the id of a stored statement as "
            "a UUID, or a position from 1 to the log's last one."
        },
    ),
    "DocumentNotFound": ErrorGroup(
        "There is no such document.",
        {
            "document-not-found": "There is no document under these parameters that this key may "
            "see: check each one, upper and lower case too."
        },
    ),
    "EntryNotFound": ErrorGroup(
        "The catalogue has no such thing.",
        {
            "entry-not-found": "The catalogue has no such thing, or has it no more: "
            "/api/v1/catalogue lists what there is.",
            "not-linked": "This identifier is not linked to any: `lrs person show` tells which of "
            "a person's are.",
            "office-not-found": "The catalogue has no such office, and never had: /api/v1/offices "
            "lists all.",
            "programme-not-found": "The catalogue has no such programme, and never had: "
            "/api/v1/catalogue/programmes lists those there are.",
            "programme-not-known-then": "The catalogue had no such programme up to there: ask as "
            "of a later position or instant, or leave `known` out.",
            "service-not-found": "The catalogue has no such service, and never had: "
            "/api/v1/services lists all.",
        },
    ),
    "PersonNotFound": ErrorGroup(
        "Nobody is known by this identifier or personnel number.",
        {
            "person-not-found": "No statement, personnel record or link names such a person: check "
            "the agent key, such as account|HOMEPAGE|NUMBER."
        },
    ),
    "TraineeNotFound": ErrorGroup(
        "Nothing names the trainee of a report.",
        {
            "trainee-not-found": "Neither a statement nor a personnel record names such a trainee: "
            "/api/v1/transcripts lists all.",
            "trainee-not-known-then": "Nothing in the log up to there names such a trainee: ask as "
            "of a later position or instant, or leave `known` out.",
        },
    ),
    "CourseNotFound": ErrorGroup(
        "Nothing names the course of a report.",
        {
            "course-not-found": "Neither a statement nor the catalogue names such a course: "
            "/api/v1/courses lists all.",
            "course-or-programme-not-found": "Nothing names such a course, by number or IRI, and "
            "the catalogue has no programme of that code: /api/v1/courses and "
            "/api/v1/catalogue/programmes list all.",
        },
    ),
    "ProjectionNotFound": ErrorGroup(
        "There is no such read model, or it has not set that event aside.",
        {
            "projection-not-found": "There is no such projection. There are: {known}.",
            "not-in-quarantine": "The projection {projection} has set no event aside at that "
            "position: /api/v1/projections/{projection}/quarantine lists those it has.",
        },
    ),
    "CredentialNotFound": ErrorGroup(
        "There is no such key; told on the command line.",
        {
            "credential-not-found": "There is no key of that name, and no good one of that label: "
            "`lrs key list` shows all."
        },
    ),
    "MethodNotAllowed": ErrorGroup(
        "The resource is there, but the method is not for it.",
        {
            "method-not-allowed": "This resource does not take that method: the header Allow names "
            "those it takes."
        },
    ),
    "StatementConflict": ErrorGroup(
        "Another statement has the same id.",
        {
            "duplicate-id": "Two different statements of the request have one id: give each its "
            "own.",
            "statement-conflict": "A different statement with this id is stored already, or the "
            "same without the timestamp that is stated now: give the new one an id of its own.",
        },
    ),
    "DocumentConflict": ErrorGroup(
        "The document is there already, and the request does not say whether it knows that.",
        {
            "precondition-required": "The document exists already: read it, decide, and send "
            "If-Match with its ETag.",
        },
    ),
    "CredentialConflict": ErrorGroup(
        "A label does not name one key; told on the command line.",
        {
            "label-ambiguous": "Several good keys have this label: say which by its name, {names}.",
            "label-taken": "A good key has this label, {name}: choose another label, or revoke "
            "that key first.",
        },
    ),
    "RebuildConflict": ErrorGroup(
        "A read model is being made anew already, or is not.",
        {
            "no-rebuild": "The projection {projection} is not being rebuilt: there is nothing to "
            "cancel.",
            "rebuild-cancelled": "The rebuild of the projection {projection} was cancelled: what "
            "was there is still there.",
            "rebuild-killed": "A process that rebuilt a projection was killed: what was there is "
            "still there. Look whether it had too little memory, and try again.",
            "rebuild-overtaken": "The projection {projection} was made anew by somebody else "
            "meanwhile: this rebuild is given up.",
            "rebuild-under-way": "The projection {projection} is being rebuilt already: wait for "
            "that, or cancel it first.",
        },
    ),
    "PreconditionFailed": ErrorGroup(
        "What If-Match or If-None-Match demands is not so; nothing is changed.",
        {
            "document-exists": "If-None-Match: * asks that there be no document yet, but there is "
            "one.",
            "etag-mismatch": "The document was changed meanwhile: its ETag is another than "
            "If-Match names. Read it again and decide anew.",
        },
    ),
    "TooLarge": ErrorGroup("The request is over a limit.", _LIMITS),
    "TooSlow": ErrorGroup(
        "The body did not come in time.",
        {
            "body-too-slow": "The body came too slowly, and the connection is closed: send it "
            "within {seconds:g} seconds, or where it is large with {rate} bytes a second at least.",
        },
    ),
    "UnsupportedMedia": ErrorGroup(
        "The body is of a kind that is not taken.",
        {
            "unsupported-content-encoding": "Send the body as it is, without compression and "
            "Content-Encoding.",
        },
    ),
    "InternalError": ErrorGroup(
        "The store failed in a way it should not.",
        {
            "internal-error": "The store failed in a way it should not: tell whoever runs it the "
            "request_id, under which the log has the details.",
        },
    ),
    "Unavailable": ErrorGroup("The database is away, or busy beyond the time there is.", _AWAY),
    "QuotaExceeded": ErrorGroup(
        "Documents and attachments take as much room as they may; statements without attachments "
        "are taken as before.",
        {
            "key-quota-exceeded": "This key may bring {limit} bytes of documents and attachments, "
            "and this would be more: nothing is stored. Whoever runs the store gives it more with "
            "LRS_KEY_QUOTA_BYTES, or makes a key by `lrs key create --quota`.",
            "quota-exceeded": "The store may hold {limit} bytes of documents and attachments, and "
            "this would be more: nothing is stored. Whoever runs the store must raise "
            "LRS_QUOTA_BYTES, or have superseded State documents pruned.",
        },
    ),
    "StorageFull": ErrorGroup(
        "There is no room left.",
        {
            "storage-full": "There is no room left to write: send the same again once whoever runs "
            "the store has made room."
        },
    ),
}
"""By the names of the classes in `lrs.domain.errors`."""


def sentence(classes: Iterable[str], code: str) -> str:
    """The sentence of a code, places and all, from the first of the classes that has the code.

    KeyError for a code that none of them has.
    """
    for name in classes:
        group = PROBLEMS.get(name)
        if group is not None and code in group.sentences:
            return group.sentences[code]
    raise KeyError(code)
