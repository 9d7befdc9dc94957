"""Eighty and more ways to ask wrongly, each with the status and the words that the answer owes."""

import gzip
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Wrong:
    """A request to the delivery `named`, which has the features price and weight."""

    name: str
    status: int
    says: str
    body: bytes = b""
    method: str = "POST"
    path: str = "/predict"
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})


def many_keys() -> bytes:
    """Return an object with many keys, of which the last stands twice."""
    keys = ",".join(f'"{number}":0' for number in [*range(100_000), 99_999])
    return f"{{{keys}}}".encode()


def bodies() -> list[Wrong]:
    """Bodies of POST /predict."""
    digits = "1" * 400
    return [
        Wrong("no JSON", 400, "not JSON", b"features=1,2"),
        Wrong("an empty body", 400, "empty", b""),
        Wrong("white space", 400, "not JSON", b"  \n"),
        Wrong("half a body", 400, "character 18", b'{"features": [1, 2'),
        Wrong("trailing text", 400, "extra data", b'{"features": [1, 2]} and more'),
        Wrong("two objects", 400, "extra data", b'{"features": [1, 2]}{"features": [1, 2]}'),
        Wrong("a trailing comma", 400, "not JSON", b'{"features": [1, 2,]}'),
        Wrong("a comment", 400, "not JSON", b'{"features": [1, 2]} // two'),
        Wrong("single quotes", 400, "not JSON", b"{'features': [1, 2]}"),
        Wrong("a hexadecimal number", 400, "not JSON", b'{"features": [0x1, 2]}'),
        Wrong("a leading zero", 400, "not JSON", b'{"features": [01, 2]}'),
        Wrong("a leading plus", 400, "not JSON", b'{"features": [+1, 2]}'),
        Wrong("a bare point", 400, "not JSON", b'{"features": [.5, 2]}'),
        Wrong("a control character in a text", 400, "not JSON", b'{"feat\nures": [1, 2]}'),
        Wrong("a null byte", 400, "not JSON", b'{"features": [1, 2\x00]}'),
        Wrong("a null byte first", 400, "binary", b'\x00{"features": [1, 2]}'),
        Wrong("nesting, 100,000 deep", 400, "too deep", b'{"features": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
        Wrong("objects, 100,000 deep", 400, "too deep", b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
        Wrong("UTF-16", 400, "UTF-16", '{"features": [1, 2]}'.encode("utf-16")),
        Wrong("UTF-16 without a mark", 400, "UTF-16", '{"features": [1, 2]}'.encode("utf-16-le")),
        Wrong("UTF-32", 400, "UTF-32", '{"features": [1, 2]}'.encode("utf-32")),
        Wrong("a byte order mark", 400, "byte order mark", '{"features": [1, 2]}'.encode("utf-8-sig")),
        Wrong("invalid UTF-8", 400, "byte 2 ", b'{"\xff": [1, 2]}'),
        Wrong("Latin-1", 400, "not UTF-8", '{"größe": [1, 2]}'.encode("latin-1")),
        Wrong("an overlong encoding", 400, "not UTF-8", b'{"features\xc0\x80": [1, 2]}'),
        Wrong("a surrogate in bytes", 400, "not UTF-8", b'{"features\xed\xa0\x80": [1, 2]}'),
        Wrong("a lone surrogate as a key", 422, "surrogate", b'{"\\ud800": [1, 2]}'),
        Wrong("a lone surrogate as a value", 422, "surrogate", b'{"features": ["\\udfff", 2]}'),
        Wrong("U+0000 as a key", 422, "U+0000", b'{"features": {"\\u0000": 1, "weight": 2}}'),
        Wrong("U+0000 as a value", 422, "U+0000", b'{"features": ["\\u0000", 2]}'),
        Wrong("a doubled key", 422, '"features" stands more', b'{"features": [1, 2], "features": [3, 4]}'),
        Wrong("a key doubled by an escape", 422, "more than once", b'{"features": [1, 2], "\\u0066eatures": [3, 4]}'),
        Wrong("a list", 422, "an object is expected", b"[1, 2]"),
        Wrong("a number", 422, "an object is expected", b"1"),
        Wrong("a text", 422, "an object is expected", b'"features"'),
        Wrong("null", 422, "an object is expected", b"null"),
        Wrong("no key", 422, "features: this key is missing", b"{}"),
        Wrong("a wrong key", 422, "feature", b'{"feature": [1, 2]}'),
        Wrong("a key in capitals", 422, "missing", b'{"Features": [1, 2]}'),
        Wrong("an extra key", 422, "id: this key is not known", b'{"features": [1, 2], "id": 7}'),
        Wrong("features that are null", 422, "features: a list", b'{"features": null}'),
        Wrong("features that are a text", 422, "features: a list", b'{"features": "1, 2"}'),
        Wrong("features that are a number", 422, "features: a list", b'{"features": 1}'),
        Wrong("features that are a boolean", 422, "features: a list", b'{"features": true}'),
        Wrong("no features", 422, "2 features are expected (price, weight), not 0", b'{"features": []}'),
        Wrong("too few features", 422, "2 features are expected (price, weight), not 1", b'{"features": [1]}'),
        Wrong("too many features", 422, "2 features are expected (price, weight), not 3", b'{"features": [1, 2, 3]}'),
        Wrong("a text for a number", 422, "Feature 1 (weight): a number", b'{"features": [1, "5.1"]}'),
        Wrong("true for a number", 422, "Feature 0 (price): a number", b'{"features": [true, 2]}'),
        Wrong("false for a number", 422, "not a boolean", b'{"features": [1, false]}'),
        Wrong(
            "null for a number", 422, "Feature 1 (weight): a number is expected, not null", b'{"features": [1, null]}'
        ),
        Wrong("a list for a number", 422, "Feature 0 (price): a number", b'{"features": [[1], 2]}'),
        Wrong("a row in a list", 422, "2 features are expected", b'{"features": [[1, 2]]}'),
        Wrong("an object for a number", 422, "not an object", b'{"features": [{"price": 1}, 2]}'),
        Wrong("NaN", 422, "Feature 0 (price): a finite", b'{"features": [NaN, 2]}'),
        Wrong("Infinity", 422, "Feature 1 (weight): a finite", b'{"features": [1, Infinity]}'),
        Wrong("-Infinity", 422, "Feature 1 (weight): a finite", b'{"features": [1, -Infinity]}'),
        Wrong("1e999", 422, "Feature 0 (price): a finite", b'{"features": [1e999, 2]}'),
        Wrong("-1e999", 422, "Feature 0 (price): a finite", b'{"features": [-1e999, 2]}'),
        Wrong("400 digits", 422, "Feature 0 (price): an integer beyond", f'{{"features": [{digits}, 2]}}'.encode()),
        Wrong("5,000 digits", 422, "Feature 0 (price): an integer", f'{{"features": [{"1" * 5000}, 2]}}'.encode()),
        Wrong("-5,000 digits", 422, "Feature 1 (weight): an int", f'{{"features": [1, -{"1" * 5000}]}}'.encode()),
        Wrong("an integer beyond 2^53", 422, "Feature 1 (weight): an int", b'{"features": [1, 9007199254740993]}'),
        Wrong("1e39 for float32", 422, "Feature 1 (weight): this model takes no number", b'{"features": [1, 1e39]}'),
        Wrong("a missing name", 422, '"weight": missing', b'{"features": {"price": 1}}'),
        Wrong("an unknown name", 422, '"size": this model', b'{"features": {"price": 1, "weight": 2, "size": 3}}'),
        Wrong("a doubled name", 422, '"price" stands', b'{"features": {"price": 1, "weight": 2, "price": 3}}'),
        Wrong("no names", 422, '"price", "weight": missing', b'{"features": {}}'),
        Wrong("a text by name", 422, "Feature 1 (weight): a number", b'{"features": {"price": 1, "weight": "2"}}'),
        Wrong("1 MB of features", 422, "2 features are expected", b'{"features": [' + b"1," * 500_000 + b"1]}"),
        Wrong("100,000 keys, one doubled", 422, '"99999" stands', many_keys()),
        Wrong("a body over the limit", 413, "MAX_BODY_BYTES", b'{"features": [' + b"1," * 2**20 + b"1]}"),
    ]


def batches() -> list[Wrong]:
    """Bodies of POST /predict/batch, and its query."""
    path = "/predict/batch"
    long = b'{"instances": [' + b"1," * 400_000 + b"1]}"
    return [
        Wrong("a batch without rows", 422, "instances: at least 1", b'{"instances": []}', path=path),
        Wrong("a batch with a bad row", 422, "Instance 1: Feature 0", b'{"instances": [[1, 2], ["a", 2]]}', path=path),
        Wrong("a batch with a short row", 422, "Instance 1: 2 features", b'{"instances": [[1, 2], [1]]}', path=path),
        Wrong("a batch with no row", 422, "instances.1: a list", b'{"instances": [[1, 2], 3]}', path=path),
        Wrong("a batch with 1e39", 422, "Instance 1: Feature 1", b'{"instances": [[1, 2], [1, 1e39]]}', path=path),
        Wrong("a batch too long", 422, "At most 1000", b'{"instances": [' + b"[1,2]," * 1000 + b"[1,2]]}", path=path),
        Wrong("a batch of one row", 422, "instances.0: a list", b'{"instances": [1, 2]}', path=path),
        Wrong("a batch of 400,000 numbers", 422, "instances.0: a list", long, path=path),
        Wrong("a batch by another key", 422, "instances: this key is missing", b'{"features": [[1, 2]]}', path=path),
        Wrong("a query to a batch", 422, "it takes none", b'{"instances": [[1, 2]]}', path=f"{path}?include=all"),
    ]


def headers() -> list[Wrong]:
    """What a body is said to be."""
    good = b'{"features": [1, 2]}'
    json_in = "application/json; charset="
    return [
        Wrong("no content type", 415, "names no content type", good, headers={}),
        Wrong("a form", 415, "x-www-form", good, headers={"Content-Type": "application/x-www-form-urlencoded"}),
        Wrong("plain text", 415, "application/json", good, headers={"Content-Type": "text/plain"}),
        Wrong("a content type of no form", 415, "application/json", good, headers={"Content-Type": "json"}),
        Wrong("a multipart form", 415, "multipart", good, headers={"Content-Type": "multipart/form-data; boundary=x"}),
        Wrong("another charset", 415, "utf-16", good, headers={"Content-Type": f"{json_in}utf-16"}),
        Wrong("Latin-1 as charset", 415, "latin-1", good, headers={"Content-Type": f"{json_in}latin-1"}),
        Wrong(
            "a compressed body",
            415,
            "compressed",
            gzip.compress(good),
            headers={"Content-Type": "application/json", "Content-Encoding": "gzip"},
        ),
        Wrong(
            "a body that is only said to be compressed",
            415,
            "compressed",
            good,
            headers={"Content-Type": "application/json", "Content-Encoding": "br"},
        ),
    ]


def paths() -> list[Wrong]:
    """Queries, ids, methods and paths."""
    good = b'{"features": [1, 2]}'
    return [
        Wrong("an unknown parameter", 422, "it takes include", good, path="/predict?offset=1"),
        Wrong("an impossible value", 422, "include: 'probabilities' is expected", good, path="/predict?include=all"),
        Wrong(
            "probabilities where there are none", 422, "no probabilities", good, path="/predict?include=probabilities"
        ),
        *(
            Wrong(f"GET /predict?{query}", 422, says, method="GET", path=f"/predict?{query}")
            for query, says in {
                "limit=0": "limit: a number from 1 on",
                "limit=1001": "limit: a number up to 1000",
                "limit=x": "limit: a whole number",
                "limit=": "limit: a whole number",
                "limit=1.0": "limit: a whole number",
                "limit=1e2": "limit: a whole number",
                "limit=1&limit=2": "limit: this parameter is given more than once",
                "after=-1": "after: a number from 0 on",
                f"after={10**30}": "after: ",
                "detail=maybe": "detail: true or false",
                "offset=3": "offset: this call has no such parameter",
                "LIMIT=3": "LIMIT: this call has no such parameter",
            }.items()
        ),
        *(
            Wrong(f"the id {given}", 422, "id: ", method="GET", path=f"/predict/{given}")
            for given in ("0", "-1", str(10**30), "one", "1.0", "+1", "%31%00", "1_000", "٣", "NaN", "true", "9" * 5000)
        ),
        Wrong("an id that was never given", 404, "no prediction with id 77", method="GET", path="/predict/77"),
        Wrong("a query to an id", 422, "it takes detail", method="GET", path="/predict/1?include=all"),
        Wrong("a query to the model", 422, "it takes none", method="GET", path="/model?x=1"),
        Wrong("an unknown path", 404, "nothing at /nowhere", method="GET", path="/nowhere"),
        Wrong("a trailing slash", 404, "nothing at /predict/", good, path="/predict/"),
        Wrong("a path below an id", 404, "nothing at", method="GET", path="/predict/1/features"),
        *(
            Wrong(f"{method} {path}", 405, f"takes {allowed}, not {method}", method=method, path=path)
            for method, path, allowed in [
                ("PUT", "/predict", "GET, POST"),
                ("DELETE", "/predict", "GET, POST"),
                ("PATCH", "/predict", "GET, POST"),
                ("OPTIONS", "/predict", "GET, POST"),
                ("TRACE", "/predict", "GET, POST"),
                ("BREW", "/predict", "GET, POST"),
                ("GET", "/predict/batch", "POST"),
                ("DELETE", "/predict/1", "GET"),
                ("POST", "/predict/1", "GET"),
                ("POST", "/health/live", "GET"),
                ("POST", "/model", "GET"),
            ]
        ),
    ]


WRONG_REQUESTS = [*bodies(), *batches(), *headers(), *paths()]
