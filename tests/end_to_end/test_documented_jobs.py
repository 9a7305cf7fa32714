"""The examples of docs/scheduling.md and docs/athena.md: configurations that the program takes, commands that it has, and
containers that have more memory than it promises to take."""
import json
import re
import shlex

import pytest
import yaml

from harness.documents import documented_exit_codes
from harness.paths import ROOT
from harness.program import DONE, assert_exit, run_pg2athena


def blocks(page: str, language: str) -> list[str]:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def configurations() -> list[str]:
    found = [block for page in ("scheduling.md", "athena.md") for block in blocks(page, "yaml") if block.startswith("source:")]
    return found + [config_map()["data"]["shop.yaml"]]


def manifests() -> dict[str, dict]:
    [text] = [block for block in blocks("scheduling.md", "yaml") if block.startswith("apiVersion:")]
    return {document["kind"]: document for document in yaml.safe_load_all(text)}


def config_map() -> dict:
    return manifests()["ConfigMap"]


def ecs() -> dict[str, dict]:
    """By what it is for."""
    task, target, pattern = (json.loads(block) for block in blocks("scheduling.md", "json"))
    return {"task": task, "target": target, "pattern": pattern}


def mebibytes(size: str) -> int:
    number, unit = re.fullmatch(r"(\d+)(Mi|Gi)B?", size).groups()
    return int(number) * {"Mi": 1, "Gi": 1024}[unit]


@pytest.mark.parametrize("text", configurations(), ids=range(len(configurations())))
def test_The_configurations_are_ones(tmp_path, text):
    file = tmp_path / "shop.yaml"
    file.write_text(text)
    assert_exit(run_pg2athena("iam-policy", "--config", file), DONE)


def commands() -> list[list[str]]:
    pod = manifests()["CronJob"]["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    found = [container["args"] for container in pod["initContainers"] + pod["containers"]]
    found += [container["command"] for container in ecs()["task"]["containerDefinitions"]]
    for page in ("scheduling.md", "athena.md"):
        text = (ROOT / "docs" / page).read_text(encoding="utf-8")
        found += [shlex.split(command, comments=True)
                  for command in re.findall(r"(?:^|[` /])pg2athena ((?:[a-z-]+)(?: [^`&\n]*)?)", text, re.MULTILINE)
                  if "--config" in command]
    return found


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_The_commands_have_these_options(command):
    text = assert_exit(run_pg2athena(command[0], "--help"), DONE).stdout
    for option in (word for word in command if word.startswith("--")):
        assert re.search(rf"{option}\b", text), option


def test_Containers_have_more_memory_than_a_run_promises_to_take():
    promised = mebibytes(yaml.safe_load(config_map()["data"]["shop.yaml"])["limits"]["memory"])
    pod = manifests()["CronJob"]["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    limits = [mebibytes(container["resources"]["limits"]["memory"]) for container in pod["initContainers"] + pod["containers"]]
    limits += [container["memory"] for container in ecs()["task"]["containerDefinitions"]]
    assert min(limits) >= promised * 1.25
    assert int(ecs()["task"]["memory"]) >= ecs()["task"]["containerDefinitions"][0]["memory"]


def test_What_is_not_tried_again_are_exit_codes_that_would_come_again():
    job = manifests()["CronJob"]["spec"]["jobTemplate"]["spec"]
    fail = [rule["onExitCodes"]["values"] for rule in job["podFailurePolicy"]["rules"] if rule["action"] == "FailJob"]
    assert fail == [[2, 3, 4]] and {2, 3, 4} <= documented_exit_codes()
    assert job["template"]["spec"]["restartPolicy"] == "Never"
    text = (ROOT / "docs" / "scheduling.md").read_text(encoding="utf-8")
    told = {int(code) for row in re.findall(r"^\| (\d[^|]*)\|", text, re.MULTILINE) for code in re.findall(r"\b\d+\b", row)}
    assert documented_exit_codes() <= told


def test_The_pieces_name_each_other():
    job = manifests()
    pod = job["CronJob"]["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    assert pod["serviceAccountName"] == job["ServiceAccount"]["metadata"]["name"]
    assert pod["volumes"][0]["configMap"]["name"] == job["ConfigMap"]["metadata"]["name"]
    family = ecs()["task"]["family"]
    assert ecs()["target"]["EcsParameters"]["TaskDefinitionArn"].endswith(f"task-definition/{family}")
    assert ecs()["pattern"]["detail"]["group"] == [f"family:{family}"]
    # The same configuration everywhere.
    assert len({json.dumps(yaml.safe_load(text)) for text in configurations() if "workers" in text}) == 1


def test_The_image_has_the_libraries_that_the_program_needs():
    [dockerfile] = blocks("scheduling.md", "dockerfile")
    objects = blocks("dependencies.md", "")
    needed = re.findall(r"^lib([a-z+_-]+?)(?:-cpp)?\.so", "\n".join(objects), re.MULTILINE)
    of_base = {"c", "m", "gcc_s", "stdc++"}
    aliases = {"crypto": "ssl"}
    missing = [name for name in needed if name not in of_base and f"lib{aliases.get(name, name)}" not in dockerfile]
    assert needed and not missing
