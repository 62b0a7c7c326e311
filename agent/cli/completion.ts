import { exits } from "./exit.js";
import { print } from "./say.js";

/** The scripts only carry words to `seal complete` and back; what is known about commands is not in them. */

const bash = `# source <(seal completion bash)
_seal() {
  local current=\${COMP_WORDS[COMP_CWORD]} quote= line word
  local -a before=("\${COMP_WORDS[@]:1:COMP_CWORD-1}")
  case $current in
    [\\'\\"]*) quote=\${current:0:1} current=\${current:1} ;;
    *) current=\${current//\\\\/} ;;
  esac
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :files) compopt -o default ;;
      :folders) compopt -o dirnames ;;
      *)
        word=\${line%%$'\\t'*}
        [[ $quote ]] || printf -v word %q "$word"
        COMPREPLY+=("$word")
        ;;
    esac
  done < <(seal complete -- "\${before[@]}" "$current" 2>/dev/null)
}
complete -F _seal seal`;

const zsh = `#compdef seal
# source <(seal completion zsh)
_seal() {
  local line
  local -a found
  for line in "\${(@f)$(seal complete -- "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)}"; do
    case $line in
      :files) _files ;;
      :folders) _files -/ ;;
      ?*) found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}") ;;
    esac
  done
  (( $#found )) && _describe -t words seal found
}
if [[ $funcstack[1] == _seal ]]; then _seal "$@"; else compdef _seal seal; fi`;

const fish = `# seal completion fish | source
function __seal_complete
  set -l current (commandline -ct)
  set -l before (commandline -opc)
  set -l plain (string unescape -- $current 2>/dev/null); or set plain $current
  for line in (seal complete -- $before[2..-1] $plain 2>/dev/null)
    switch $line
      case ':files'
        __fish_complete_path $current
      case ':folders'
        __fish_complete_directories $current
      case '*'
        echo $line
    end
  end
end
complete -c seal -f -a '(__seal_complete)'`;

const scripts = { bash, zsh, fish };

/** `seal completion SHELL`. */
export async function completion(shell: keyof typeof scripts): Promise<number> {
  print(scripts[shell]);
  return exits.done;
}
