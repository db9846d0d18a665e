"""The driver exports the functions of exports.txt and nothing else, and no allocator that aborts.

usage: check_symbols.py DRIVER EXPORTS
"""
import subprocess
import sys


def symbols(*arguments):
    text = subprocess.run(["nm", *arguments], check=True, capture_output=True, text=True).stdout
    return {line.split()[-1].split("@")[0] for line in text.splitlines() if line.strip()}


def main():
    driver, table = sys.argv[1:]
    with open(table, encoding="utf-8") as file:
        wanted = set(file.read().split())
    exported = symbols("-D", "--defined-only", driver)
    imported = symbols("-D", "--undefined-only", driver)
    faults = [f"not exported: {name}" for name in sorted(wanted - exported)]
    faults += [f"exported, but not in the table: {name}" for name in sorted(exported - wanted)]
    faults += [f"calls an exported name: {name}" for name in sorted(imported & wanted)]
    faults += [f"must not be called here: {name}" for name in sorted(imported & {"abort", "exit"})]
    print("\n".join(faults))
    return 1 if faults else 0


sys.exit(main())
