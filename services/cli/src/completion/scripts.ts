/** The shells that a script is written for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/**
 * Each asks `prunella complete -- WORDS...`, which prints a word and its meaning a line, parted by a tab, and `:files` where a file may stand. What was typed
 * is passed on as it is, and never evaluated.
 */
export const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `# prunella in bash: source <(prunella completion bash)
_prunella() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}")
    else
      COMPREPLY+=("\${line%%$'\\t'*}")
    fi
  done < <(prunella complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _prunella prunella
`,
  zsh: `#compdef prunella
# prunella in zsh, after compinit: source <(prunella completion zsh)
_prunella() {
  local line files
  local -a answers
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      files=1
    else
      answers+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
    fi
  done < <(prunella complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( \${#answers} )) && _describe -t words word answers
  [[ -n $files ]] && _files
}
compdef _prunella prunella
`,
  fish: `# prunella in fish: prunella completion fish | source
function __prunella
  set -l words (commandline -opc) (commandline -ct)
  for line in (prunella complete -- $words[2..-1] 2>/dev/null)
    if test "$line" = :files
      __fish_complete_path (commandline -ct)
    else
      echo $line
    end
  end
end
complete -c prunella -f -a '(__prunella)'
`,
};
