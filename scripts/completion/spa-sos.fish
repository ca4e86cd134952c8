# SPDX-License-Identifier: BSD-2-Clause
#
# fish completion for spa-sos. The program itself says what can come next, from its table of options.

function __spa_sos_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program $words[1]
    for line in ($program complete $words[2..-1] "$current" 2>/dev/null)
        if not string match -q ':files*' -- $line
            echo $line
            continue
        end
        set -l extensions (string split -n ' ' -- (string replace ':files' '' -- $line))
        set -l prefix (string match -r -- '^--[^=]*=' "$current"; or echo)
        for path in (__fish_complete_path (string replace -r -- '^--[^=]*=' '' "$current"))
            set -l name (string split -m 1 \t -- $path)[1]
            if test (count $extensions) -eq 0; or string match -q -- '*/' $name
                echo $prefix$name
            else if contains -- (string split -r -m 1 . -- $name)[-1] $extensions
                echo $prefix$name
            end
        end
    end
end

complete -c spa-sos -f -a '(__spa_sos_complete)'
