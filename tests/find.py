#!/usr/bin/env python3
"""find.py - is a text in files, in whatever way it may be written there? Read by tests; needs Python 3.7 and nothing else.

find.py [--key] WORDS-FILE PATH...   each line of WORDS-FILE in each file, and in every file of each directory; gzip and tar are opened.
                                     --key: a line is a recovery key, and any two neighbouring groups of it count.
find.py --self-test                  plant a text in every way and find it again.
Exit: 0 nothing was found, 1 something was (each is told), 2 it could not look."""
import base64, gzip, io, os, re, sys, tarfile, tempfile, urllib.parse


def b64(text):
    """What must stand in a base64 text that holds these bytes, at each of the three places they may begin."""
    for offset in range(3):
        coded = base64.b64encode(b"\0" * offset + text).rstrip(b"=")
        first = (offset * 8 + 5) // 6
        last = (offset + len(text)) * 8 // 6
        yield coded[first:last]


def ways(word):
    """Name and bytes of every way to write a word; plain text is looked for without case and is not here."""
    for text in dict.fromkeys((word, word.lower(), word.upper())):
        raw = text.encode()
        for coded in b64(raw):
            if len(coded) >= 5:
                yield "base64", coded
                yield "base64", coded.replace(b"+", b"-").replace(b"/", b"_")
        for wide in ("utf-16-le", "utf-16-be"):
            yield wide, text.encode(wide)
            for coded in b64(text.encode(wide)):
                yield "base64 of " + wide, coded
        for pattern in ("\\u%04x", "\\u%04X"):
            yield "JSON escapes", "".join(pattern % ord(c) for c in text).encode()
        for pattern in ("%%%02X", "%%%02x"):
            yield "URL escapes", "".join(pattern % b for b in raw).encode()
        quoted = urllib.parse.quote(text).encode()
        if quoted != raw:
            yield "URL escapes", quoted
        if len(raw) >= 4:
            yield "hex", raw.hex().encode()
            yield "hex", raw.hex().upper().encode()


class Needle:
    def __init__(self, word, key=False):
        self.word = word
        self.pieces = [word]
        if key:
            groups = re.findall(r"[0-9A-Za-z]+", word)
            if len(groups) < 3:
                raise ValueError("no key: " + word)
            pairs = list(zip(groups, groups[1:]))
            self.pieces = [a + "-" + b for a, b in pairs] + [a + b for a, b in pairs] + [a + " " + b for a, b in pairs]
            self.joined = [(a + b).lower().encode() for a, b in pairs]
        else:
            self.joined = []
        self.plain = [p.lower().encode() for p in self.pieces]
        self.coded = [(name, raw) for p in self.pieces for name, raw in ways(p)]

    def find(self, data):
        small = data.lower()
        for plain in self.plain:
            if plain in small:
                return "as text"
        for name, raw in self.coded:
            if raw in data:
                return name
        if self.joined:
            # broken by line ends, quotes, blanks or dashes of any kind, as text or as their escapes
            bare = re.sub(rb"[^0-9a-z]", b"", re.sub(rb"\\[nrt]", b"", re.sub(rb"\x1b\[[0-9;?]*[a-z]", b"", small)))
            for joined in self.joined:
                if joined in bare:
                    return "wrapped"
            wide = re.sub(rb"[^0-9a-z]", b"", re.sub(rb"[\r\n]", b"", small.replace(b"\0", b"")))
            for joined in self.joined:
                if joined in wide:
                    return "wrapped"
            # base64 that is wrapped itself
            lines = re.sub(rb"\s|\\n", b"", data)
            for name, raw in self.coded:
                if name.startswith("base64") and len(raw) >= 12 and raw in lines:
                    return name + ", wrapped"
        return None


def inside(name, data, depth=0):
    """A file's bytes, and those of what is packed in them."""
    yield name, data
    if depth < 4 and data[:2] == b"\x1f\x8b":
        try:
            yield from inside(name + " (gzip)", gzip.decompress(data), depth + 1)
        except (OSError, EOFError):
            pass
    if depth < 4 and data[257:262] == b"ustar":
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            for member in tar:
                if member.isfile():
                    yield from inside(name + ":" + member.name, tar.extractfile(member).read(), depth + 1)


def files(path):
    if not os.path.isdir(path):
        yield path
        return
    for where, _, names in os.walk(path):
        for name in names:
            full = os.path.join(where, name)
            if os.path.isfile(full):
                yield full


