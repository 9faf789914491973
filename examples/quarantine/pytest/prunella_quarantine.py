"""pytest with Prunella's quarantine: ``pytest -p prunella_quarantine``. See README.md beside it."""

import json
import os
import sys
import urllib.parse
import urllib.request

import pytest

TIMEOUT_S = 5


def first(*names):
    return next((os.environ[name] for name in names if os.environ.get(name)), "")


REPOSITORY = first("PRUNELLA_REPOSITORY", "GITHUB_REPOSITORY", "CI_PROJECT_PATH")
BRANCH = first("PRUNELLA_BRANCH", "GITHUB_REF_NAME", "CI_COMMIT_BRANCH", "BRANCH_NAME")
COMMIT = first("GITHUB_SHA", "CI_COMMIT_SHA", "GIT_COMMIT")
RUN_ID = first("PRUNELLA_RUN_ID", "GITHUB_RUN_ID", "CI_PIPELINE_ID", "BUILD_TAG")


def ask(path, body=None):
    headers = {"content-type": "application/json"}
    if os.environ.get("PRUNELLA_API_TOKEN"):
        headers["authorization"] = "Bearer " + os.environ["PRUNELLA_API_TOKEN"]
    url = urllib.parse.urljoin(os.environ["PRUNELLA_URL"], path)
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers=headers)
    with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:
        return json.load(response)


def warn(what, error):
    print(f"prunella: {what}: {error}", file=sys.stderr)


class Quarantine:
    """Without an answer nothing is in quarantine: every test runs and counts."""

    def __init__(self):
        self.skip, self.tests, self.results = False, set(), {}
        if not os.environ.get("PRUNELLA_URL") or not REPOSITORY:
            return
        try:
            query = urllib.parse.urlencode({"repository": REPOSITORY, "branch": BRANCH})
            answer = ask("/v1/quarantine?" + query)
            self.skip, self.tests = answer["skip"], {item["test"] for item in answer["items"]}
        except (OSError, ValueError, KeyError) as error:
            warn("no test is skipped, the quarantine could not be read", error)

    def pytest_collection_modifyitems(self, items):
        for item in items:
            if item.nodeid not in self.tests:
                continue
            if self.skip:
                item.add_marker(pytest.mark.skip(reason="in Prunella's quarantine"))
            else:
                # It runs, and neither its failure nor its success ends the build.
                item.add_marker(pytest.mark.xfail(strict=False, reason="in Prunella's quarantine"), append=False)

    def pytest_runtest_logreport(self, report):
        if self.skip or report.nodeid not in self.tests:
            return
        failed = report.failed or (report.skipped and hasattr(report, "wasxfail"))
        if failed:
            self.results[report.nodeid] = False
        elif report.when == "call" and report.passed:
            self.results.setdefault(report.nodeid, True)

    def pytest_sessionfinish(self):
        if not self.results:
            return
        results = [{"test": test, "passed": passed} for test, passed in self.results.items()]
        body = {"repository": REPOSITORY, "branch": BRANCH, "commit": COMMIT, "runId": RUN_ID, "results": results}
        try:
            ask("/v1/quarantine/results", body)
        except (OSError, ValueError) as error:
            warn("results could not be reported", error)


def pytest_configure(config):
    config.pluginmanager.register(Quarantine(), "prunella-quarantine")
