#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Types into a real shell on a terminal of its own: shell_session.py SHELL SOURCE_DIR PROGRAM < LINES

Each line is typed with the shell's completion loaded, then the tabulator, then return. The shell's
function spa-sos prints the words it got, so that what is printed for each line is what completion
made of it: "<word><word>".
"""
import os, pty, re, select, sys, time

shell, source, program = sys.argv[1:4]
FUNCTION = 'spa-sos() {{ if [ "$1" = complete ]; then "{0}" "$@"; else printf "<%s>" "$@"; echo "[end]"; fi; }}'
FISH_FUNCTION = ('function spa-sos; if test "$argv[1]" = complete; "{0}" $argv; else; '
                 'printf "<%s>" $argv; echo "[end]"; end; end')
START = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], [
        "bind 'set bell-style none'; bind 'set enable-bracketed-paste off'",
        FUNCTION, 'source "{1}/scripts/completion/spa-sos"']),
    "zsh": (["zsh", "-f", "-i"], [
        'unsetopt zle_bracketed_paste prompt_sp; fpath=("{1}/scripts/completion" $fpath)',
        "autoload -U compinit; compinit -u -D", FUNCTION]),
    "fish": (["fish", "--no-config", "-i"], [
        FISH_FUNCTION, 'source "{1}/scripts/completion/spa-sos.fish"']),
}
arguments, commands = START[shell]
child, terminal = pty.fork()
if child == 0:
    os.environ.update(TERM="xterm" if shell == "fish" else "dumb", HOME=os.getcwd(), PS1="$ ")
    os.execvp(arguments[0], arguments)


def read_until(pattern, seconds):
    text, deadline = "", time.monotonic() + seconds
    while time.monotonic() < deadline:
        if select.select([terminal], [], [], 0.05)[0]:
            try:
                text += os.read(terminal, 65536).decode(errors="replace")
            except OSError:
                break
            if "\x1b[c" in text or "\x1b[0c" in text:  # who are you?
                os.write(terminal, b"\x1b[?62;c")
        if pattern and re.search(pattern, text):
            break
    return text


def type_in(text):
    os.write(terminal, text.encode())


read_until(None, 1.0)
for number, command in enumerate(commands):
    type_in(command.format(program, source) + "; echo rea''dy\r")
    read_until(r"ready\r?\n", 20)
for line in sys.stdin:
    type_in(line.rstrip("\n") + "\t")
    read_until(None, 1.2)
    type_in("\r")
    printed = read_until(r"\[end\]", 20)
    found = re.findall(r"((?:<[^<>]*>)+)\[end\]", printed)
    print(found[-1] if found else "nothing: " + repr(printed), flush=True)
type_in("exit\r")
