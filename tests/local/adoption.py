"""A new stack takes over the table and the key that one before it has left, as the operators' README
says: its block of shell makes the template and names what is imported.
"""

import json
import os
import re
import shutil
import subprocess
import tempfile
import uuid
from pathlib import Path

import stack
from paths import ROOT
from say import Failure
from surroundings import plain

README = ROOT / "functions" / "operators" / "README.md"

# In place of AWS's own program: what it is asked, each argument ended by a zero.
_STUB = "#!/bin/sh\nfor one; do printf '%s\\0' \"$one\"; done >> asked\n"

_LASTS = {"Delay": 1, "MaxAttempts": 900}


def recipe():
    """What the README's block makes and asks for: the template's text, and all arguments."""
    blocks = re.findall(r"```sh\n(.*?)```", README.read_text(), re.S)
    found = [block for block in blocks if "IMPORT" in block]
    if len(found) != 1:
        raise Failure("The README of operators has no block, or several, that adopts.")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(ROOT / "template.yaml", folder)
        stub = folder / "aws"
        stub.write_text(_STUB)
        stub.chmod(0o755)
        environment = {**plain(), "PATH": f"{folder}:{os.environ['PATH']}"}
        subprocess.run(["sh", "-e", "-c", found[0]], cwd=folder, env=environment, check=True)
        asked = (folder / "asked").read_text().split("\0")
        return (folder / "adopt.yaml").read_text(), asked


def imports(asked):
    """What the block has imported, as CloudFormation takes it."""
    return json.loads(asked[asked.index("--resources-to-import") + 1])


def run():
    """Makes a stack, deletes it, adopts what it left, deploys again; fails where anything is lost."""
    template, asked = recipe()
    old, new = (f"{name}-{uuid.uuid4().hex[:8]}" for name in ("left", "adopted"))
    formation, tables, keys = (stack.client(name) for name in ("cloudformation", "dynamodb", "kms"))
    formation.create_stack(StackName=old, TemplateBody=template)
    formation.get_waiter("stack_create_complete").wait(StackName=old, WaiterConfig=_LASTS)
    table, key = _resources(formation, old)
    item = {"pk": {"S": "keyring"}, "sk": {"S": "kept"}}
    tables.put_item(TableName=table, Item=item)
    wrapped = keys.encrypt(KeyId=key, Plaintext=b"a key of the ring")["CiphertextBlob"]

    def demand_all(when):
        found = tables.get_item(TableName=table, Key=item).get("Item")
        opened = keys.decrypt(CiphertextBlob=wrapped)["Plaintext"]
        if found != item or opened != b"a key of the ring":
            raise Failure(f"The table or the key is not what it was {when}.")

    formation.delete_stack(StackName=old)
    formation.get_waiter("stack_delete_complete").wait(StackName=old, WaiterConfig=_LASTS)
    demand_all("once its stack was deleted")
    wanted = imports(asked)
    for one, identity in zip(wanted, (table, key), strict=True):
        one["ResourceIdentifier"] = {name: identity for name in one["ResourceIdentifier"]}
    formation.create_change_set(StackName=new, ChangeSetName="adopt", ChangeSetType="IMPORT",
                                TemplateBody=template, ResourcesToImport=wanted)
    _execute(formation, new, "adopt")
    formation.get_waiter("stack_import_complete").wait(StackName=new, WaiterConfig=_LASTS)
    demand_all("once it was adopted")
    # And is then deployed as usual: what changes is changed where it is. The emulator makes unnamed
    # tables anew when they change, so the change is asked for and not made here.
    formation.create_change_set(StackName=new, ChangeSetName="next", ChangeSetType="UPDATE",
                                TemplateBody=template, Parameters=[
        {"ParameterKey": "DeletionProtection", "ParameterValue": "false"},
    ])
    waiter = formation.get_waiter("change_set_create_complete")
    waiter.wait(StackName=new, ChangeSetName="next", WaiterConfig=_LASTS)
    changes = formation.describe_change_set(StackName=new, ChangeSetName="next")["Changes"]
    changes = [one["ResourceChange"] for one in changes]
    replaced = [one["LogicalResourceId"] for one in changes if one.get("Replacement") != "False"]
    if not changes or replaced:
        raise Failure(f"A deployment after the import would replace {replaced or 'nothing'}.")
    if _resources(formation, new) != (table, key):
        raise Failure("The stack has adopted something else.")
    formation.delete_stack(StackName=new)
    formation.get_waiter("stack_delete_complete").wait(StackName=new, WaiterConfig=_LASTS)
    demand_all("once the second stack was deleted, too")
    tables.update_table(TableName=table, DeletionProtectionEnabled=False)
    tables.delete_table(TableName=table)
    keys.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)


def _resources(formation, name):
    found = formation.describe_stack_resources(StackName=name)["StackResources"]
    ids = {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in found}
    return ids["Table"], ids["Key"]


def _execute(formation, name, change_set):
    waiter = formation.get_waiter("change_set_create_complete")
    waiter.wait(StackName=name, ChangeSetName=change_set, WaiterConfig=_LASTS)
    formation.execute_change_set(StackName=name, ChangeSetName=change_set)
