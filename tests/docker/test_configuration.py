"""What the files tell the program is what it listens to, and they agree with each other."""

import shutil
import subprocess
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
import typer
import yaml
from typer.core import TyperCommand, TyperGroup

from gateway.cli.commands import app
from gateway.cli.secrets import SECRETS, read_files
from gateway.serving import STOP_WITHIN
from gateway.settings import Settings, WrongSetting
from tests.docker import files
from tests.docker.files import DOCKER, ROOT, Container, Deployment

DEPLOYMENTS: Final = (files.composed(), files.orchestrated())
CONTAINERS: Final = [(deployment.name, each) for deployment in DEPLOYMENTS for each in deployment.containers]

every_deployment = pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda each: each.name)
every_container = pytest.mark.parametrize(
    "container", [each for _, each in CONTAINERS], ids=[f"{where}-{each.name}" for where, each in CONTAINERS]
)


def _command(container: Container) -> tuple[TyperCommand, list[str]]:
    """Return the command that *container* runs, and what it is given."""
    command, words = typer.main.get_command(app), list(container.arguments)
    while isinstance(command, TyperGroup):
        name = words.pop(0)
        found = command.get_command(typer.Context(command), name)
        assert found is not None, f"there is no command {name}"
        command = found
    assert isinstance(command, TyperCommand)
    return command, words


def _read_by(command: TyperCommand) -> set[str]:
    """Return the variables that *command* reads: those of its options, and the gateway's settings."""
    read: set[str] = set()
    for each in command.params:
        read.update([each.envvar] if isinstance(each.envvar, str) else each.envvar or ())
    if command.name != "serve" or "ORIGIN_PORT" in read:
        return read

    class Noting(dict[str, str]):
        def __contains__(self, name: object) -> bool:
            read.add(str(name))
            return super().__contains__(name)

        def __getitem__(self, name: str) -> str:
            read.add(name)
            return super().__getitem__(name)

    told = {"ORIGIN_URL": "http://o.test", "CONSUMER_KEY": "k", "CONSUMER_SECRET": "s"}
    Settings.from_environ(Noting({f"GATEWAY_{name}": value for name, value in told.items()}))
    return read


