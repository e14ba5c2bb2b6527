"""Prints each failure of a JUnit file as an annotation of GitHub: python3 annotations.py FILE.xml"""

import sys
import xml.etree.ElementTree


def escaped(text, more=""):
    """Nothing in a text ends the annotation or begins another."""
    for character in "%\r\n" + more:
        text = text.replace(character, f"%{ord(character):02X}")
    return text


def annotations(file):
    for case in xml.etree.ElementTree.parse(file).iter("testcase"):
        for level, kinds in (("error", ("failure", "error")), ("warning", ("skipped",))):
            for kind in kinds:
                for said in case.findall(kind):
                    title = case.get("name", "")
                    text = said.get("message") or (said.text or "").strip() or title
                    yield f"::{level} title={escaped(title, ':,')}::{escaped(text)}"


if __name__ == "__main__":
    for annotation in annotations(sys.argv[1]):
        print(annotation)
