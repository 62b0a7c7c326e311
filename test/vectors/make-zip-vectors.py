"""Writes test/vectors/zip: ZIP files made by Python's zipfile, and by hand where no honest program would make them."""
import io, json, os, struct, sys, zipfile, zlib

folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "zip")
os.makedirs(folder, exist_ok=True)
for old in os.listdir(folder):
    os.remove(os.path.join(folder, old))


def vector(name, comment, file, expect="office-malformed", spec="APPNOTE 4.3", parts=None, zeros=0):
    case = {"comment": comment, "spec": spec, "expect": expect, "file": file.hex()}
    if zeros: case["zeros"] = zeros
    if parts is not None: case["parts"] = parts
    with open(os.path.join(folder, name + ".json"), "w") as out:
        json.dump(case, out, indent=2)
        out.write("\n")


def deflate(content):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


class Part:
    """One part; each field can be made to lie."""

    def __init__(self, name, content=b"text", **lies):
        self.name = name.encode() if isinstance(name, str) else name
        self.method = lies.get("method", 0)
        self.data = lies.get("data", deflate(content) if self.method == 8 else content)
        self.crc = lies.get("crc", zlib.crc32(content))
        self.packed, self.size = lies.get("packed", len(self.data)), lies.get("size", len(content))
        self.flags = lies.get("flags", 0)
        self.extra, self.local_extra = lies.get("extra", b""), lies.get("local_extra", b"")
        self.local = lies.get("local", {})
        self.behind = lies.get("behind", b"")
        self.offset = lies.get("offset")
        self.disk = lies.get("disk", 0)

    def header(self):
        told = lambda field: self.local.get(field, getattr(self, field))
        name = told("name")
        numbers = struct.pack("<HHHHHIIIHH", 20, told("flags"), told("method"), 0, 0x21, told("crc"), told("packed"),
                              told("size"), len(name), len(self.local_extra))
        return b"PK\3\4" + numbers + name + self.local_extra

    def record(self, offset):
        numbers = struct.pack("<HHHHHHIIIHHHHHII", 20, 20, self.flags, self.method, 0, 0x21, self.crc, self.packed,
                              self.size, len(self.name), len(self.extra), 0, self.disk, 0, 0, offset)
        return b"PK\1\2" + numbers + self.name + self.extra


def pack(*parts, between=b"", front=b"", comment=b"", count=None, gap=b"", end=None):
    body, records = front, b""
    for part in parts:
        offset = len(body) if part.offset is None else part.offset
        if part.offset is None:
            body += part.header() + part.data + part.behind + between
        records += part.record(offset)
    body += gap
    count = len(parts) if count is None else count
    numbers = struct.pack("<HHHHIIH", 0, 0, count & 0xffff, count & 0xffff, len(records), len(body), len(comment))
    return body + records + (end(len(body), len(records), len(parts)) if end else b"") + b"PK\5\6" + numbers + comment


def by_zipfile(method=zipfile.ZIP_DEFLATED, unseekable=False, comment=b"", force64=False):
    raw = io.BytesIO()

    class Pipe(io.RawIOBase):
        def writable(self): return True
        def write(self, data): return raw.write(data)

    with zipfile.ZipFile(Pipe() if unseekable else raw, "w", method) as package:
        package.comment = comment
        for name, content in honest.items():
            with package.open(zipfile.ZipInfo(name, (2026, 1, 2, 3, 4, 6)), "w", force_zip64=force64) as part:
                part.write(content.encode())
    return raw.getvalue()


honest = {"[Content_Types].xml": "<Types/>" * 20, "word/document.xml": "text " * 100, "empty": ""}

vector("zipfile", "as Python writes it", by_zipfile(zipfile.ZIP_DEFLATED), "success", parts=honest)
vector("zipfile-stored", "nothing is compressed", by_zipfile(zipfile.ZIP_STORED), "success", parts=honest)
vector("zipfile-pipe", "lengths stand behind each part", by_zipfile(unseekable=True), "success", parts=honest)
vector("zipfile-zip64", "room for large parts", by_zipfile(force64=True), "success", parts=honest)
vector("zipfile-comment", "a comment at the end", by_zipfile(comment=b"made by a program"), "success", parts=honest)

a, b = Part("a.xml", b"first"), Part("b/b.xml", b"second " * 9, method=8)
both = {"a.xml": "first", "b/b.xml": "second " * 9}
vector("plain", "two parts", pack(a, b), "success", parts=both)
vector("none", "no parts at all", pack(), "success", parts={})
vector("folder", "a folder has an entry of its own", pack(Part("b/", b""), b), "success", parts={"b/": "", "b/b.xml": both["b/b.xml"]})
bare = struct.pack("<III", a.crc, 5, 5)
vector("descriptor-bare", "lengths behind the part, without a mark",
       pack(Part("a.xml", b"first", flags=8, local={"crc": 0, "packed": 0, "size": 0}, behind=bare)), "success", parts={"a.xml": "first"})
wide = b"PK\7\10" + struct.pack("<IQQ", a.crc, 5, 5)
vector("descriptor-wide", "lengths behind the part, in 8 bytes",
       pack(Part("a.xml", b"first", flags=8, local={"crc": 0, "packed": 0, "size": 0}, behind=wide)), "success", parts={"a.xml": "first"})


def end64(at, size, count, lie=0):
    record = b"PK\6\6" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, count + lie, count + lie, size, at)
    return record + b"PK\6\7" + struct.pack("<IQI", 0, at + size, 1)


vector("end64", "an end with room for more", pack(a, b, end=end64), "success", parts=both)
vector("end64-differs", "two ends that count differently", pack(a, b, end=lambda *n: end64(*n, lie=1)))
vector("end64-elsewhere", "the larger end is not where it should be",
       pack(a, b, end=lambda at, size, n: b"PK\6\7" + struct.pack("<IQI", 0, 3, 1)))
