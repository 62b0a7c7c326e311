#!/usr/bin/env python3
"""Writes test/vectors/sealed-page/*.json from docs/formats/sealed-page.md alone, with Python's own base64.

Run it in this folder; what it writes is checked in.
"""
import base64
import json
import pathlib

folder = pathlib.Path(__file__).parent / "sealed-page"
folder.mkdir(exist_ok=True)

START = b'<!doctype html><html lang="en" data-sealed-page="1">'
END = b"</script></body></html>"


def block(data, service="https://rms.contoso.example", suffix=".ptxt", size=None, eol=b"\n", lines=None):
    said = len(data) if size is None else size
    facts = f'data-service="{service}" data-suffix="{suffix}" data-bytes="{said}"'
    tag = f'<script type="application/vnd.sealwright.sealed-page" id="sealed" {facts}>'
    coded = base64.encodebytes(data) if lines is None else lines
    return tag.encode() + eol + coded.replace(b"\n", eol)


def page(data=b"Hello, sealed page.", head=b"<head></head><body>", start=START, end=END + b"\n", **how):
    return start + head + block(data, **how) + end


def vector(name, comment, spec, file, expect="success", **more):
    found = {"comment": comment, "spec": spec, "expect": expect, **more, "file": file.hex()}
    (folder / f"{name}.json").write_text(json.dumps(found, indent=2) + "\n")


def good(name, comment, file, content, service="https://rms.contoso.example", suffix=".ptxt"):
    vector(name, comment, "§2", file, content=content.hex(), service=service, suffix=suffix)


def bad(name, comment, spec, file):
    vector(name, comment, spec, file, expect="sealed-page-malformed")


hello = b"Hello, sealed page."
good("worked-example", "the page of section 5", page(hello), hello)
for size in (1, 2, 3, 56, 57, 58, 113, 114, 115, 1000):
    data = bytes(i * 7 % 256 for i in range(size))
    good(f"bytes-{size}", f"{size} bytes: where lines and padding end", page(data), data)
good("carriage-returns", "line ends rewritten by a mail program", page(hello * 9, eol=b"\r\n", end=END + b"\r\n"), hello * 9)
good("no-last-line-end", "nothing behind the page", page(hello, end=END), hello)
good("other-head", "the head belongs to the writer", page(hello, head=b"<head>" + b" " * 60000 + b"</head><body>"), hello)
good("loopback", "a trial on one computer", page(hello, service="http://localhost:7443"), hello, "http://localhost:7443")
good("office", "a document that keeps its name", page(hello, suffix=".docx"), hello, suffix=".docx")

vector("other-page", "a page like any other", "§2", b"<!doctype html><html lang=\"en\"><body></body></html>", "not-protected")
vector("in-a-comment", "what begins otherwise is another page", "§2", b"<!-- -->" + page(), "not-protected")
vector("version-2", "a version to come", "§2", page(start=START.replace(b'"1"', b'"2"')), "sealed-page-unsupported")
bad("no-version", "a version that is no number", "§2", page(start=START.replace(b'"1"', b'"x"')))
bad("no-block", "nothing in it", "§2", START + b"<head></head><body></body></html>")
bad("block-too-late", "more than 64 KiB in front", "§2", page(head=b" " * 65536))
bad("two-files", "a reader and a person could mean another one", "§2", page(head=block(b"another") + b"</script>"))
bad("two-files-commented", "also where one is in a comment", "§2", page(head=b"<!--" + block(b"another") + b"</script>-->"))
bad("file-behind", "a second one behind the end", "§2", page(end=END + block(b"another") + END))
bad("more-behind", "64 bytes of line ends, and one", "§2", page(end=END + b"\n" * 42))
bad("script-behind", "nothing stands behind the page", "§2", page(end=END + b"<script>1</script>"))
bad("other-end", "a page that ends otherwise", "§2", page(end=b"</script></body>\n</html>"))
bad("ten-gigabytes", "it says more than a page may hold", "§3", page(size=10 * 10**9))
bad("over-limit", "one byte more than 12 MiB", "§3", page(size=12 * 1024 * 1024 + 1))
bad("shorter", "it says more than there is", "§3", page(size=len(hello) + 3))
bad("longer", "it says less than there is", "§3", page(size=len(hello) - 3))
bad("size-zero", "an empty file is not protected", "§3", page(b"", size=0))
bad("size-hex", "a size is spelled in one way", "§3", page(size="0x13"))
bad("size-leading-zero", "a size is spelled in one way", "§3", page(size="019"))
bad("size-negative", "a size is spelled in one way", "§3", page(size="-19"))
bad("cut", "it did not arrive whole", "§3", page(hello * 20)[:-200])
bad("line-too-long", "a line of 80 characters", "§3", page(b"A" * 60, lines=base64.b64encode(b"A" * 60) + b"\n"))
bad("line-too-short", "two lines where one is due", "§3", page(b"A" * 57, lines=b"QUFB\n" + b"QUFB" * 18 + b"\n"))
bad("space-in-line", "no other character", "§3", page(hello, lines=b"SGVsbG8sIHNlYWxlZCBwYWd lLg==\n"[:28] + b"\n"))
bad("url-alphabet", "another spelling of base64", "§3", page(b"\xff\xff\xff", lines=b"____\n"))
bad("bits-left-over", "a second spelling of the same byte", "§3", page(b"A", lines=b"QR==\n"))
bad("padding-inside", "base64 ends once", "§3", page(b"A" * 60, lines=b"QUFB" * 18 + b"QQ==\n" + b"QUFB\n"))
bad("tag-in-line", "text of the page where the file is", "§3", page(hello, lines=b"</script><script>alert(1)</s\n"))
bad("suffix-program", "an ending cannot be a path", "§2", page(suffix="/../x"))
bad("suffix-script", "nor break out of its place", "§2", page(suffix='"><script>'))
bad("suffix-upper", "it is spelled in one way", "§2", page(suffix=".PTXT"))
bad("service-quote", "an address cannot break out of its place", "§2", page(service='https://x"onload="x'))
bad("service-space", "an address has no spaces", "§2", page(service="https://x .example"))
bad("service-path", "it is an origin", "§2", page(service="https://x.example/view"))
bad("service-program", "it is where a browser can go", "§2", page(service="javascript:alert(1)"))
bad("service-upper", "it is spelled in one way", "§2", page(service="https://X.example"))
bad("service-long", "an address has an end", "§2", page(service="https://" + "x" * 2048))
