#!/usr/bin/env python3
"""Writes test/vectors/compound/*.json and test/vectors/office/*.json: one file, one case, one defect.

It shares no code with the project, and lays files out in another order than the project's writer does.
Run: python3 test/vectors/make-office-vectors.py
"""
import json
import os
import shutil
import struct

HERE = os.path.dirname(os.path.abspath(__file__))
END, FREE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
NONE = 0xFFFFFFFF


class Layout:
    """A compound file with everything in places that can be changed before it is written."""

    def __init__(self, streams, version=3, scrambled=False):
        """streams: list of (path, bytes); storages are made as needed."""
        self.version = version
        self.sector = 512 if version == 3 else 4096
        self.entries = [["Root Entry", 5, NONE, NONE, NONE, END, 0]]
        self.header = {"minor": 0x3E, "version": version, "order": 0xFFFE, "shift": 9 if version == 3 else 12,
                       "mini_shift": 6, "cutoff": 4096, "dir_count": 0}
        self.mini, self.mini_fat = b"", []
        self.large = []
        for path, data in streams:
            self.add(path, data)
        self.place(scrambled)

    def find(self, parent, name):
        at = self.entries[parent][4]
        while at != NONE:
            if self.entries[at][0] == name:
                return at
            at = self.entries[at][3]
        return None

    def child(self, parent, name, kind):
        """Siblings as a chain to the right: allowed for readers, though no writer should."""
        found = self.find(parent, name)
        if found is not None:
            return found
        self.entries.append([name, kind, NONE, NONE, NONE, 0, 0])
        index = len(self.entries) - 1
        if self.entries[parent][4] == NONE:
            self.entries[parent][4] = index
        else:
            at = self.entries[parent][4]
            while self.entries[at][3] != NONE:
                at = self.entries[at][3]
            self.entries[at][3] = index
        return index

    def add(self, path, data):
        parent = 0
        for name in path[:-1]:
            parent = self.child(parent, name, 1)
        entry = self.entries[self.child(parent, path[-1], 2)]
        entry[6] = len(data)
        if len(data) == 0:
            entry[5] = END
        elif len(data) < 4096:
            entry[5] = len(self.mini_fat)
            count = -(-len(data) // 64)
            self.mini_fat += [entry[5] + i + 1 for i in range(count - 1)] + [END]
            self.mini += data.ljust(count * 64, b"\0")
        else:
            self.large.append((entry, data))

    def place(self, scrambled):
        """Sectors: table, directory, mini table, mini stream, then the large streams; or those first and piece by piece."""
        parts = []
        per = self.sector // 128
        directory = -(-len(self.entries) // per)
        mini_fat = -(-len(self.mini_fat) * 4 // self.sector)
        mini = -(-len(self.mini) // self.sector)
        large = [-(-len(data) // self.sector) for _, data in self.large]
        total = 1 + directory + mini_fat + mini + sum(large)
        assert total <= self.sector // 4
        order = list(range(total))
        if scrambled:
            order = order[1::2] + order[0::2]
        take = iter(order)
        self.fat_at = [next(take)]
        self.directory_at = [next(take) for _ in range(directory)]
        self.mini_fat_at = [next(take) for _ in range(mini_fat)]
        self.mini_at = [next(take) for _ in range(mini)]
        self.large_at = [[next(take) for _ in range(count)] for count in large]
        self.fat = [FREE] * (self.sector // 4)
        for chain in [self.directory_at, self.mini_fat_at, self.mini_at, *self.large_at]:
            for here, there in zip(chain, chain[1:] + [END]):
                self.fat[here] = there
        self.fat[self.fat_at[0]] = FAT
        self.entries[0][5] = self.mini_at[0] if mini else END
        self.entries[0][6] = len(self.mini)
        for (entry, _), chain in zip(self.large, self.large_at):
            entry[5] = chain[0]
        self.header.update(fat_count=1, directory=self.directory_at[0], mini_fat=self.mini_fat_at[0] if mini_fat else END,
                           mini_fat_count=mini_fat, list=END, list_count=0)
        self.table = self.fat_at + [FREE] * 108
        self.total = total

    def entry_bytes(self, index):
        if index >= len(self.entries):
            return bytes(68) + b"\xff" * 12 + bytes(48)
        name, kind, left, right, child, start, size = self.entries[index]
        raw = name.encode("utf-16-le")
        return (raw.ljust(64, b"\0") + struct.pack("<HBB", len(raw) + 2, kind, 1) + struct.pack("<III", left, right, child)
                + bytes(36) + struct.pack("<IQ", start, size))

    def header_bytes(self):
        h = self.header
        head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16)
        head += struct.pack("<HHHHH", h["minor"], h["version"], h["order"], h["shift"], h["mini_shift"]) + bytes(6)
        head += struct.pack("<IIIIIIIII", h["dir_count"], h["fat_count"], h["directory"], 0, h["cutoff"], h["mini_fat"],
                            h["mini_fat_count"], h["list"], h["list_count"])
        head += struct.pack("<109I", *self.table)
        return head.ljust(self.sector, b"\0")

    def bytes(self):
        sectors = [bytes(self.sector)] * self.total

        def write(places, data):
            for i, place in enumerate(places):
                sectors[place] = data[i * self.sector:(i + 1) * self.sector].ljust(self.sector, b"\0")

        per = self.sector // 128
        write(self.fat_at, struct.pack(f"<{len(self.fat)}I", *self.fat))
        write(self.directory_at, b"".join(self.entry_bytes(i) for i in range(len(self.directory_at) * per)))
        fill = len(self.mini_fat_at) * self.sector // 4
        write(self.mini_fat_at, struct.pack(f"<{fill}I", *(self.mini_fat + [FREE] * fill)[:fill]))
        write(self.mini_at, self.mini)
        for (_, data), places in zip(self.large, self.large_at):
            write(places, data)
        return self.header_bytes() + b"".join(sectors)


def save(folder, name, comment, expect, data, **more):
    body = data.rstrip(b"\0")
    case = {"comment": comment, "spec": f"docs/formats/{'compound-file' if folder == 'compound' else 'office'}.md",
            "expect": expect, "file": body.hex(), "zeros": len(data) - len(body), **more}
    with open(f"{HERE}/{folder}/{name}.json", "w") as file:
        json.dump(case, file, indent=2)
        file.write("\n")


# --- compound files -----------------------------------------------------------------------------------------------------

LARGE = bytes(range(256)) * 2 + bytes(4096 - 512)
STREAMS = [(["small"], b"sixty-five bytes".ljust(65, b".")), (["large"], LARGE), (["storage", "inner"], b"x"),
           (["storage", "empty"], b"")]
listed = [[list(path), data[:80].hex(), len(data)] for path, data in STREAMS]


def good(name, comment, data, streams=listed):
    save("compound", name, comment, "success", data, streams=streams)


def bad(name, comment, change=None, expect="office-malformed", data=None):
    if data is None:
        layout = Layout(STREAMS)
        data = change(layout) or layout.bytes()
    save("compound", name, comment, expect, data)


def sets(**values):
    return lambda layout: layout.header.update(**values)


def entry(index, field, value):
    def change(layout):
        layout.entries[index][field] = value
    return change


def fat(place, value):
    def change(layout):
        layout.fat[place(layout)] = value(layout) if callable(value) else value
    return change


def raw(index, offset, value):
    """Bytes of a directory entry, past what entry_bytes would write."""
    def change(layout):
        data = bytearray(layout.bytes())
        at = 512 * (1 + layout.directory_at[index // 4]) + 128 * (index % 4) + offset
        data[at:at + len(value)] = value
        return bytes(data)
    return change


def compound():
    base = Layout(STREAMS).bytes()
    good("plain", "each stream in one piece", base)
    good("scrambled", "streams and directory in many pieces, not in order", Layout(STREAMS, scrambled=True).bytes())
    good("version-4", "sectors of 4096 bytes", Layout(STREAMS, version=4).bytes())
    good("no-streams", "an empty root", Layout([]).bytes(), [])
    good("high-size-rubbish", "version 3 leaves anything in the upper half of a size",
         raw(2, 124, b"\xff\xff\xff\xff")(Layout(STREAMS)))
    uneven = [*STREAMS[:1], (["large"], LARGE + b"!")]
    short = Layout(uneven).bytes()
    good("last-sector-short", "the file ends with its last stream", short[:len(short) - 511],
         [[list(path), data[:80].hex(), len(data)] for path, data in uneven])
    bad("cut-in-header", "ends in the header", data=base[:300])
    bad("cut-in-stream", "ends in a stream", data=base[:-512])
    bad("header-only", "nothing behind the header", data=base[:512])
    bad("byte-order", "another byte order", sets(order=0xFEFF), "office-unsupported")
    bad("version-5", "a version nobody wrote", sets(version=5), "office-unsupported")
    bad("sector-shift", "version 3 with sectors of 4096 bytes", sets(shift=12))
    bad("sector-shift-31", "sectors of 2 GiB", sets(shift=31))
    bad("mini-shift", "mini sectors of 128 bytes", sets(mini_shift=7))
    bad("cutoff", "small streams end at 64 bytes", sets(cutoff=64))
    bad("table-none", "no table", sets(fat_count=0))
    bad("table-huge", "a table of 2 TiB", sets(fat_count=0xFFFFFFFF))
    bad("table-outside", "the table's sector is not in the file", lambda l: l.table.__setitem__(0, 1_000_000))
    bad("list-unneeded", "a list of table sectors where the header has room", sets(list_count=1, list=3))
    bad("list-huge", "a list of 4 billion sectors", sets(list_count=0xFFFFFFFF))
    bad("directory-outside", "the directory is not in the file", sets(directory=5000))
    bad("directory-none", "no directory", sets(directory=END))
    bad("directory-loop", "the directory's chain comes back to itself", fat(lambda l: l.directory_at[-1], lambda l: l.directory_at[0]))
    bad("chain-loop", "a stream's chain comes back to itself", fat(lambda l: l.large_at[0][3], lambda l: l.large_at[0][1]))
    bad("chain-crossed", "a stream goes on in the directory", fat(lambda l: l.large_at[0][3], lambda l: l.directory_at[0]))
    bad("chain-short", "a chain ends before its stream does", fat(lambda l: l.large_at[0][3], END))
    bad("chain-long", "a chain goes on behind its stream", fat(lambda l: l.large_at[0][-1], lambda l: l.mini_at[0]))
    bad("chain-outside", "a chain leads out of the file", fat(lambda l: l.large_at[0][3], 5000))
    bad("chain-free", "a chain leads to no sector", fat(lambda l: l.large_at[0][3], FREE))
    bad("chain-in-table", "a stream lies over the table", entry(2, 5, 0))
    bad("stream-huge", "a stream of nearly 4 GiB", entry(2, 6, 0xFFFFFFF0))
    bad("stream-longer", "a stream a sector longer than its chain", entry(2, 6, 4097))
    bad("stream-shared", "two streams in one place", 
        lambda l: l.entries[4].__setitem__(slice(5, 7), [0, 65]))
    bad("mini-outside", "a small stream begins behind the mini stream", entry(1, 5, 50))
    bad("mini-loop", "a small stream's chain comes back to itself", lambda l: l.mini_fat.__setitem__(0, 0))
    bad("mini-table-none", "small streams without their table", sets(mini_fat=END))
    bad("mini-stream-huge", "a mini stream of 2 GiB", entry(0, 6, 0x80000000))
    bad("mini-stream-none", "small streams without the mini stream", entry(0, 6, 0))
    bad("root-missing", "the first entry is a storage", entry(0, 1, 1))
    bad("root-twice", "a second root below the first", entry(3, 1, 5))
    bad("kind-unknown", "an entry of kind 7", entry(1, 1, 7))
    bad("kind-unused", "an entry that is linked and unused", entry(1, 1, 0))
    bad("name-empty", "a name of no characters", raw(1, 64, struct.pack("<H", 2)))
    bad("name-odd", "a name of one and a half characters", raw(1, 64, struct.pack("<H", 5)))
    bad("name-long", "a name that is longer than its field", raw(1, 64, struct.pack("<H", 68)))
    bad("name-slash", "a name with a slash", entry(1, 0, "a/b"))
    bad("name-twice", "two entries differ in case only", entry(1, 0, "LARGE"))
    bad("tree-loop", "a sibling that is its own", entry(2, 3, 2))
    bad("tree-up", "a storage that holds the root", entry(3, 4, 0))
    bad("tree-shared", "an entry in two storages", entry(3, 4, 1))
    bad("tree-outside", "a sibling that is not in the directory", entry(1, 2, 99))


# --- protected documents ------------------------------------------------------------------------------------------------

SPACES = "\x06DataSpaces"
LICENSE = b'<?xml version="1.0"?><XrML version="1.2" xmlns=""></XrML>'


def lp(text):
    raw_text = text.encode("utf-16-le")
    return struct.pack("<I", len(raw_text)) + raw_text + b"\0" * (-len(raw_text) % 4)


def map_of(stream, space, kind=0):
    item = struct.pack("<II", 1, kind) + lp(stream) + lp(space)
    return struct.pack("<III", 8, 1, 4 + len(item)) + item


VERSION = lp("Microsoft.Container.DataSpaces") + bytes.fromhex("010000000100000001000000")


def primary(license_bytes=LICENSE, guid="{C73DFACD-061F-43B0-8B64-0C620D2A8B50}", length=None, extension=b""):
    head = struct.pack("<I", 1) + lp(guid)
    body = struct.pack("<I", 4 + len(head)) + head + lp("Microsoft.Metadata.DRMTransform")
    body += bytes.fromhex("010000000100000001000000") + struct.pack("<I", 4 + len(extension)) + extension
    body += struct.pack("<I", len(license_bytes) if length is None else length)
    return body + license_bytes + b"\0" * (-len(license_bytes) % 4)


def parts(**changes):
    found = {
        "version": ([SPACES, "Version"], VERSION),
        "map": ([SPACES, "DataSpaceMap"], map_of("EncryptedPackage", "DRMEncryptedDataSpace")),
        "definition": ([SPACES, "DataSpaceInfo", "DRMEncryptedDataSpace"], struct.pack("<II", 8, 1) + lp("DRMEncryptedTransform")),
        "primary": ([SPACES, "TransformInfo", "DRMEncryptedTransform", "\x06Primary"], primary()),
        "content": (["EncryptedPackage"], struct.pack("<Q", 5) + b"ABCDE"),
    }
    for name, value in changes.items():
        if value is None:
            del found[name]
        elif isinstance(value, bytes):
            found[name] = (found[name][0], value)
        else:
            found[name] = value
    return list(found.values())


def office():
    def case(name, comment, expect, more=None, **changes):
        save("office", name, comment, expect, Layout(parts(**changes)).bytes(), **(more or {}))

    known = {"license": LICENSE.decode(), "region": b"ABCDE".hex(), "plainSize": 5, "kind": "package", "label": None}
    case("package", "a document as Office protects it", "success", known)
    case("license-with-mark", "a license with a byte order mark in front", "success", known, primary=primary(b"\xef\xbb\xbf" + LICENSE))
    case("with-label", "the label beside the license", "success", {**known, "label": "<x/>"},
         label=([SPACES, "TransformInfo", "LabelInfo"], b"<x/>"))
    case("with-use-license", "a kept use license beside it", "success", known,
         eul=([SPACES, "TransformInfo", "DRMEncryptedTransform", "EUL-ABCDEFGHIJKLMNOPQRSTUVWXYZ"], b"\0" * 40))
    case("extensible-header", "more in the header than is known", "success", known, primary=primary(extension=b"\1\2\3\4"))
    case("binary", "a .doc as Office protects it", "success", {**known, "kind": "binary"},
         map=map_of("\x09DRMContent", "\x09DRMDataSpace"),
         definition=([SPACES, "DataSpaceInfo", "\x09DRMDataSpace"], struct.pack("<II", 8, 1) + lp("\x09DRMTransform")),
         primary=([SPACES, "TransformInfo", "\x09DRMTransform", "\x06Primary"], primary()),
         content=(["\x09DRMContent"], struct.pack("<Q", 5) + b"ABCDE"))
    case("password", "encrypted with a password", "success", {"other": "password"},
         version=None, map=None, definition=None, primary=None, info=(["EncryptionInfo"], b"\4\0\4\0"))
    case("password-with-spaces", "encrypted with a password, by a program that writes data spaces for that", "success",
         {"other": "password"}, map=map_of("EncryptedPackage", "StrongEncryptionDataSpace"), definition=None,
         primary=None, info=(["EncryptionInfo"], b"\4\0\4\0"))
    case("document", "a compound file without protection", "success", {"other": "other"},
         version=None, map=None, definition=None, primary=None, content=(["WordDocument"], b"x"))
    case("other-transform", "a transform that is not rights management", "success", {"other": "other"},
         primary=primary(guid="{86DE7F2B-DDCE-486D-B016-405BBE82B8BC}"))
    case("version-missing", "no version", "office-malformed", version=None)
    case("version-2", "data spaces of version 2", "office-unsupported",
         version=VERSION[:64] + bytes.fromhex("020000000100000001000000"))
    case("version-name", "data spaces of another name", "office-malformed", version=lp("Microsoft.Container.Databases!") + VERSION[64:])
    case("map-huge", "a map of 4 billion entries", "office-malformed", map=struct.pack("<II", 8, 0xFFFFFFFF) + map_of("a", "b")[8:])
    case("map-cut", "the map ends in an entry", "office-malformed", map=map_of("EncryptedPackage", "DRMEncryptedDataSpace")[:60])
    case("name-odd", "a name of an odd number of bytes", "office-malformed", map=struct.pack("<IIIIIII", 8, 1, 99, 1, 0, 7, 0) + bytes(80))
    case("definition-missing", "no definition of the data space", "office-malformed", definition=None)
    case("transform-missing", "no transform", "office-malformed", primary=None)
    case("license-none", "a license of no bytes", "office-malformed", primary=primary(b""))
    case("license-cut", "a license longer than its stream", "office-malformed", primary=primary(length=5000))
    case("license-huge", "a license of 4 GiB", "office-malformed", primary=primary(length=0xFFFFFFFF))
    case("content-short", "content without its length", "office-malformed", content=b"\5\0\0")


for made in ("compound", "office"):
    shutil.rmtree(f"{HERE}/{made}", ignore_errors=True)
    os.makedirs(f"{HERE}/{made}")
compound()
office()
