"""The error catalogue: every code with its sentence, grouped by the error class that has the code.

The codes are stable and machine-readable; the sentences tell the author of a module what to
change. A sentence may have placeholders for limits and names, never for what was sent.
docs/errors.md shows the same table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from lrs.domain.xapi.statement_problems import ATTACHMENTS, JSON, STATEMENTS

__all__ = ["PROBLEMS", "ErrorGroup", "sentence"]


class ErrorGroup(NamedTuple):
    """The common meaning of an error class's codes, and the sentence of each code."""

    meaning: str
    sentences: Mapping[str, str]


_REQUESTS: Final = {
    "alternate-content": "A form in place of PUT or POST needs the field `content`; a form in "
    "place of GET or DELETE must not have it.",
    "alternate-method": "`method` must be GET, PUT, POST or DELETE.",
    "alternate-parameters": "The URL may have no parameter but `method`: put the others into the "
    "form.",
    "bad-request": "The request is not valid HTTP: send the complete body, as long as "
    "Content-Length says, and check the headers.",
    "content-type-not-json": "Send the header Content-Type: application/json, and JSON as the "
    "body.",
    "malformed-form": "The form cannot be parsed: send it complete, as URL-encoded UTF-8, each "
    "field with an equals sign, {limit} fields at most.",
    "missing-version": "Send the header {header}: 1.0.3 or 2.0.0.",
    "no-alternate-syntax": "xAPI 2.0 has no alternate request syntax: send an ordinary request "
    "with its own method, headers and body.",
    "no-form": "With `method` in the URL the body is a form: send the header Content-Type: "
    "application/x-www-form-urlencoded.",
    "not-one-statement": "PUT takes one statement: send it without the array around it, or several "
    "by POST.",
    "repeated-field": "A field occurs twice in the form: keep one of them.",
    "unknown-version": "{header} names a version that is not supported: send 1.0.x or 2.0.x, such "
    "as 1.0.3 or 2.0.0.",
}

_QUERIES: Final = {
    "ambiguous-person": "Several people have this personnel number: name the person by agent key, "
    "{keys}.",
    "ambiguous-trainee": "Several people have this personnel number: use the agent key, "
    "account|HOMEPAGE|NUMBER.",
    "clearance-of-a-part": "Whether a person may serve visitors depends on all programmes: leave "
    "{parameter} out, or ask for `what=verdict`.",
    "contradicts-more": "`more` continues the query that it came from, which has another "
    "{parameter}: leave {parameter} out, or send the query again.",
    "course-and-programme": "An explanation is about a course or about a programme: leave "
    "{parameter} out, or the other one.",
    "days-in-wrong-order": "The day {parameter} lies after the day `to`: swap them.",
    "invalid-more": "This link did not come from the store: send the query again.",
    "invalid-parameter": "The parameter {parameter} must be {form}.",
    "known-in-future": "{parameter} lies in the future: give a position of the log, or an instant "
    "up to now.",
    "malformed-query": "Write the query string as percent-encoded UTF-8, with {limit} parameters "
    "at most.",
    "missing-parameter": "Add the parameter {parameter}: it is required here.",
    "moments-in-wrong-order": "The moment {parameter} lies after the moment `to`: swap them.",
    "office-or-programme": "Add the parameter office, programme, or both. The certificates of one "
    "person are at /api/v1/certifications/KEY.",
    "pages-without-slices": "{parameter} pages through slices, which exist only with `by`: add "
    "`by`, or leave {parameter} out.",
    "parameters-exclude-each-other": "{parameter} may be combined with format and attachments "
    "only: leave the other parameters out.",
    "repeated-parameter": "Send the parameter {parameter} once.",
    "since-with-id": "`since` lists ids: leave it out, or leave out {name}.",
    "unknown-parameter": "A parameter is not known here: leave it out or check its spelling, "
    "including upper and lower case. Known are: {known}.",
}

