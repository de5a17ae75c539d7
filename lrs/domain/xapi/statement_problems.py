"""The codes and sentences for statements, their JSON and their attachments.

`lrs.domain.error_catalogue` includes them.
"""

from __future__ import annotations

from typing import Final

__all__ = ["ATTACHMENTS", "JSON", "STATEMENTS"]

JSON: Final = {
    "byte-order-mark": "Send UTF-8 without a byte order mark.",
    "duplicate-key": "A property occurs twice in one object: keep one of them.",
    "forbidden-character": "A string holds U+0000 or half of a surrogate pair: leave it out.",
    "malformed-json": "This is not JSON: check the quotation marks, commas and brackets.",
    "nesting-too-deep": "Objects and arrays nest deeper than {depth} levels: flatten them.",
    "not-utf8": "Encode the text as UTF-8.",
    "number-out-of-range": "A number is not finite or too large for a double: give a smaller one, "
    "or a string within extensions.",
}

STATEMENTS: Final = {
    "account-name": "An account's name is a string of at least one character: give the login id.",
    "activity-only": "Only a statement about an Activity may have a revision or platform in its "
    "context: leave it out, or make the object an Activity.",
    "authority-group": "An authority that is a Group is the pair of an OAuth application and its "
    "user: exactly two members, no identifier of the Group's own, and one member known by its "
    "account. Or leave the authority out: the store sets it.",
    "component-list": "This list of interaction components does not belong to this "
    "interactionType: choice and sequencing have choices, likert scale, matching source and "
    "target, performance steps.",
    "content-type": "Give an Internet media type such as application/pdf.",
    "duplicate-component": "The ids within one list of interaction components must differ: this "
    "one occurs already.",
    "duplicate-id": "Two statements of one batch have the same id: give each its own.",
    "duration": "Give an ISO 8601 duration as a string, such as PT1H30M, P2W or PT45.5S: P, then "
    "numbers with their letters, those of hours, minutes and seconds after a T, a fraction only on "
    "the last.",
    "empty-list": "List at least one element here, or leave the property out.",
    "group-members": "List the Group's Agents in `member`, at least one, or identify the Group by "
    "one of mbox, mbox_sha1sum, openid and account.",
    "identifier-count": "Identify the Agent or Group by exactly one of mbox, mbox_sha1sum, openid "
    "and account: {why}.",
    "id-mismatch": "The statement's id must be the parameter statementId: make them equal, or "
    "leave the id out.",
    "interaction-type": "Give the interactionType exactly as the standard writes it: true-false, "
    "choice, fill-in, long-fill-in, matching, performance, sequencing, likert, numeric or other.",
    "interaction-type-missing": "This property belongs to an interaction: give the definition "
    "an interactionType too.",
    "iri": "Give an absolute IRI such as https://example.org/course/1: {why}.",
    "language-tag": "Use an RFC 5646 language tag, such as ru, en-US or sr-Latn-RS, with hyphens "
    "between its parts.",
    "length": "Give the number of octets: a whole number, not negative, without quotation marks.",
    "mbox": "Give an e-mail address with mailto: before it, such as mailto:anna@example.org: "
    "{why}.",
    "missing-property": "Add this property, which is required here: {wants}.",
    "not-a-boolean": "Give true or false, without quotation marks.",
    "not-a-number": "Give a number, without quotation marks.",
    "not-a-string": "Give a string, in quotation marks.",
    "not-an-array": "Give an array, even of one element, each element {each}.",
    "not-an-object": "Give {wants}.",
    "null": "null is allowed only within extensions: give {wants}, or leave the property out where "
    "it is not required.",
    "object-type": "The objectType here is {allowed}; upper and lower case matter.",
    "scaled": "Give a number from -1 to 1, without quotation marks: the score's share of the "
    "highest possible one, 0.8 for 80 %.",
    "score-range": "The scores contradict each other: min must not be above max, and raw must lie "
    "between them.",
    "sha1": "Give the 40 hex digits of the SHA-1 of the mailto: IRI.",
    "sha2": "Give the attachment's SHA-256, SHA-384 or SHA-512 in 64, 96 or 128 hex digits.",
    "substatement-object": "The objectType of a SubStatement's object is {allowed}, never "
    "SubStatement; upper and lower case matter.",
    "timestamp": "Give a timestamp as a string, such as 2026-03-01T09:30:00.000Z: {why}.",
    "unknown-property": "This property is not known here: check its spelling, upper and lower "
    "case, and the objectType beside it. Known here are {known}. Data of your own belongs in "
    "extensions.",
    "uri": "Give an absolute URI such as https://anna.example.org/: {why}.",
    "uuid": "Give a UUID in its standard form, such as 8f87ccde-bb56-4c2e-ab83-44982ef22df0: hex "
    "digits in groups of 8-4-4-4-12.",
    "version": "Leave the version out, or give a string that the request's version allows: 1.0 "
    "or one that begins with 1.0., in a request of version 2.0 also 2.0 or 2.0.x.",
    "voiding-object": "A statement with the verb voided must have as its object the objectType "
    "StatementRef and the id of the statement to void.",
}

ATTACHMENTS: Final = {
    "attachment-hash": "A part's X-Experience-API-Hash is not the SHA-256, SHA-384 or SHA-512 of "
    "its bytes: hash the bytes exactly as they are sent, and write the hash in hex digits.",
    "attachment-header": "Every part after the first needs the headers Content-Type, "
    "Content-Transfer-Encoding: binary and X-Experience-API-Hash.",
    "attachment-missing": "This attachment has no fileUrl, and no part holds its bytes: send a "
    "part whose X-Experience-API-Hash is its sha2, or give a fileUrl.",
    "attachment-orphan": "A part's X-Experience-API-Hash is the sha2 of no attachment of the "
    "statements: leave the part out, or describe it in a statement's attachments.",
    "multipart-boundary": "Name the boundary in Content-Type: multipart/mixed; boundary=..., of 1 "
    "to 70 characters.",
    "multipart-first-part": "The first part must be the statements, with Content-Type: "
    "application/json.",
    "multipart-malformed": "The multipart/mixed body is malformed: each part stands between lines "
    "of the boundary that Content-Type names, with CRLF at the ends of lines.",
    "signature-algorithm": "Sign with RS256, RS384 or RS512, and say so in the JWS header's alg.",
    "signature-certificate": "The certificates in the JWS header's x5c cannot be read: give each "
    "as base64 of its DER, the signer's first, or leave x5c out.",
    "signature-content-type": "Give a signature the contentType application/octet-stream, in the "
    "statement and in its part.",
    "signature-malformed": "Give the signature as a JWS in compact serialization: header, payload "
    "and signature in base64url, with dots between.",
    "signature-no-value": "The third part of the JWS is not a signature of an RSA key: sign with "
    "the private key, and send the result.",
    "signature-payload": "The payload of the signature is another statement: sign the same "
    "statement that is sent, as it is before the signature is attached.",
    "signature-repeated": "A statement has one signature: leave the others out.",
    "signature-wrong": "The signature does not match the payload and the certificate: sign with "
    "the private key of the first certificate in x5c.",
}