def look(needles, paths):
    found, count = [], 0
    for path in paths:
        for name in files(path):
            with open(name, "rb") as file:
                data = file.read()
            count += 1
            for where, content in list(inside(name, data)) + [(name + " (its name)", name.encode())]:
                for needle in needles:
                    how = needle.find(content)
                    if how:
                        found.append("%s: %s, %s" % (where, needle.word, how))
    return found, count


def self_test():
    key = "-".join("%06d" % (n * 61717 % 1000000) for n in range(1, 17))
    groups = key.split("-")
    piece = "-".join(groups[3:6])
    wide = base64.b64encode(("x" + key).encode("utf-16-le"))
    plants = {
        "as it is": key.encode(),
        "without dashes": "".join(groups).encode(),
        "with blanks": " ".join(groups).encode(),
        "groups on lines": "\n".join(groups).encode(),
        "wrapped in a group": "\n".join(key[i:i + 17] for i in range(0, len(key), 17)).encode(),
        "lines of JSON": ('["' + '","'.join(groups) + '"]').encode(),
        "one JSON text": "\\n".join(groups).encode(),
        "with signs of a terminal": "\x1b[0m".join(groups).encode(),
        "hex": key.encode().hex().encode(),
        "HEX": key.encode().hex().upper().encode(),
        "utf-16 LE": key.encode("utf-16-le"),
        "utf-16 BE": key.encode("utf-16-be"),
        "utf-16 without dashes": "".join(groups).encode("utf-16-le"),
        "JSON escapes": "".join("\\u%04x" % ord(c) for c in key).encode(),
        "URL": "".join("%%%02X" % ord(c) for c in key).encode(),
        "a part": piece.encode(),
        "base64 of utf-16": wide,
        "gzip": gzip.compress(key.encode()),
    }
    for n in range(3):
        plants["base64 at %d" % n] = base64.b64encode(b"y" * n + key.encode())
        plants["base64 of a part at %d" % n] = base64.b64encode(b"y" * n + piece.encode())
        plants["base64 without dashes at %d" % n] = base64.b64encode(b"y" * n + "".join(groups).encode())
        plants["wrapped base64 at %d" % n] = b"\n".join(re.findall(b".{1,20}", base64.b64encode(b"y" * n + key.encode())))
    box = io.BytesIO()
    with tarfile.open(fileobj=box, mode="w:gz", format=tarfile.USTAR_FORMAT) as tar:
        info = tarfile.TarInfo("a")
        info.size = len(key)
        tar.addfile(info, io.BytesIO(key.encode()))
    plants["in a tar.gz"] = box.getvalue()
    word = "Esx07.Lab.Example"
    words = {"word": word.encode(), "lower": word.lower().encode(), "upper": word.upper().encode(),
             "word escapes": "".join("\\u%04x" % ord(c) for c in word).encode(), "word hex": word.encode().hex().encode(),
             "word wide": word.encode("utf-16-be")}
    for n in range(3):
        words["word base64 at %d" % n] = base64.b64encode(b"-" * n + word.lower().encode() + b"--")
    wrong = []
    needles = {True: [Needle(key, True)], False: [Needle(word)]}
    with tempfile.TemporaryDirectory() as room:
        path = os.path.join(room, "planted")
        for is_key, all_of in ((True, plants), (False, words)):
            for name, data in all_of.items():
                with open(path, "wb") as file:
                    file.write(b"before " + data + b" after" if data[:2] != b"\x1f\x8b" else data)
                if not look(needles[is_key], [room])[0]:
                    wrong.append("planted and not found: " + name)
        with open(path, "wb") as file:
            file.write(b"nothing of it: " + os.urandom(3000).hex().encode() + base64.b64encode(os.urandom(3000)))
        wrong += look(needles[True] + needles[False], [room])[0]
    return wrong, len(plants) + len(words)


def main(args):
    if args == ["--self-test"]:
        found, count = self_test()
    else:
        key = args[:1] == ["--key"]
        args = args[key:]
        with open(args[0]) as lines:
            needles = [Needle(line.strip(), key) for line in lines if line.strip()]
        found, count = look(needles, args[1:])
        if not needles or not count:
            print("nothing to look for, or nowhere")
            return 2
    print("\n".join(found[:40] + ["%d looked at, %d found" % (count, len(found))]))
    return bool(found)


sys.exit(main(sys.argv[1:]))