_DOCUMENTS: Final = {
    "content-type-malformed": "Give an Internet media type in ASCII as Content-Type, such as "
    "application/json.",
    "document-not-json": "POST merges JSON objects: the document sent and the stored one must both "
    "have Content-Type application/json. Replace the document with PUT otherwise.",
    "document-not-object": "POST merges the properties of JSON objects: send an object.",
    "precondition-missing": "PUT needs If-Match or If-None-Match here: send If-None-Match: * for a "
    "new document, If-Match with its ETag for an existing one.",
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
    "agent-key": "Give an agent key: account|HOMEPAGE|NAME, mbox|mailto:ADDRESS, mbox_sha1sum|HEX "
    "or openid|URI.",
    "amount": "Give a number above zero, a million at most, without quotation marks.",
    "attempt-rule": "The rule that picks an attempt is best, last or first.",
    "count": "Give a whole number from 0 to 1,000,000,000, without quotation marks.",
    "course-kind": "The kind of a course is classroom, online, blended or test.",
    "date": "Give a calendar day such as 2026-03-31.",
    "empty-title": "Write the title in this language, or leave the language out.",
    "ends-before-since": "`valid_until` lies before `since`, the first day of this version of the "
    "rule: correct one of them.",
    "entry-code": "A code begins with a letter or digit; letters, digits, points, hyphens and "
    'underscores may follow, 64 characters in all. It is a text: write 12 as "12".',
    "equivalent-to-itself": "A course always counts as itself: name another course, or leave this "
    "out.",
    "link-circle": "The links would form a circle: `person` is linked to this identifier already, "
    "directly or through others. Both belong to one person as it is; to let another identifier "
    "represent that person, withdraw the present link first.",
    "link-to-itself": "An identifier cannot be linked to itself: name another one as `person`.",
    "month": "Give a calendar month such as 2026-03.",
    "more-than-named": "`at_least` asks for more courses than `courses` names.",
    "no-end-to-renew": "`renewal_days` needs valid_months or valid_until: give one of these too, "
    "or leave `renewal_days` out.",
    "no-title": "Give the title in one language at least.",
    "not-of-the-programme": "`counts_as` must be one of the programme's `courses`.",
    "positive-count": "Give a whole number from 1 to 1,000,000,000, without quotation marks.",
    "repeated-course": "The programme names this course already: keep one of them.",
    "repeated-entry": "Another entry of the same request describes the same thing: keep one of "
    "them.",
    "repeated-equivalent": "This equivalent occurs twice: keep one of them.",
    "two-validities": "Give valid_months or valid_until, not both.",
    "unknown-kind": "The catalogue has no such kind of entry. There are: {known}.",
    "unknown-reference": "The {kind} of the catalogue do not include this one: describe it first, "
    "or in the same request.",
    "until-before-since": "The day `until` lies before the day `since`: correct one of them.",
}

_LIMITS: Final = {
    "attachment-too-large": "An attachment may have {limit} bytes at most: leave its bytes out and "
    "give it a fileUrl.",
    "body-too-large": "A JSON body may have {limit} bytes at most: send the statements in several "
    "requests.",
    "document-too-large": "A document may have {limit} bytes at most: shorten it, or split it into "
    "several.",
    "form-too-large": "A form may have {limit} bytes at most: send an ordinary request, without "
    "`method`.",
    "merged-too-large": "A document and the one merged into it may have {limit} bytes together at "
    "most: send the whole document by PUT.",
    "multipart-too-large": "A multipart body may have {limit} bytes at most: send the statements "
    "in several requests.",
    "signatures-too-large": "The signatures of a request may have {limit} bytes in all: send the "
    "statements in several requests.",
    "too-many-parts": "A multipart body may have {limit} parts at most: send the statements in "
    "several requests.",
    "too-many-values": "JSON may hold {limit} values at most here: leave out what is not needed, "
    "or send several requests.",
    "too-many-statements": "Send at most {limit} statements in one request.",
}