offset64 = Part("b/b.xml", b"second", extra=struct.pack("<HHQ", 1, 8, 40))
vector("offset64", "a place in 8 bytes", pack(a, offset64).replace(struct.pack("<II", 0, 40) + b"b/b.xml", struct.pack("<II", 0, 0xffffffff) + b"b/b.xml"),
       "success", parts={"a.xml": "first", "b/b.xml": "second"})
vector("size64-huge", "a length of 2^60", pack(Part("a.xml", b"first", size=0xffffffff, packed=0xffffffff,
       extra=struct.pack("<HHQQ", 1, 16, 1 << 60, 1 << 60))))
vector("size64-missing", "a length that stands nowhere", pack(Part("a.xml", b"first", size=0xffffffff, packed=0xffffffff)))

vector("no-end", "no end", pack(a, b)[:-22])
vector("empty-file", "not a byte", b"")
vector("cut", "the end of the directory is missing", pack(a, b)[:-40] + pack(a, b)[-22:])
vector("two-ends", "a second file in the comment", pack(a, comment=b"PK\5\6" + bytes(18)))
vector("end-behind", "bytes behind the end", pack(a, b) + b"more")
vector("front", "bytes in front of the first part", pack(a, b, front=b"#!/bin/sh\n"))
vector("gap", "bytes between two parts, in which another could hide", pack(a, b, between=Part("c.xml").header() + b"text"))
vector("gap-directory", "bytes in front of the directory", pack(a, b, gap=b"gap"))
vector("count-more", "more parts than there are", pack(a, b, count=3))
vector("count-less", "fewer parts than there are", pack(a, b, count=1))
vector("count-absurd", "65535 parts in a small file", pack(a, count=0xffff))
vector("volumes", "one of several volumes", pack(Part("a.xml", disk=1)), "office-unsupported")

for name, said in {"crc": {"crc": 1}, "size": {"size": 3}, "packed": {"packed": 3}, "name": {"name": b"z.xml"},
                   "name-case": {"name": b"A.xml"}, "method": {"method": 8}, "utf8": {"flags": 0x800}}.items():
    vector("local-" + name, "the part says another " + name + " than the directory", pack(Part("a.xml", b"first", local=said)))
vector("local-mark", "no part where the directory says", pack(a, b).replace(b"PK\3\4", b"PK\3\5", 1))
vector("local-outside", "a part beyond the end", pack(a, Part("b.xml", offset=1 << 20)))
vector("local-in-directory", "a part that reaches into the directory", pack(Part("a.xml", b"first", packed=50, size=50)))
vector("overlap", "two names for the same bytes", pack(a, Part("z.xml", b"first", offset=0)))
vector("overlap-kernel", "parts that all end in the same bytes", pack(Part("a.xml", b"x" * 60), Part("b.xml", b"x" * 60, offset=10)))
vector("descriptor-lies", "lengths behind the part that differ", pack(Part("a.xml", b"first", flags=8, local={"crc": 0, "packed": 0, "size": 0}, behind=struct.pack("<III", a.crc, 5, 6))))

vector("same-name", "the same name twice", pack(a, Part("a.xml", b"other")))
vector("same-name-case", "the same name but for the case", pack(a, Part("A.XML", b"other")))
vector("name-unicode-path", "another name beside its name",
       pack(Part("a.xml", extra=struct.pack("<HHBI", 0x7075, 10, 1, 0) + b"b.xml")))
for name, bad in {"parent": "../a.xml", "parent-inside": "word/../../a.xml", "root": "/etc/passwd", "drive": "C:/a.xml", "drive-relative": "c:a.xml",
                  "backslash": "..\\a.xml", "nul": "a.xml\0.txt", "newline": "a\n.xml", "double": "word//a.xml", "dot": "./a.xml", "parent-folder": "../"}.items():
    vector("name-" + name, "a name that leads out, or means two things", pack(Part(bad, b"" if bad.endswith("/") else b"text")))
vector("name-empty", "no name", pack(Part("")))
vector("name-long", "a name of 1025 bytes", pack(Part("a" * 1025)))
vector("name-utf8-broken", "a name that is no UTF-8, although it says so", pack(Part(b"a\xff.xml", flags=0x800)))
vector("name-utf8", "a name beyond ASCII", pack(Part("größe.xml", flags=0x800)), "success", parts={"größe.xml": "text"})

vector("encrypted", "encrypted with a password", pack(Part("a.xml", flags=1)), "office-unsupported")
vector("encrypted-strong", "encrypted in another way", pack(Part("a.xml", flags=0x41)), "office-unsupported")
vector("masked", "with a masked directory", pack(Part("a.xml", flags=0x2000)), "office-unsupported")
vector("bzip2", "compressed with bzip2", pack(Part("a.xml", method=12)), "office-unsupported")
vector("stored-sizes", "stored, with two lengths", pack(Part("a.xml", b"first", size=6)))

zeros = b"\0" * 1_000_000
vector("longer", "unpacks to more than it says", pack(Part("a.xml", zeros, method=8, size=10)))
vector("shorter", "unpacks to less than it says", pack(Part("a.xml", b"first", method=8, size=6)))
vector("crc", "unpacks to something else", pack(Part("a.xml", b"first", method=8, crc=7)))
vector("deflate-broken", "does not unpack", pack(Part("a.xml", b"first", method=8, data=b"\xff" * 20)))
vector("deflate-cut", "ends in its middle", pack(Part("a.xml", zeros, method=8, data=deflate(zeros)[:-9])))
vector("ratio", "larger than anything can be packed", pack(Part("a.xml", b"first", method=8, size=20_000)))
