# Completions of shoal for fish. The lines that know the options follow after these functions; both
# are printed by `shoal completion fish`.

# Is COMMAND what is completed?
function __shoal_is
    set -l words (commandline -opc)
    test (count $words) -gt 1; and test "$words[2]" = $argv[1]
end

function __shoal_needs_command
    test (count (commandline -opc)) -eq 1
end

# Has the word that is completed this beginning?
function __shoal_begins
    string match -q -- "$argv[1]*" (commandline -ct)
end

function __shoal_commands
    if test (count (commandline -opc)) -gt 2
        echo all
        return
    end
    complete -C 'shoal '
end

function __shoal_recipes
    shoal recipes --tsv 2>/dev/null
end

# The value of the last --recipe.
function __shoal_recipe
    set -l words (commandline -opc)
    for index in (seq (count $words) -1 2)
        if string match -q -- '--recipe=*' $words[$index]
            string replace -- '--recipe=' '' $words[$index]
            return
        else if test "$words[$index]" = --recipe
            set -l next (math $index + 1)
            echo $words[$next]
            return
        end
    end
end

# env:NAME, file:PATH or fd:N, each after PREFIX.
function __shoal_reference
    set -l text (string replace -r -- '^--[a-z-]+=' '' (commandline -ct))
    set text (string replace -- "$argv[1]" '' $text)
    if string match -q -- 'file:*' $text
        for path in (__fish_complete_path (string replace -- file: '' $text))
            echo "$argv[1]file:$path"
        end
    else if string match -q -- 'env:*' $text
        for name in (set -xn)
            echo "$argv[1]env:$name"
        end
    else
        printf '%s\n' "$argv[1]env:" "$argv[1]file:" "$argv[1]fd:"
    end
end

# KEY=VALUE of -s: the variables of the recipe, and the values that one allows.
function __shoal_variables
    set -l text (string replace -r -- '^--set=' '' (commandline -ct))
    set -l recipe (__shoal_recipe)
    set -l rows
    if test -n "$recipe"
        set rows (shoal recipes --tsv $recipe 2>/dev/null)
    end
    if not string match -q -- '*=*' $text
        for row in $rows
            set -l fields (string split \t -- $row)
            printf '%s=\t%s\n' $fields[1] $fields[2]
        end
        return
    end
    set -l key (string split -m 1 = -- $text)[1]
    for row in $rows
        set -l fields (string split \t -- $row)
        if test "$fields[1]" = $key; and test -n "$fields[3]"
            for value in (string split '|' -- $fields[3])
                echo "$key=$value"
            end
            return
        end
    end
    __shoal_reference "$key="
end

# NAME=@PATH of -F.
function __shoal_form
    set -l text (string replace -r -- '^--form=' '' (commandline -ct))
    set -l parts (string match -r -- '^([^=]+=\??@)(.*)$' $text)
    if test (count $parts) -eq 3
        for path in (__fish_complete_path $parts[3])
            echo "$parts[2]$path"
        end
    end
end

complete -c shoal -f
