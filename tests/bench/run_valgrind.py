"""run_valgrind.py BENCH_ODBC_CLIENT FAKE_HS2 DRIVER COUNT [PROGRAM...]: the driver under valgrind.

COUNT connects and disconnects leave no more on the heap than a tenth of them, over the binary transport, TLS left
out; and each PROGRAM passes without an access out of bounds, a read of what was never written, or a leak.
Exit code 77 where there is no valgrind.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

VALGRIND = ["valgrind", "--leak-check=full", "--errors-for-leak-kinds=definite,indirect", "--error-exitcode=9", "--num-callers=20",
            "--keep-debuginfo=yes"]
# What one more connect may cost without being a leak: lists of the driver manager that grow once.
SLACK_BYTES = 4096


def watch(command, env):
    """Run it; the bytes that it had on the heap at its end, and seconds."""
    begin = time.monotonic()
    run = subprocess.run([*VALGRIND, *command], env=env, capture_output=True, text=True, check=False)
    if run.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit code {run.returncode}\n{run.stdout}\n{run.stderr[-6000:]}")
    match = re.search(r"in use at exit: ([\d,]+) bytes in ([\d,]+) blocks", run.stderr)
    bytes_left, blocks = (int(text.replace(",", "")) for text in match.groups())
    print(f"{os.path.basename(command[0])} {' '.join(command[3:])}: {bytes_left} bytes in {blocks} blocks at the end, "
          f"no error, {time.monotonic() - begin:.1f} s", flush=True)
    return bytes_left


def main():
    client, fake, driver, count, *programs = sys.argv[1:]
    if shutil.which("valgrind") is None:
        sys.exit(77)
    server = subprocess.Popen([fake], stdout=subprocess.PIPE, text=True)
    try:
        port = server.stdout.readline().split()[1]
        text = f"Driver={driver};Host=127.0.0.1;Port={port};AuthMech=0"
        with tempfile.TemporaryDirectory() as folder:
            env = dict(os.environ, ODBCSYSINI=folder, ODBCINI=f"{folder}/odbc.ini")
            few = watch([client, "hold", text, str(int(count) // 10)], env)
            many = watch([client, "hold", text, count], env)
            for program in programs:
                watch([program], env)
    finally:
        server.terminate()
        server.wait(timeout=10)
    if many - few > SLACK_BYTES:
        sys.exit(f"{count} connects left {many - few} bytes more on the heap than a tenth of them")


main()
