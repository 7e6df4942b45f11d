#!/usr/bin/env bash
# Plays the zoo's calls with curl or wget: calls.sh LIBRARY SCRIPT BASE AUTH OUT.
set -euo pipefail
library=$1 script=$2 base=$3 auth=$4 out=$5
number=0 all=()
while IFS=$'\t' read -r method path file; do
    case $library in
    curl*)
        ((number == 0)) || all+=(--next)
        all+=(--silent --show-error --request "$method" --header "Authorization: Basic $auth" --output "$out/$number" --write-out '%{http_code}\n')
        [[ $file == - ]] || all+=(--header 'Content-Type: application/json' --data-binary "@$file")
        [[ $library != curl-1.0 ]] || all+=(--http1.0)
        all+=("$base$path")
        ;;
    wget)
        options=(--quiet --server-response --content-on-error --tries=1 --method="$method" --header="Authorization: Basic $auth" --output-document="$out/$number")
        [[ $file == - ]] || options+=(--header='Content-Type: application/json' --body-file="$file")
        { wget "${options[@]}" "$base$path" 2>&1 || true; } | sed -nE 's#^ +HTTP/1\.[01] ([0-9]{3}).*#\1#p' | tail -n 1
        ;;
    esac
    number=$((number + 1))
done <"$script"
((${#all[@]} == 0)) || curl "${all[@]}"
