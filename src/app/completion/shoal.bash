# shellcheck shell=bash
# Completions of shoal for bash. The functions that know the options follow after these; both are
# printed by `shoal completion bash`.

# Adds the candidates of `compgen ARGUMENTS -- TEXT`, each after PREFIX.
# _shoal_add PREFIX TEXT ARGUMENTS...
_shoal_add()
{
    local prefix=$1 text=$2 candidate
    shift 2
    while IFS= read -r candidate; do
        COMPREPLY+=("$prefix$candidate")
    done < <(compgen "$@" -- "$text")
}

# Words that a value goes on after: no blank follows.
_shoal_add_open()
{
    compopt -o nospace 2>/dev/null
    _shoal_add "$@"
}

_shoal_add_files()
{
    compopt -o filenames 2>/dev/null
    _shoal_add "$@"
}

# The value of the last --recipe before the word that is completed.
_shoal_recipe()
{
    local index
    for ((index = ${#words[@]} - 1; index > 1; index--)); do
        case ${words[index]} in
            --recipe=*) printf '%s' "${words[index]#*=}" ;;
            --recipe) printf '%s' "${words[index + 1]}" ;;
            *) continue ;;
        esac
        return
    done
}

# KEY=VALUE of -s: the variables of the recipe, and the values that one allows.
_shoal_add_variables()
{
    local prefix=$1 text=$2 recipe name values
    recipe=$(_shoal_recipe)
    if [[ $text != *=* ]]; then
        [[ -n $recipe ]] || return
        _shoal_add_open "$prefix" "$text" -S = \
            -W "$("$shoal" recipes --tsv "$recipe" 2>/dev/null | cut -f1)"
        return
    fi
    while IFS=$'\t' read -r name _ values; do
        if [[ $name == "${text%%=*}" && -n $values ]]; then
            _shoal_add "$prefix${text%%=*}=" "${text#*=}" -W "${values//|/ }"
            return
        fi
    done < <([[ -z $recipe ]] || "$shoal" recipes --tsv "$recipe" 2>/dev/null)
    _shoal_add_reference "$prefix${text%%=*}=" "${text#*=}"
}

# env:NAME, file:PATH or fd:N.
_shoal_add_reference()
{
    case $2 in
        env:*) _shoal_add "$1env:" "${2#env:}" -e ;;
        file:*) _shoal_add_files "$1file:" "${2#file:}" -f ;;
        fd:*) ;;
        *) _shoal_add_open "$1" "$2" -W 'env: file: fd:' ;;
    esac
}

# Adds the candidates for the value TEXT of a kind; PREFIX is what the word has before it.
# _shoal_add_value KIND PREFIX TEXT
_shoal_add_value()
{
    local prefix=$2 text=$3
    case $1 in
        file) _shoal_add_files "$prefix" "$text" -f ;;
        folder) _shoal_add_files "$prefix" "$text" -d ;;
        choice) _shoal_add "$prefix" "$text" -W "$choices" ;;
        reference) _shoal_add_reference "$prefix" "$text" ;;
        variable) _shoal_add_variables "$prefix" "$text" ;;
        recipe)
            if [[ $text == */* ]]; then
                _shoal_add_files "$prefix" "$text" -f
            else
                _shoal_add "$prefix" "$text" -W "$("$shoal" recipes --tsv 2>/dev/null | cut -f1)"
            fi
            ;;
        form)
            if [[ $text == *=@* ]]; then
                _shoal_add_files "$prefix${text%%=@*}=@" "${text#*=@}" -f
            fi
            ;;
        command) _shoal_add "$prefix" "$text" -W "$commands all" ;;
        shell) _shoal_add "$prefix" "$text" -W 'bash zsh fish' ;;
    esac
}

# The names of options; those of a file's options are offered where they are begun.
_shoal_add_options()
{
    local command=$1 text=$2 options more
    _shoal_options "$command"
    [[ $text != --add-* && $text != --no-* ]] || options+=" $more"
    _shoal_add '' "$text" -W "$options"
    [[ ${#COMPREPLY[@]} -ne 1 || ${COMPREPLY[0]} != *= ]] || compopt -o nospace 2>/dev/null
}

# Does the word before the one that is completed want a value? -nj is -n and -j.
_shoal_wants_value()
{
    local command=$1 before=$2 index
    value='' choices=''
    case $before in
        --*=* | --) return 1 ;;
        --*) _shoal_row "$command:$before" ;;
        -?*)
            for ((index = 1; index < ${#before}; index++)); do
                _shoal_row "$command:-${before:index:1}"
                [[ $value == flag ]] || break
            done
            ((index == ${#before} - 1)) || return 1
            ;;
    esac
    [[ -n $value && $value != flag && $value != optional-* ]]
}

_shoal_complete_word()
{
    local command=$1 text=$2 before=$3 value choices
    if _shoal_wants_value "$command" "$before"; then
        _shoal_add_value "$value" '' "$text"
    elif [[ $text == --*=* ]]; then
        value='' choices=''
        _shoal_row "$command:${text%%=*}"
        _shoal_add_value "${value#optional-}" "${text%%=*}=" "${text#*=}"
    elif [[ $text == -* ]]; then
        _shoal_add_options "$command" "$text"
    else
        _shoal_operands "$command"
        _shoal_add_value "$value" '' "$text"
    fi
}

# What readline replaces begins after the last of COMP_WORDBREAKS; candidates are whole words.
_shoal()
{
    local shoal=$1 line=${COMP_LINE:0:COMP_POINT} piece=${COMP_WORDS[COMP_CWORD]} word index commands
    local -a words
    _shoal_list_commands
    word=${line##*[[:space:]]}
    read -ra words <<<"${line%"$word"}"
    [[ $piece != [=:] ]] || piece=''
    COMPREPLY=()
    if ((${#words[@]} < 2)); then
        _shoal_add '' "$word" -W "$commands --help --version"
    else
        _shoal_complete_word "${words[1]}" "$word" "${words[-1]}"
    fi
    for index in "${!COMPREPLY[@]}"; do
        COMPREPLY[index]=${COMPREPLY[index]#"${word%"$piece"}"}
    done
}

