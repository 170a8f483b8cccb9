#!/usr/bin/env python3
import datetime, hashlib, json, re, sys

def need(truth):
    if not truth:
        raise ValueError

def pairs(members):
    need(len(dict(members)) == len(members))
    return dict(members)

read = json.JSONDecoder(object_pairs_hook=pairs, parse_constant=int).raw_decode

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

def entry(line, seq, prev, last):
    need(line.startswith('{"body":{'))
    body, digest, at = part(line, 8, dict)
    frame = ',"hash":"%s","open":[' % digest
    need(line.startswith(frame, at))
    at += len(frame)
    want = commitments(body)
    while line[at:at + 1] != "]":
        (nonce, value), opened, at = part(line, at, list)
        need(opened in want)  # leaves the commitments after it
        need(re.fullmatch("[0-9a-f]{32}", nonce) and not list(commitments([value])))
        if line[at:at + 1] != "]":
            need(line[at:at + 2] == ",[")
            at += 1
    list(want)
    if line.startswith(',"shown":', at + 1):
        at = part(line, at + 10, dict)[2] - 1
    need(line[at + 1:] == "}")
    t = datetime.datetime.fromisoformat(body["t"][:-1])
    spelled = t.isoformat(timespec="milliseconds" if t.microsecond else "seconds") + "Z"
    need(body["t"] == spelled and t >= last and type(body["kind"]) is str and body["kind"])
    need([body["v"], body["seq"], body["prev"]] == [1, seq, prev])
    need(body["kind"] != "end" or [body["count"], body["head"]] == [seq, prev])
    return digest, t, body["kind"]

def verify(path):
    seq, prev, last, kind = 0, "0" * 64, datetime.datetime.min, ""
    with open(path, "rb") as journal:
        for line in journal:
            if line[-1] != 10:
                return "incomplete"
            try:
                prev, last, kind = entry(line[:-1].decode(), seq, prev, last)
            except (ValueError, KeyError, TypeError, RecursionError):
                return "broken at entry %d" % seq
            seq += 1
    return "whole" if kind == "end" else "incomplete"

for path in sys.argv[1:]:
    print("%s: %s" % (path, verify(path)))
