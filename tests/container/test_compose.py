"""compose.yaml, started as it stands, but for the published port: that would need a network of this machine."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.container.containers import Container
from tests.container.workshop import Workshop
from web_single.config import CHECKOUT

WITHOUT_NETWORK = """
services:
  web-single:
    network_mode: none
    environment:
      WRITE_TIMEOUT_SECONDS: "30"
    ports: !reset []
"""


@pytest.fixture(scope="module")
def composed(workshop: Workshop, image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Container]:
    """The service of compose.yaml, ready."""
    override = tmp_path_factory.mktemp("compose") / "override.yaml"
    override.write_text(WITHOUT_NETWORK)
    project = f"test{time.monotonic_ns()}"
    program = str(Path(sys.executable).with_name("podman-compose"))
    compose = (program, "--file", str(CHECKOUT / "compose.yaml"), "--file", str(override), "--project-name", project)
    workshop.run(*compose, "up", "--no-build", "--detach")
    try:
        container = Container(workshop, f"{project}_web-single_1")
        assert container.inspect("{{.ImageName}}").startswith(image)
        container.wait_until_ready()
        yield container
    finally:
        workshop.run(*compose, "down", "--volumes")


def test_the_service_predicts(composed: Container) -> None:
    assert composed.predict([5.1, 3.5, 1.4, 0.2])[0] == 200


@pytest.mark.parametrize(
    ("what", "template", "told"),
    [
        ("its root is read-only", "{{.HostConfig.ReadonlyRootfs}}", "true"),
        ("it has no capability", "{{.EffectiveCaps}}", "[]"),
        ("it gets none", "{{.HostConfig.SecurityOpt}}", "[no-new-privileges]"),
        ("it is started again", "{{.HostConfig.RestartPolicy.Name}}", "unless-stopped"),
        ("its predictions are on a volume", "{{range .Mounts}}{{.Type}} {{.Destination}}{{end}}", "volume /data"),
    ],
    ids=lambda value: value if " " in value and "{" not in value else "",
)
def test_the_service_is_as_locked_up_and_as_lasting_as_it_says(
    composed: Container, what: str, template: str, told: str
) -> None:
    assert composed.inspect(template) == told, what


def test_the_service_has_the_health_check_of_the_image(composed: Container, container: Container) -> None:
    template = "{{.Config.Healthcheck}}"
    assert composed.inspect(template) == container.inspect(template)
    assert composed.health_check() == 0
