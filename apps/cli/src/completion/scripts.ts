/** What each shell has to be told; all of them ask `kiroku complete` for the words. */
export const COMPLETION_SCRIPTS = {
  bash: `# Completion of kiroku for bash: eval "$(kiroku completion bash)"
_kiroku() {
  local IFS=$'\\n'
  COMPREPLY=($("\${COMP_WORDS[0]}" complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _kiroku kiroku
`,
  zsh: `#compdef kiroku
# Completion of kiroku for zsh: eval "$(kiroku completion zsh)" after compinit
_kiroku() {
  local -a candidates
  candidates=("\${(@f)$("\${words[1]}" complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "\${candidates[1]}" ]]; then compadd -a candidates; else _files; fi
}
compdef _kiroku kiroku
`,
  fish: `# Completion of kiroku for fish: kiroku completion fish | source
complete -c kiroku -a '(kiroku complete -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
`,
} as const;
