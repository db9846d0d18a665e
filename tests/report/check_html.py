"""check_html.py REPORT: exit 0 if the report is one inert, complete file.

Only known elements, well nested; no handlers, no inline styles, nothing that loads; the policy's hashes
are those of the style and the script; the data inside is JSON and holds no markup; no control characters.
"""
import base64
import hashlib
import html.parser
import json
import re
import sys

TAGS = set(
    "html head meta title link style body main footer section h1 h2 h3 p b small span a ul li dl dt dd "
    "figure figcaption div table thead tbody tr th td details summary pre mark br script svg g line rect "
    "circle path text".split())
VOID = {"meta", "link", "br"}
POLICY = re.compile(
    r"default-src 'none'; style-src 'sha256-(\S+)'; script-src 'sha256-(\S+)'; img-src data:; "
    r"base-uri 'none'; form-action 'none'")


class Reader(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.errors, self.texts, self.policy = [], [], {}, None
        self.counts = {}

    def handle_starttag(self, tag, attrs):
        self.element(tag, attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.element(tag, attrs)

    def element(self, tag, attrs):
        self.counts[tag] = self.counts.get(tag, 0) + 1
        if tag not in TAGS:
            self.errors.append(f"element {tag} is not ours")
        for name, value in attrs:
            if name.startswith("on") or name in ("style", "src", "srcset", "action", "xlink:href"):
                self.errors.append(f"attribute {name} of {tag}")
            if name == "href" and not re.fullmatch(r"#[a-z]+|data:,", value or ""):
                self.errors.append(f"link to {value}")
        values = dict(attrs)
        if values.get("http-equiv") == "Content-Security-Policy":
            self.policy = values.get("content")

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.errors.append(f"</{tag}> at {self.getpos()} closes what is not open")

    def handle_data(self, data):
        if self.open and self.open[-1] in ("style", "script"):
            self.texts.setdefault(self.open[-1], []).append(data)

    def handle_comment(self, data):
        self.errors.append("a comment")


def digest(text):
    return base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def check(text):
    reader = Reader()
    reader.feed(text)
    reader.close()
    errors = reader.errors
    if reader.open:
        errors.append(f"left open: {reader.open}")
    styles = reader.texts.get("style", [])
    scripts = reader.texts.get("script", [])
    if len(styles) != 1 or len(scripts) != 2:
        return errors + [f"{len(styles)} styles, {len(scripts)} scripts"]
    policy = POLICY.fullmatch(reader.policy or "")
    if not policy or policy.groups() != (digest(styles[0]), digest(scripts[1])):
        errors.append(f"policy {reader.policy}")
    if re.search(r"[<>&\u2028\u2029]", scripts[0]):
        errors.append("markup in the data")
    json.loads(scripts[0])
    if re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text):
        errors.append("control characters")
    if re.search(r"(?:src|href|url\()\s*=?\s*[\"']?https?:", text):
        errors.append("an address of the network")
    return errors


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        errors = check(f.read())
    print("\n".join(errors[:20]))
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
