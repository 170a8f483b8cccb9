#!/usr/bin/env python3
import datetime, hashlib, io, json, os, re, sys

def need(truth):
    if not truth:
        raise ValueError

def pairs(members):
    need(len(dict(members)) == len(members))
    return dict(members)

def whole(text):
    need(len(text) < 18 and abs(int(text)) < 2 ** 53)
    return int(text)

def decimal(text):
    need(float(text) - float(text) == 0)
    return float(text)

read = json.JSONDecoder(object_pairs_hook=pairs, parse_float=decimal, parse_int=whole, parse_constant=int).raw_decode

def part(line, at, kind):
    tree, end = read(line, at)
    need(type(tree) is kind)
    return tree, hashlib.sha256(line[at:end].encode()).hexdigest(), end

def commitments(tree):
    for key in tree if type(tree) is dict else range(len(tree)):
        need(not str(key).startswith("$"))
        node = tree[key]
        if type(node) is dict and list(node) == ["$c"] and re.fullmatch("[0-9a-f]{64}", str(node["$c"])):
            yield node["$c"]
        elif type(node) in (dict, list):
            yield from commitments(node)

def openings(text, at, body):
    want, count = commitments(body), 0
    while text[at:at + 1] != "]":
        (nonce, value), opened, at = part(text, at, list)
        need(opened in want)  # leaves the commitments after it
        need(re.fullmatch("[0-9a-f]{32}", nonce) and not list(commitments([value])))
        count += 1
        if text[at:at + 1] != "]":
            need(text[at:at + 2] == ",[")
            at += 1
    list(want)
    return at + 1, count

def evidence(path, where, body, end):
    need(sorted(where) == ["at", "count", "len", "sha256"] and where["at"] >= end and where["count"] > 0)
    need(0 < where["len"] <= 40 << 20 and where["at"] + where["len"] <= 1 << 30)
    with open(path, "rb") if os.path.exists(path) else io.BytesIO() as file:
        file.seek(where["at"])
        piece = file.read(where["len"])
    if len(piece) == where["len"] and piece.strip(b"\0"):  # else it is missing
        need(hashlib.sha256(piece).hexdigest() == where["sha256"] and piece[0] == 91)
        at, count = openings(piece.decode(), 1, body)
        need(piece.decode()[at:] == "\n" and count == where["count"])
    return where["at"] + where["len"]

def entry(line, seq, prev, last, path, end):
    need(line.startswith('{"body":{'))
    body, digest, at = part(line, 8, dict)
    frame = ',"hash":"%s","open":[' % digest
    need(line.startswith(frame, at))
    at = openings(line, at + len(frame), body)[0]
    if line.startswith(',"shown":', at):
        at = part(line, at + 9, dict)[2]
    need(line[at:] == "}")
    t = datetime.datetime.fromisoformat(body["t"][:-1])
    spelled = t.isoformat(timespec="milliseconds" if t.microsecond else "seconds") + "Z"
    need(body["t"] == spelled and t >= last and type(body["kind"]) is str and body["kind"])
    need([body["v"], body["seq"], body["prev"]] == [1, seq, prev])
    need(body["kind"] != "end" or [body["count"], body["head"]] == [seq, prev])
    if "evidence" in body:
        end = evidence(path + ".evidence", body["evidence"], body, end)
    return digest, t, body["kind"], end

def verify(path):
    seq, prev, last, kind, end, hashes = 0, "0" * 64, datetime.datetime.min, "", 0, []
    with open(path, "rb") as journal:
        for line in journal:
            if line[-1] != 10:
                return "incomplete", hashes
            try:
                prev, last, kind, end = entry(line[:-1].decode(), seq, prev, last, path, end)
            except (ValueError, KeyError, TypeError, RecursionError):
                return "broken at entry %d" % seq, hashes
            hashes.append(prev)
            seq += 1
    return "whole" if kind == "end" else "incomplete", hashes

def head(path, hashes):
    try:
        with open(path + ".head", "rb") as document:
            told = document.read(1000)
        count = read(told.decode())[0]["count"]
        spelled = '{"session":"%s","count":%d,"head":"%s"}\n' % (hashes[0], count, hashes[count - 1])
        is_its = count > 0 and told == spelled.encode()
        return "; %s.head is %s" % (path, "of its first %d entries" % count if is_its else "NOT of it")
    except FileNotFoundError:
        return ""
    except (ValueError, KeyError, TypeError, IndexError):
        return "; %s.head is NOT of it" % path

for path in sys.argv[1:]:
    verdict, hashes = verify(path)
    print("%s: %s%s" % (path, verdict, head(path, hashes)))
