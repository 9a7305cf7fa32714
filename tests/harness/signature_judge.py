"""Judges signatures by botocore: what it would have signed for the request that arrived."""
import hashlib
import re

import botocore.auth
import botocore.compat
import botocore.credentials
from botocore.awsrequest import AWSRequest

from harness.servers import Asked


def objections(asked: Asked, origin: str, credentials: botocore.credentials.Credentials, service: str,
               region: str) -> list[str]:
    """What is wrong with the signature of a request to `origin`; nothing if it is right."""
    authorization = asked.headers.get("authorization", "")
    signed = (re.search(r"SignedHeaders=([^,]+)", authorization) or ["", ""])[1].split(";")
    base = botocore.auth.S3SigV4Auth if service == "s3" else botocore.auth.SigV4Auth

    class Judge(base):
        def headers_to_sign(self, request):
            headers = botocore.compat.HTTPHeaders()
            for name in signed:
                headers[name] = request.headers.get(name, "")
            return headers

    request = AWSRequest(asked.method, origin + asked.path, data=asked.body,
                         headers={k: v for k, v in asked.headers.items() if k != "authorization"})
    request.context["timestamp"] = asked.headers.get("x-amz-date", "")
    judge = Judge(credentials, service, region)
    canonical = judge.canonical_request(request)
    signature = judge.signature(judge.string_to_sign(request, canonical), request)

    found = []
    if not authorization.startswith("AWS4-HMAC-SHA256 "):
        found.append(f"not the algorithm: {authorization}")
    if not authorization.endswith("Signature=" + signature):
        found.append(f"another signature than of\n{canonical}")
    # Neither of these is a part of what is signed.
    if f"Credential={judge.scope(request)}," not in authorization:
        found.append(f"another scope than {judge.scope(request)}")
    if asked.headers.get("x-amz-security-token") != credentials.token:
        found.append("another session token")
    # botocore takes this header at its word.
    digest = asked.headers.get("x-amz-content-sha256")
    if digest not in ("UNSIGNED-PAYLOAD", hashlib.sha256(asked.body).hexdigest()) and (service == "s3" or digest):
        found.append(f"x-amz-content-sha256 is {digest}")
    if unsigned := {"host", *(name for name in asked.headers if name.startswith("x-amz-"))} - set(signed):
        found.append(f"not signed: {sorted(unsigned)}")
    return found