@every_container
def test_every_command_and_variable_is_known(container: Container, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program has the command, takes its arguments, and reads each variable; nothing is misspelt."""
    command, words = _command(container)
    allowed = _read_by(command) | {f"{name}_FILE" for name in SECRETS if name in _read_by(command)}
    # One map of Kubernetes serves all containers of the origin, the one-shots too.
    if container.name in {"migrate", "register"}:
        allowed |= {name for name in files.orchestrated().origin.environment if name.startswith("ORIGIN_")}

    for name, value in container.environment.items():
        monkeypatch.setenv(name.removesuffix("_FILE"), value)
    command.make_context(str(command.name), words)

    assert set(container.environment) - allowed == set()


@every_container
def test_every_secret_file_is_mounted(container: Container) -> None:
    """Each variable that names a file names one that the container sees, and it sees no other secret."""
    named = {value for name, value in container.environment.items() if name.endswith("_FILE")}

    assert named == set(container.secrets)


@every_deployment
def test_gateways_are_told_all_that_they_need(deployment: Deployment) -> None:
    """Their settings are accepted; sessions are shared, and browsers come by TLS."""
    environ = dict(deployment.gateway.environment)
    with pytest.raises(WrongSetting, match="cannot be read"):
        read_files(environ)
    told = {name.removesuffix("_FILE"): value for name, value in environ.items()}
    given = {"GATEWAY_SESSION_KEYS": "A" * 43 + "=", "GATEWAY_REDIS_URL": "redis://redis:6379/0"}

    settings = Settings.from_environ({**told, **given})

    assert (settings.public_url[:8], settings.origin_url[:8]) == ("https://", "https://")
    assert settings.origin_connect == f"http://origin:{deployment.origin.environment['ORIGIN_PORT']}"


@every_deployment
def test_both_sides_agree(deployment: Deployment) -> None:
    """The gateway counts what the origin allows, knows it by its public name, and is registered as itself."""
    origin, gateway = deployment.origin.environment, deployment.gateway.environment
    register = deployment.one_shots[-1].arguments

    assert gateway["GATEWAY_ORIGIN_URL"] == origin["ORIGIN_PUBLIC_URL"]
    for limit in ("CALLS_PER_SECOND", "CALLS_PER_DAY"):
        assert gateway[f"GATEWAY_{limit}"] == origin[f"ORIGIN_{limit}"]
    assert [each.name for each in deployment.one_shots] == ["migrate", "register"]
    assert register[-1] == f"{gateway['GATEWAY_PUBLIC_URL']}/auth/callback"


@every_deployment
def test_who_stops_is_given_the_time(deployment: Deployment) -> None:
    """Nobody is killed while answers under way still have time, nor before others know that it stops."""
    for container in (deployment.origin, deployment.gateway):
        pause = container.spec.get("lifecycle", {}).get("preStop", {}).get("exec", {}).get("command", ("", 0))
        assert container.grace >= STOP_WITHIN + float(pause[1]) + 5


@every_container
def test_every_container_is_locked_down(container: Container) -> None:
    """No root, no root file system to write to, no capabilities, no more privileges than it has."""
    spec = container.spec
    if "securityContext" in spec:
        locked = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True}
        assert spec["securityContext"] == {**locked, "capabilities": {"drop": ["ALL"]}}
        return
    assert (spec["user"], spec["read_only"], spec["cap_drop"]) == ("10001:10001", True, ["ALL"])
    assert spec["security_opt"] == ["no-new-privileges:true"]


def test_pods_run_as_the_images_user() -> None:
    """As the number that the image has, and with no account of the cluster's."""
    pods = [
        each["spec"]["template"]["spec"] for each in files.manifests() if "template" in each.get("spec", {})
    ]
    user = files.last("USER").rest

    assert len(pods) == 3
    for pod in pods:
        context = pod["securityContext"]
        assert (context["runAsNonRoot"], f"{context['runAsUser']}:{context['runAsGroup']}") == (True, user)
        assert pod["automountServiceAccountToken"] is False


def _images() -> set[str]:
    pods = [
        each["spec"]["template"]["spec"] for each in files.manifests() if "template" in each.get("spec", {})
    ]
    return {each["image"] for pod in pods for each in (*pod.get("initContainers", ()), *pod["containers"])}


def test_all_run_one_image() -> None:
    """Both sets of files name the image that the Dockerfile says how to build, in this version."""
    (built,) = {each["image"] for each in files.compose()["services"].values() if "build" in each}
    kustomization = yaml.safe_load((DOCKER / "kubernetes/kustomization.yaml").read_text())
    version = f'\nversion = "{kustomization["images"][0]["newTag"]}"\n'

    assert f"-t {built} " in (DOCKER / "Dockerfile").read_text()
    assert _images() == {built} == {kustomization["images"][0]["name"]}
    assert version in (ROOT / "pyproject.toml").read_text()


def test_compose_names_only_what_is_there() -> None:
    """Networks, volumes and secrets are declared, files exist, and the proxy is the one believed."""
    whole = files.compose()
    services: Mapping[str, Any] = whole["services"]
    secrets = {name for each in services.values() for name in each.get("secrets", ())}
    volumes = [volume.split(":")[0] for each in services.values() for volume in each.get("volumes", ())]
    named = {volume for volume in volumes if not volume.startswith(".")}
    build = services["gateway"]["build"]

    assert secrets == set(whole["secrets"])
    assert named == set(whole["volumes"])
    assert {name for each in services.values() for name in each["networks"]} == set(whole["networks"])
    assert [volume for volume in volumes if volume.startswith(".") and not (DOCKER / volume).exists()] == []
    assert (DOCKER / build["context"] / build["dockerfile"]).samefile(DOCKER / "Dockerfile")
    address = services["proxy"]["networks"]["inside"]["ipv4_address"]
    assert services["origin"]["environment"]["ORIGIN_PROXIES"] == address
    assert services["gateway"]["environment"]["GATEWAY_PROXIES"] == address


def test_manifests_name_only_what_is_there() -> None:
    """Selectors find pods, services their ports, and scalers what they scale."""
    for name in ("gateway", "origin"):
        deployment, service = (files.manifest(kind, name) for kind in ("Deployment", "Service"))
        labels = deployment["spec"]["template"]["metadata"]["labels"]
        port = deployment["spec"]["template"]["spec"]["containers"][0]["ports"][0]
        budget = files.manifest("PodDisruptionBudget", name)["spec"]
        scaler = files.manifest("HorizontalPodAutoscaler", name)["spec"]
        told = files.orchestrated().gateway if name == "gateway" else files.orchestrated().origin

        assert deployment["spec"]["selector"]["matchLabels"] == service["spec"]["selector"] == labels
        assert budget["selector"]["matchLabels"] == labels
        assert service["spec"]["ports"][0]["targetPort"] == port["name"]
        listens = told.environment["PORT" if name == "gateway" else "ORIGIN_PORT"]
        assert str(port["containerPort"]) == str(service["spec"]["ports"][0]["port"]) == listens
        assert budget["minAvailable"] < scaler["minReplicas"] <= scaler["maxReplicas"]
        assert scaler["scaleTargetRef"]["name"] == name


def test_the_ingress_leads_to_both() -> None:
    """Each public name leads to its service, by TLS."""
    spec = files.manifest("Ingress", "gateway")["spec"]
    led = {each["host"]: each["http"]["paths"][0]["backend"]["service"]["name"] for each in spec["rules"]}
    gateway = files.orchestrated().gateway.environment
    public = {name: str(urlsplit(gateway[f"GATEWAY_{name}_URL"]).hostname) for name in ("PUBLIC", "ORIGIN")}

    assert led == {public["PUBLIC"]: "gateway", public["ORIGIN"]: "origin"}
    assert set(spec["tls"][0]["hosts"]) == set(led)


def test_secrets_are_placeholders() -> None:
    """What is in the repository opens nothing, and says that it must be replaced."""
    values = [
        value
        for each in files.manifests()
        if each["kind"] == "Secret"
        for value in each["stringData"].values()
    ]

    assert len(values) == 5
    assert [value for value in values if "REPLACE-" not in value] == []


def test_kubectl_reads_the_manifests() -> None:
    """Where kubectl is present, it puts together what the kustomization names, in its version."""
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("kubectl is not installed")

    made = subprocess.run(  # noqa: S603
        [kubectl, "kustomize", str(DOCKER / "kubernetes")], capture_output=True, text=True, check=True
    )

    assert len(list(yaml.safe_load_all(made.stdout))) == len(files.manifests()) == 14
    assert "image: netflix-graphql-gateway\n" not in made.stdout
