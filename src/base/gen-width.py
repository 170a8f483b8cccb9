#!/usr/bin/env python3
"""Print width_table.h from the Unicode Character Database: gen-width.py UCD-DIRECTORY > width_table.h

Reads UnicodeData.txt, EastAsianWidth.txt, PropList.txt. The rules stand in width_of().
"""
import re
import sys


def ranges(path):
    for line in open(path, encoding="utf-8"):
        found = re.match(r"([0-9A-F]+)(?:\.\.([0-9A-F]+))?\s*;\s*(\w+)", line)
        if found:
            yield int(found[1], 16), int(found[2] or found[1], 16), found[3]


def load(ucd):
    category = ["Cn"] * 0x110000
    first = None
    for line in open(f"{ucd}/UnicodeData.txt", encoding="utf-8"):
        field = line.split(";")
        cp = int(field[0], 16)
        if field[1].endswith(", First>"):
            first = cp
            continue
        for one in range(first if field[1].endswith(", Last>") else cp, cp + 1):
            category[one] = field[2]
    wide, prepended = set(), set()
    for low, high, value in ranges(f"{ucd}/EastAsianWidth.txt"):
        if value in ("W", "F"):
            wide.update(range(low, high + 1))
    for low, high, value in ranges(f"{ucd}/PropList.txt"):
        if value == "Prepended_Concatenation_Mark":
            prepended.update(range(low, high + 1))
    return category, wide, prepended


def width_of(cp, category, wide, prepended):
    kind = category[cp]
    if kind in ("Cc", "Cs", "Cn", "Co", "Zl", "Zp"):
        return -1
    if kind in ("Mn", "Me") or 0x1160 <= cp <= 0x11FF or 0xD7B0 <= cp <= 0xD7FF:  # joining vowels and finals of Hangul
        return 0
    if kind == "Cf" and cp != 0xAD and cp not in prepended:  # a soft hyphen is drawn
        return 0
    # Circled numbers on black squares and the hexagrams: neutral or ambiguous here, two cells in xterm and glibc (and
    # the hexagrams are wide in Unicode 16).
    return 2 if cp in wide or 0x3248 <= cp <= 0x324F or 0x4DC0 <= cp <= 0x4DFF else 1


def main():
    ucd = sys.argv[1]
    version = open(f"{ucd}/EastAsianWidth.txt", encoding="utf-8").readline().split("-")[1].removesuffix(".txt\n")
    tables = load(ucd)
    words, last = [], None
    for cp in range(0x110000):
        width = width_of(cp, *tables)
        if width != last:
            words.append(f"0x{cp << 2 | width + 1:06x},")
            last = width
    print(f"/* width_table.h - where the cell width changes: code point << 2 | width + 1, ascending. Made by gen-width.py.\n"
          f" * Source: Unicode Character Database {version} (UnicodeData.txt, EastAsianWidth.txt, PropList.txt). */")
    print("#ifndef RA_BASE_WIDTH_TABLE_H\n#define RA_BASE_WIDTH_TABLE_H\n\n#include <stdint.h>\n")
    print("/* clang-format off */\nstatic const uint32_t width_changes[] = {")
    for at in range(0, len(words), 11):
        print("\t" + " ".join(words[at:at + 11]))
    print("};\n/* clang-format on */\n\n#endif")


main()
