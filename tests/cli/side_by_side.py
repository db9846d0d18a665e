"""Run the tests of a module at the same time: each has a folder and a server of its own, and most of them wait."""
import concurrent.futures
import sys
import time
import unittest


def flatten(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from flatten(test)
        else:
            yield test


def run_one(test):
    result = unittest.TestResult()
    begin = time.monotonic()
    test.run(result)
    return test, result, time.monotonic() - begin


def main(at_once):
    """Like unittest.main: the words of the command line choose tests by name; exits with 1 if one fails."""
    loader = unittest.defaultTestLoader
    module = sys.modules["__main__"]
    suite = loader.loadTestsFromNames(sys.argv[1:], module) if sys.argv[1:] else loader.loadTestsFromModule(module)
    tests = list(flatten(suite))
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        for done in concurrent.futures.as_completed([pool.submit(run_one, test) for test in tests]):
            test, result, seconds = done.result()
            is_good = result.wasSuccessful() and result.testsRun == 1
            failed += not is_good
            word = "skipped" if result.skipped else "ok" if is_good else "FAILED"
            print(f"{test.id()}: {word}, {seconds:.1f} s", flush=True)
            for _, trace in result.failures + result.errors:
                print(trace, flush=True)
            for _, reason in result.skipped:
                print(f"  {reason}", flush=True)
    print(f"{len(tests)} tests, {failed} failed", flush=True)
    sys.exit(0 if tests and failed == 0 else 1)
