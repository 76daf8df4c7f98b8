"""The files of ``docker/``, read: what is built, and which processes are started, with what around them."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

ROOT: Final = Path(__file__).parents[2]
DOCKER: Final = ROOT / "docker"
SECRETS: Final = "/run/secrets"

_VARIABLE: Final = re.compile(r"\$\{(\w+):-([^}]*)\}")


@dataclass(frozen=True, slots=True)
class Container:
    """A process as a file says it: arguments of the image's command, environment, secrets by their path."""

    name: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    secrets: Mapping[str, str]
    """The name of the secret in each file that the container sees."""
    ready_at: str | None = None
    """The path that tells that it is ready."""
    spec: Mapping[str, Any] = field(default_factory=dict)
    """All that the file says of it."""
    replicas: int = 1
    grace: float = 0
    """Seconds that it is given to stop."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """What a set of files starts: the one-shots in their order, then the origin, then gateways."""

    name: str
    one_shots: tuple[Container, ...]
    origin: Container
    gateway: Container

    @property
    def containers(self) -> tuple[Container, ...]:
        """Return all of them."""
        return (*self.one_shots, self.origin, self.gateway)


def compose(variables: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return ``compose.yaml`` with *variables* put in, and the defaults for the rest."""
    told = variables or {}
    text = (DOCKER / "compose.yaml").read_text()
    filled = _VARIABLE.sub(lambda found: told.get(found[1], found[2]), text)
    read: dict[str, Any] = yaml.safe_load(filled)
    return read


def composed(variables: Mapping[str, str] | None = None) -> Deployment:
    """Return what ``compose.yaml`` starts of ours."""
    services = compose(variables)["services"]
    containers = {name: _service(name, spec) for name, spec in services.items() if "build" in spec}
    ordered = _in_order(services)
    shots = tuple(containers[name] for name in ordered if name in containers and _ends(services, name))
    return Deployment("compose", shots, containers["origin"], containers["gateway"])


def _service(name: str, spec: Mapping[str, Any]) -> Container:
    return Container(
        name=name,
        arguments=tuple(spec["command"]),
        environment=dict(spec["environment"]),
        secrets={f"{SECRETS}/{secret}": secret for secret in spec["secrets"]},
        # The proxy decides, by its own checks.
        ready_at="/health/ready",
        spec=spec,
        replicas=spec.get("deploy", {}).get("replicas", 1),
        grace=float(spec["stop_grace_period"].removesuffix("s")),
    )


def _ends(services: Mapping[str, Any], name: str) -> bool:
    wanted = [spec.get("depends_on", {}).get(name, {}).get("condition") for spec in services.values()]
    return "service_completed_successfully" in wanted


def _in_order(services: Mapping[str, Any]) -> list[str]:
    """Return the services, each after those that it waits for."""
    ordered: list[str] = []
    while len(ordered) < len(services):
        free = [
            name
            for name, spec in services.items()
            if name not in ordered and set(spec.get("depends_on", ())) <= set(ordered)
        ]
        assert free, "services wait for each other"
        ordered += free
    return ordered


def manifests() -> list[dict[str, Any]]:
    """Return all that the kustomization names, in its order."""
    folder = DOCKER / "kubernetes"
    named = yaml.safe_load((folder / "kustomization.yaml").read_text())["resources"]
    return [each for name in named for each in yaml.safe_load_all((folder / name).read_text())]


def manifest(kind: str, name: str) -> dict[str, Any]:
    """Return the manifest of that kind and name."""
    (found,) = [each for each in manifests() if (each["kind"], each["metadata"]["name"]) == (kind, name)]
    return found


def orchestrated() -> Deployment:
    """Return what the manifests start."""
    job = manifest("Job", "migration")["spec"]["template"]["spec"]
    shots = tuple(_pod_container(each, job) for each in (*job["initContainers"], *job["containers"]))
    return Deployment("kubernetes", shots, _deployed("origin"), _deployed("gateway"))


def _deployed(name: str) -> Container:
    pod = manifest("Deployment", name)["spec"]["template"]["spec"]
    scaler = manifest("HorizontalPodAutoscaler", name)
    return _pod_container(
        pod["containers"][0], pod, scaler["spec"]["minReplicas"], pod["terminationGracePeriodSeconds"]
    )


def _pod_container(
    spec: Mapping[str, Any], pod: Mapping[str, Any], replicas: int = 1, grace: float = 0
) -> Container:
    environment: dict[str, str] = {}
    for source in spec.get("envFrom", ()):
        environment |= manifest("ConfigMap", source["configMapRef"]["name"])["data"]
    environment |= {each["name"]: each["value"] for each in spec.get("env", ())}
    probe = spec.get("readinessProbe", {}).get("httpGet", {})
    return Container(
        name=spec["name"],
        arguments=tuple(map(str, spec["args"])),
        environment=environment,
        secrets=dict(_mounted(spec, pod)),
        ready_at=probe.get("path"),
        spec=spec,
        replicas=replicas,
        grace=grace,
    )


def _mounted(spec: Mapping[str, Any], pod: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    volumes = {each["name"]: each for each in pod["volumes"]}
    for mount in spec["volumeMounts"]:
        if secret := volumes[mount["name"]].get("secret"):
            keys = manifest("Secret", secret["secretName"])["stringData"]
            for item in secret.get("items", [{"key": key, "path": key} for key in keys]):
                assert item["key"] in keys
                yield f"{mount['mountPath']}/{item['path']}", item["key"]


@dataclass(frozen=True, slots=True)
class Instruction:
    """An instruction of the Dockerfile, its lines joined."""

    word: str
    rest: str

    @property
    def words(self) -> list[str]:
        """Return the rest as a list, be it written as one or as a command line."""
        if self.rest.startswith("["):
            read: list[str] = json.loads(self.rest)
            return read
        return shlex.split(self.rest)


def stages() -> list[list[Instruction]]:
    """Return the Dockerfile's instructions, stage by stage."""
    text = re.sub(r"\\\n\s*", "", (DOCKER / "Dockerfile").read_text())
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    found: list[list[Instruction]] = []
    for line in lines:
        word, _, rest = line.partition(" ")
        if word == "FROM":
            found.append([])
        found[-1].append(Instruction(word, rest.strip()))
    return found


def last(word: str) -> Instruction:
    """Return the last instruction *word* of the image itself."""
    return [each for each in stages()[-1] if each.word == word][-1]


def image_environment() -> dict[str, str]:
    """Return the environment that the image gives every process."""
    return dict(pair.split("=", 1) for pair in last("ENV").words)
