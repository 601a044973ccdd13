#!/bin/bash
# What the table of benchmarks/redteam.py compares with: a guard as such hooks are usually written, in bash with jq. It looks
# for words that write and for the names of what is protected, and denies with exit 2.
#
#   GUARD_PROJECT   the project's folder
#   GUARD_HOME      Planweir's home
#   GUARD_ROLE      main, reviewer, implementer or other: who calls (a guard of this kind is told so by its caller)
#   GUARD_SCOPE     of an implementer: the regular expression of the files that it may write
#   GUARD_RUNNING   of another session: the regular expression of the files that running tasks own
set -u
input=$(cat)
tool=$(jq -r '.tool_name // empty' <<<"$input")

# Protected wherever they stand, for everybody.
guarded='docs/plan\.md|active_task_graph\.json|\.local/state/planweir|PLANWEIR_HOME|journal\.jsonl|guard\.json'
guarded+='|\.claude/(settings(\.local)?\.json|plugins|projects|state)|\.git/(hooks|config|info)|\.gitconfig|hooks/launch|hooks\.json'
guarded+="|${GUARD_HOME//./\\.}"

# Commands that write, delete or change, at the beginning of a command.
starts='(^|[;&|(){}`[:space:]])'
writers='(rm|rmdir|unlink|shred|mv|cp|install|ln|link|tee|dd|truncate|touch|mkdir|chmod|chown|chattr|mkfifo|rsync|patch|split|csplit|unzip|ed|ex|vim?)'
in_place='(sed|perl|ruby)[[:space:]]([^;&|]*[[:space:]])?(-[a-zA-Z0-9]*i|--in-place)'
git_changes='git[[:space:]]([^;&|]*[[:space:]])?(add|commit|push|pull|stash|reset|checkout|switch|restore|clean|rebase|merge|apply|am|rm|mv|tag|branch[[:space:]]+-[dDmM]|cherry-pick|revert|update-ref|worktree[[:space:]]+add|config)([[:space:]]|$)'
code='(python3?|node|perl|ruby|php)[[:space:]]+(-[a-zA-Z]*[cep]|--eval|-)'
redirect='(^|[^<>=-])>>?[|&]?[[:space:]]*[^&[:space:]>]'
extract='tar[[:space:]]+-?[a-zA-Z]*x'
output='(curl|wget|sort)[[:space:]][^;&|]*(-o|-O|--output)'
persons='task-planner[[:space:]]+(--?[a-z]+[[:space:]]+)*(abort|start|pause|resume|skip|unblock|amend|allow|waive|complete|rollback)|CLAUDECODE|person_command'
dangerous='(curl|wget|base64)[^;]*\|[[:space:]]*(ba|z|da)?sh|rm[[:space:]]+-[a-zA-Z]*[rR][a-zA-Z]*[[:space:]]+(/|~|\.|\*|\$HOME|\.\.)([[:space:]]|$)'

deny() {
    printf 'Denied: %s\n' "$1" >&2
    exit 2
}

inside() { # the path below the project, empty where it lies elsewhere
    local path=$1
    [[ $path != /* ]] && path=$GUARD_PROJECT/$path
    path=$(realpath -ms -- "$path" 2>/dev/null) || return 0
    [[ $path == "$GUARD_PROJECT"/* ]] && printf '%s' "${path#"$GUARD_PROJECT"/}"
}

judge_path() {
    [[ $1 =~ $guarded ]] && deny "$1 is protected"
    local file
    file=$(inside "$1")
    [[ -z $file ]] && return
    case $GUARD_ROLE in
    main | reviewer) deny "$GUARD_ROLE may not write $file" ;;
    implementer) [[ $file =~ ^($GUARD_SCOPE)$ ]] || deny "$file is not in scope" ;;
    other) [[ $file =~ ^($GUARD_RUNNING)$ ]] && deny "$file is in work" ;;
    esac
}

case $tool in
Edit | Write | MultiEdit | NotebookEdit)
    judge_path "$(jq -r '.tool_input.file_path // .tool_input.notebook_path // empty' <<<"$input")"
    exit 0
    ;;
mcp__*)
    if [[ $tool =~ write|edit|create|move|delete|save ]]; then
        path=$(jq -r '[.tool_input | .path?, .file_path?, .destination?, .source?, .filename?, .uri?] | map(select(type == "string")) | .[]' <<<"$input")
        while read -r one; do [[ -n $one ]] && judge_path "${one#file://}"; done <<<"$path"
    fi
    [[ $tool =~ git_(commit|reset|checkout|add|push) ]] && deny "$tool changes the repository"
    command=$(jq -r '.tool_input.command // .tool_input.cmd // empty' <<<"$input")
    ;;
Bash | Monitor | PowerShell) command=$(jq -r '.tool_input.command // empty' <<<"$input") ;;
*) exit 0 ;;
esac
[[ -z $command ]] && exit 0

quiet=${command//2>&1/}
quiet=${quiet//>\/dev\/null/}
quiet=${quiet//> \/dev\/null/}
writes=0
[[ $quiet =~ $starts$writers([[:space:]]|$) || $quiet =~ $redirect || $quiet =~ $in_place || $quiet =~ $extract || $quiet =~ $output ]] && writes=1
[[ $quiet =~ -delete|-exec(dir)?[[:space:]]+rm|xargs[[:space:]]+([^|;]*[[:space:]])?(rm|mv|cp|sed) ]] && writes=1
[[ $quiet =~ $code && $quiet =~ (write|open\(|unlink|remove|rename|rmtree|system|exec|spawn|truncate) ]] && writes=1

[[ $command =~ $dangerous ]] && deny "the command is dangerous"
[[ $command =~ $persons && $GUARD_ROLE != other ]] && deny "that is for a person to decide"
((writes)) && [[ $command =~ $guarded ]] && deny "it writes what is protected"
if [[ $quiet =~ $git_changes && ! $quiet =~ git[[:space:]]+(stash[[:space:]]+list|tag[[:space:]]+-l|config[[:space:]]+--(get|list)) ]]; then
    deny "git would change what all share"
fi
if ((writes)); then
    case $GUARD_ROLE in
    main | reviewer)
        # What goes to a scratch folder alone is let be.
        [[ $quiet =~ (/tmp|mktemp|TMPDIR) && ! $quiet =~ (src|tests|docs|web)/ ]] || deny "$GUARD_ROLE may not write"
        ;;
    implementer)
        for word in $(grep -oE '[A-Za-z0-9_./-]+\.[a-z]{1,6}\b' <<<"$quiet"); do
            file=$(inside "$word")
            [[ -n $file && -e $GUARD_PROJECT/$file && ! $file =~ ^($GUARD_SCOPE)$ ]] && deny "$file is not in scope"
        done
        ;;
    other)
        [[ $quiet =~ $GUARD_RUNNING ]] && deny "a file in work would be written"
        ;;
    esac
fi
exit 0