_AWAY: Final = {
    "bytes-missing": "The document's bytes are missing where they were stored: whoever runs the "
    "store must check LRS_BLOB_FOLDER, and restore it.",
    "connection-cut": "A connection was cut while PostgreSQL worked on a long statement, such as "
    "one that creates an index: whoever runs the store must set the idle timeouts between the "
    "store and PostgreSQL (HAProxy's `timeout client` and `timeout server`, PgBouncer's "
    "query_timeout, a load balancer's idle timeout) longer than that takes, or give LRS_VIEWS_URL "
    "an address that does not pass through them.",
    "folder-away": "The folder of attachments and documents is not available at the moment: send "
    "the request again in a few seconds.",
    "index-behind": "The index is behind the log: send the request again in a moment.",
    "log-diverged": "An event that was read before is missing from the log: send the request again "
    "in a moment. Whoever runs the store sees under /api/v1/projections how many events are "
    "missing.",
    "outcome-unknown": "The database did not confirm the write in time; whether it is stored is "
    "unknown. The same request may be sent again.",
    "bodies-awaited": "Too many other bodies are being received: send the request again in a few "
    "seconds.",
    "forms-awaited": "Too many other requests are being received as forms: send the request again "
    "in a few seconds.",
    "memory-busy": "Other large requests use the available memory: send the request again in a few "
    "seconds.",
    "replica-folder-unusable": "The folder of replicas, LRS_REPLICA_FOLDER, cannot be used: "
    "{reason}. Whoever runs the store must let the store write there, or name another folder.",
    "replicas-awaited": "Too many reports of earlier positions wait already for their replicas: "
    "send the request again in a few minutes.",
    "reports-busy": "Too many other requests wait for a report: send the request again in a few "
    "seconds.",
    "too-busy": "Too many other requests are waiting: send the request again in a few seconds.",
    "streaming": "Too many large replies are being sent to slow clients: send the request again in "
    "a moment.",
    "shutting-down": "The store is shutting down and wrote nothing: send the request again in a "
    "moment.",
    "unavailable": "The database is not available or did not answer in time: send the request "
    "again in a few seconds.",
    "view-ahead-of-log": "The read model {projection} holds events that are missing from the log, "
    "so it is being rebuilt: send the request again later. Whoever runs the store sees under "
    "/api/v1/projections how many events are missing.",
    "view-being-made": "The read model is being built: send the request again later. Whoever runs "
    "the store sees the progress under /api/v1/projections.",
    "view-busy": "Another process works on the read model {projection}: send the request again in "
    "a moment.",
    "view-outdated": "The read model {projection} is of an older version, and its rebuild was "
    "cancelled: whoever runs the store must start it again, `lrs projections rebuild "
    "{projection}`.",
    "view-paused": "The read model {projection} is paused, so this cannot be decided: whoever runs "
    "the store must resume it.",
    "view-replaced": "The read model {projection} was rebuilt by another version of the program, "
    "with other settings or for another log: whoever runs the store must restart this process.",
    "write-contended": "The write conflicted with too many others, and nothing is stored: send the "
    "request again.",
    "write-timeout": "The database did not accept the write in time, and nothing is stored: send "
    "the request again in a few seconds.",
}

