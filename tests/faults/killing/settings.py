"""The service's settings, for a build that kills itself where a test says."""

from imagepro.settings import *  # noqa: F403 - all of them
from imagepro.settings import INSTALLED_APPS as OURS

INSTALLED_APPS = [*OURS, "tests.faults.killing.apps.Killing"]
