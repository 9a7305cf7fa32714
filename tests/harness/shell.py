"""What a shell offers to complete a command line of the program."""
import subprocess

# Sources the script as a person would, sets what readline sets, and prints the candidates one on each line.
ASK_BASH = r"""
set -u
eval "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$(( $# - 1 ))
_pg2athena
printf '%s\n' "${COMPREPLY[@]}"
"""


def bash_offers(script: str, *words: str, cwd=None) -> set[str]:
    """The candidates for the last of `words`, which readline has broken as it does ("=" is a word of its own)."""
    command = ["bash", "--norc", "-c", ASK_BASH, "bash", script, "pg2athena", *words]
    result = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=30)
    assert result.returncode == 0 and result.stderr == "", f"{words}: {result.stderr}"
    return {line for line in result.stdout.splitlines() if line}