PROBLEMS: Final[Mapping[str, ErrorGroup]] = {
    "Invalid": ErrorGroup("The request breaks a rule of the protocol.", _REQUESTS),
    "MalformedJson": ErrorGroup("The text is not valid, unambiguous JSON.", JSON),
    "InvalidStatement": ErrorGroup("The JSON is not a valid statement.", STATEMENTS),
    "InvalidAttachments": ErrorGroup(
        "The parts of a multipart body do not fit the statements, or each other.", ATTACHMENTS
    ),
    "InvalidQuery": ErrorGroup("A parameter of the query string is not valid.", _QUERIES),
    "InvalidDocument": ErrorGroup("A document cannot be stored in this way.", _DOCUMENTS),
    "InvalidEntry": ErrorGroup("An entry of the catalogue is not valid.", _ENTRIES),
    "Unauthenticated": ErrorGroup(
        "The request has no key, or no valid one.",
        {
            "key-expired": "This key has expired: start the module again from the place where its "
            "launch link was.",
            "malformed-credentials": "Write the Authorization header as `Basic` and the base64 of "
            "NAME:SECRET.",
            "no-credentials": "Send a key: `Authorization: Basic` with the key's name and secret.",
            "unauthenticated": "The key's name or secret is wrong, or the key has been revoked: "
            "check both, or ask for a new key.",
        },
    ),
    "TooManyFailures": ErrorGroup(
        "Too many invalid keys came from one address.",
        {
            "too-many-failures": "The key's name or secret is wrong, or the key has been revoked, "
            "in several requests within a minute: check both, and wait as long as Retry-After "
            "says. A valid key is accepted at once.",
        },
    ),
    "Forbidden": ErrorGroup(
        "The key is valid, but does not allow this.",
        {
            "another-keys-document": "Another key owns this document, and the scopes `state` and "
            "`profile` cover only a key's own documents: use another stateId or profileId. If this "
            "key replaces the other one, whoever runs the store must create it by `lrs key create "
            "--continues`.",
            "foreign-page": "A page of another site has sent this: commands are accepted from "
            "programs and from the store's own pages, xAPI requests also from pages at "
            "LRS_CORS_ORIGINS.",
            "not-this-learner": "This key belongs to another learner, and may use only that "
            "learner's documents: send the actor of the launch link as the agent.",
            "scope-too-narrow": "This key's scope is too narrow: use a key with one of {scopes}.",
            "voiding-another-authority": "Voiding another authority's statement needs the scope "
            "`all`: use the key that sent the statement, or one with that scope.",
        },
    ),
    "OutsideLaunch": ErrorGroup(
        "The key is that of a launch link, and the request goes beyond the launch.",
        {
            "launch-activity": "This key may send statements about the launched activity only: "
            "send the link's activity_id as the object's id, or an id that continues it with /, # "
            "or ?, or name it among context.contextActivities.parent or grouping.",
            "launch-actor": "This key may send statements of the learner of its launch link only: "
            "send the link's actor, who is an Agent, as the statement's actor.",
            "launch-course": "The statement would count for another course than the launched "
            "activity's: name the launched activity, or the course it belongs to, as the parent, "
            "and no other course as object, parent or grouping.",
            "launch-documents": "This key may change documents of the launched activity only: send "
            "the activity_id of the launch link as the activityId.",
            "launch-scope": "This key may send and read only what belongs to its launch, and one "
            "report, the present transcript of its learner: /api/v1/transcripts/ and the learner's "
            "agent key, without `known`.",
            "launch-time": "The timestamp lies outside the time of the launch, by more than a day: "
            "check the clock, or leave the timestamp out.",
            "launch-voiding": "This key may void only statements that it sent itself: give the id "
            "of one of these as the object's.",
        },
    ),
    "NotFound": ErrorGroup(
        "What the request names does not exist.",
        {"no-such-resource": "There is no such resource: check the path."},
    ),
    "StatementNotFound": ErrorGroup(
        "There is no such statement, or this key may not see it.",
        {
            "statement-not-found": "There is no statement with that id that this key may see: "
            "check the id. `statementId` finds statements that are not voided, `voidedStatementId` "
            "those that are; a key of scope `statements/read/mine` finds only its own.",
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
        "The catalogue has no such entry.",
        {
            "entry-not-found": "The catalogue has no such entry, or it has been withdrawn: "
            "/api/v1/catalogue lists all there are.",
            "not-linked": "This identifier is not linked to another one: `lrs person show` shows "
            "which of a person's are.",
            "office-not-found": "The catalogue has no such office, and never had: /api/v1/offices "
            "lists all.",
            "programme-not-found": "The catalogue has no such programme, and never had: "
            "/api/v1/catalogue/programmes lists those there are.",
            "programme-not-known-then": "The catalogue had no such programme up to there: "
            "give a later position or instant as `known`, or leave it out.",
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
        "The trainee of a report is not known.",
        {
            "trainee-not-found": "Neither a statement nor a personnel record names such a trainee: "
            "/api/v1/transcripts lists all.",
            "trainee-not-known-then": "No event of the log up to that point names such a trainee: "
            "give a later position or instant as `known`, or leave it out.",
        },
    ),
    "CourseNotFound": ErrorGroup(
        "The course of a report is not known.",
        {
            "course-not-found": "Neither a statement nor the catalogue names such a course: "
            "/api/v1/courses lists all.",
            "course-not-known-then": "No event of the log up to that point names such a course: "
            "give a later position or instant as `known`, or leave it out.",
            "course-or-programme-not-found": "Nothing names such a course, by number or IRI, and "
            "the catalogue has no programme of that code: /api/v1/courses and "
            "/api/v1/catalogue/programmes list all.",
        },
    ),
    "ProjectionNotFound": ErrorGroup(
        "There is no such projection, or the event is not in its quarantine.",
        {
            "projection-not-found": "There is no such projection. There are: {known}.",
            "not-in-quarantine": "The quarantine of the projection {projection} has no event at "
            "that position: /api/v1/projections/{projection}/quarantine lists its events.",
        },
    ),
    "ReplicaNotFound": ErrorGroup(
        "There is no replica at that position.",
        {
            "replica-not-found": "There is no replica at position {position}, and none is being "
            "made: `lrs replay list` shows those that there are.",
        },
    ),
    "CredentialNotFound": ErrorGroup(
        "There is no such key; reported on the command line.",
        {
            "credential-not-found": "There is no key of that name, and no valid one with that "
            "label: `lrs key list` shows all."
        },
    ),
    "MethodNotAllowed": ErrorGroup(
        "The resource exists, but does not support the method.",
        {
            "method-not-allowed": "This resource does not support that method: the header Allow "
            "lists those that it supports."
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
        "The document exists already, and the request has no precondition.",
        {
            "precondition-required": "The document exists already: read it, decide, and send "
            "If-Match with its ETag.",
        },
    ),
    "CredentialConflict": ErrorGroup(
        "A label does not identify one key; reported on the command line.",
        {
            "label-ambiguous": "Several valid keys have this label: give the name of the one that "
            "is meant, {names}.",
            "label-taken": "A valid key has this label, {name}: choose another label, or revoke "
            "that key first.",
        },
    ),
    "RebuildConflict": ErrorGroup(
        "A projection is being rebuilt already, or is not being rebuilt.",
        {
            "no-rebuild": "The projection {projection} is not being rebuilt: there is nothing to "
            "cancel.",
            "rebuild-cancelled": "The rebuild of the projection {projection} was cancelled: its "
            "tables are as they were.",
            "rebuild-overtaken": "The projection {projection} has been rebuilt by another process "
            "meanwhile: this rebuild is cancelled.",
            "rebuild-under-way": "The projection {projection} is being rebuilt already: wait for "
            "that, or cancel it first.",
        },
    ),
    "ReplicaConflict": ErrorGroup(
        "A replica of the read models cannot be made just now.",
        {
            "replica-being-made": "A replica is being made already, and one is made at a time: "
            "wait for it, or drop it first. `lrs replay list` shows how far it is.",
            "replica-dropped": "The replica, or the one that it was to go on from, was dropped "
            "meanwhile: nothing of it is left.",
        },
    ),
    "PreconditionFailed": ErrorGroup(
        "The condition in If-Match or If-None-Match does not hold; nothing is changed.",
        {
            "document-exists": "If-None-Match: * requires that there is no document yet, but there "
            "is one.",
            "etag-mismatch": "The document was changed meanwhile: its ETag differs from the one in "
            "If-Match. Read it again and decide again.",
        },
    ),
    "TooLarge": ErrorGroup("The request is over a limit.", _LIMITS),
    "TooSlow": ErrorGroup(
        "The body did not arrive in time.",
        {
            "body-too-slow": "The body arrived too slowly, and the connection is closed: send it "
            "within {seconds:g} seconds, or if it is large, with {rate} bytes a second at least.",
        },
    ),
    "UnsupportedMedia": ErrorGroup(
        "The body is of a kind that is not accepted.",
        {
            "unsupported-content-encoding": "Send the body as it is, without compression and "
            "Content-Encoding.",
        },
    ),
    "InternalError": ErrorGroup(
        "The store failed because of an error of its own.",
        {
            "internal-error": "The store failed because of an error of its own: tell whoever runs "
            "it the request_id, under which the log has the details.",
        },
    ),
    "Unavailable": ErrorGroup("The database is not available, or too busy.", _AWAY),
    "QuotaExceeded": ErrorGroup(
        "Documents and attachments have reached a quota; statements without attachments are "
        "accepted as before.",
        {
            "key-quota-exceeded": "This key may store {limit} bytes of documents and attachments, "
            "and this would be more: nothing is stored. Whoever runs the store can raise "
            "LRS_KEY_QUOTA_BYTES, or create a key by `lrs key create --quota`.",
            "quota-exceeded": "The store may hold {limit} bytes of documents and attachments, and "
            "this would be more: nothing is stored. Whoever runs the store can raise "
            "LRS_QUOTA_BYTES, or have superseded State documents pruned.",
        },
    ),
    "StorageFull": ErrorGroup(
        "There is no room left.",
        {
            "replica-too-large": "The replica needs about {need}, and {free} are free in its "
            "folder: whoever runs the store must make room there, or set LRS_REPLICA_FOLDER.",
            "storage-full": "There is no room left to write: send the same again once whoever runs "
            "the store has made room.",
        },
    ),
}
"""By the name of the class in `lrs.domain.errors`."""


def sentence(classes: Iterable[str], code: str) -> str:
    """The sentence of a code, with its placeholders, from the first of the classes that has it.

    KeyError if none of the classes has the code.
    """
    for name in classes:
        group = PROBLEMS.get(name)
        if group is not None and code in group.sentences:
            return group.sentences[code]
    raise KeyError(code)
