"""Checks events (`shoal send --json`) by docs/events.schema.json.

The schema lets later versions add fields and events. Here both are errors, so that no event can have
a field that the schema, and with it the documentation, does not have."""

import copy
import json

import jsonschema


def is_integer(_checker, value):
    """JSON Schema takes 12.0 for an integer; an event has 12."""
    return isinstance(value, int) and not isinstance(value, bool)


class EventSchema:
    """The schema. check(event) fails unless it is an event of this version."""

    def __init__(self, path):
        self.definitions = json.loads(path.read_text(encoding="utf-8"))["$defs"]
        strict = copy.deepcopy(self.definitions)
        for definition in strict.values():
            definition["additionalProperties"] = False
        types = jsonschema.Draft202012Validator.TYPE_CHECKER.redefine("integer", is_integer)
        validator = jsonschema.validators.extend(jsonschema.Draft202012Validator, type_checker=types)
        self.validators = {
            kind: validator({"$ref": f"#/$defs/{kind}", "$defs": strict}) for kind in self.kinds
        }

    @property
    def kinds(self):
        """The kinds of events; "field" in $defs is a part of one."""
        return [name for name in self.definitions if "event" in self.fields(name)]

    def fields(self, name):
        """The fields of a kind of event: name -> schema."""
        return self.definitions[name]["properties"]

    def required(self, name):
        return set(self.definitions[name]["required"])

    def check(self, event):
        """Fails unless the event is valid. Takes some 50 us."""
        kind = event.get("event")
        assert kind in self.validators, f"docs/events.schema.json has no event {kind!r}: {event}"
        errors = list(self.validators[kind].iter_errors(event))
        assert not errors, "\n".join(
            f"docs/events.schema.json: {error.json_path}: {error.message}"[:2000] for error in errors
        )
