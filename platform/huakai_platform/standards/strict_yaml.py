"""YAML without its surprises: only true and false are flags, no word is a date or a clock, no key comes twice."""

import re
from typing import Any

import yaml


def load(text: str) -> Any:
    """Read one document; raises yaml.YAMLError."""
    return yaml.load(text, StrictYaml)


class StrictYaml(yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader):  # type: ignore[misc]
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _value in node.value]
        if doubled := [key for key in keys if keys.count(key) > 1]:
            raise yaml.constructor.ConstructorError(None, None, f"key twice: {doubled[0]}", node.start_mark)
        made: dict[Any, Any] = super().construct_mapping(node, deep)
        return made


StrictYaml.yaml_implicit_resolvers = {}
for tag, pattern, first in (
    ("bool", r"true|false", "tf"),
    ("int", r"-?(?:0|[1-9][0-9]*)", "-0123456789"),
    ("float", r"-?(?:0|[1-9][0-9]*)\.[0-9]+", "-0123456789"),
):
    StrictYaml.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), list(first))
