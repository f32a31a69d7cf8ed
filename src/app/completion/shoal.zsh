#compdef shoal
# Completions of shoal for zsh. The functions that know the options follow after these; both are
# printed by `shoal completion zsh`.

# Names of recipes, and paths of files.
_shoal_recipes()
{
    local name title
    local -a recipes
    while IFS=$'\t' read -r name title; do
        recipes+=("$name:${title//:/\\:}")
    done < <(_call_program recipes $_shoal_program recipes --tsv 2>/dev/null)
    [[ $PREFIX == */* ]] || _describe -t recipes recipe recipes
    [[ $PREFIX != */* ]] || _files
}

# The value of the last --recipe.
_shoal_recipe()
{
    local -i index
    for ((index = CURRENT - 1; index > 0; index--)); do
        case $words[index] in
            --recipe=*) print -r -- ${(Q)words[index]#*=} ;;
            --recipe) print -r -- ${(Q)words[index + 1]} ;;
            *) continue ;;
        esac
        return
    done
}

# KEY=VALUE of -s: the variables of the recipe, and the values that one allows.
_shoal_variables()
{
    local recipe=$(_shoal_recipe) name text values key
    local -a variables
    [[ $PREFIX != *=* ]] || key=${PREFIX%%=*}
    while IFS=$'\t' read -r name text values; do
        variables+=("$name:${text//:/\\:}")
        [[ -z $key || $name != $key || -z $values ]] || break
        values=
    done < <([[ -z $recipe ]] || _call_program variables $_shoal_program recipes --tsv ${(q)recipe} 2>/dev/null)
    if compset -P '*='; then
        if [[ -n $values ]]; then
            compadd -- ${(s:|:)values}
        else
            _shoal_reference
        fi
    else
        _describe -t variables variable variables -S = -q
    fi
}

# env:NAME, file:PATH or fd:N.
_shoal_reference()
{
    if compset -P 'env:'; then
        _parameters -g '*export*'
    elif compset -P 'file:'; then
        _files
    elif ! compset -P 'fd:'; then
        compadd -S '' -- env: file: fd:
    fi
}

# NAME=@PATH of -F.
_shoal_form()
{
    if compset -P '*=(\?|)@'; then
        _files
    else
        _message 'NAME=VALUE or NAME=@PATH'
    fi
}

