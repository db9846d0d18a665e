"""check_schema.py SCHEMA DOCUMENT: exit 0 if the document obeys the schema.

Stricter than the schema: what it does not describe is an error here, so that both grow together.
The jsonschema package checks once more if it is there.
"""
import json
import sys

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


def is_type(value, name):
    if name in ("number", "integer"):
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return is_number and (name == "number" or float(value).is_integer())
    return isinstance(value, TYPES[name])


def check(value, rule, root, path):
    if "$ref" in rule:
        rule = root["$defs"][rule["$ref"].rsplit("/", 1)[1]]
    names = rule.get("type", [])
    names = [names] if isinstance(names, str) else names
    if names and not any(is_type(value, n) for n in names):
        return [f"{path}: not {' or '.join(names)}"]
    errors = []
    if "const" in rule and value != rule["const"]:
        errors.append(f"{path}: not {rule['const']!r}")
    if "enum" in rule and value not in rule["enum"]:
        errors.append(f"{path}: {value!r} is not allowed")
    if isinstance(value, dict):
        members = rule.get("properties", {})
        errors += [f"{path}: '{k}' is missing" for k in rule.get("required", []) if k not in value]
        errors += [f"{path}: '{k}' is not described" for k in value if members and k not in members]
        for key, item in value.items():
            errors += check(item, members.get(key, {}), root, f"{path}.{key}")
    if isinstance(value, list):
        for i, item in enumerate(value):
            errors += check(item, rule.get("items", {}), root, f"{path}[{i}]")
    return errors


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        schema = json.load(f)
    with open(sys.argv[2], encoding="utf-8") as f:
        document = json.load(f)
    errors = check(document, schema, schema, "$")
    try:
        import jsonschema
    except ImportError:
        jsonschema = None
    if jsonschema is not None:
        validator = jsonschema.Draft202012Validator(schema)
        validator.check_schema(schema)
        errors += [f"{e.json_path}: {e.message[:200]}" for e in validator.iter_errors(document)]
    print("\n".join(errors[:20]))
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
