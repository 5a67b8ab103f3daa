import type { ShellCommand } from './shell_commands.js';
import type { PlacedText } from './source_text.js';

/** Words of a shell before a command. Those of loops are none: what a command does in each round is not known. */
const KEYWORDS = new Set(['if', 'then', 'elif', 'else', '!', '{', 'time', '$']);

/** Programs that run the command after their options, as it is, in the same namespaces; the options that take a value. */
const RUNNERS: Readonly<Record<string, RegExp>> = {
  sudo: /^(?:-[A-Za-z]*[ughpCDRTUrt]|--(?:user|group|host|prompt|chdir|chroot|close-from|command-timeout|other-user|role|type))$/,
  doas: /^-[uC]$/,
  env: /^(?:-[uC]|--(?:unset|chdir))$/,
  nice: /^(?:-n|--adjustment)$/,
  exec: /^-a$/,
  nohup: /^$/,
  command: /^$/,
  builtin: /^$/,
  setsid: /^$/,
};

/**
 * The words after the name of a program, where a command runs that program itself, after `sudo` and the like; undefined for any other
 * command.
 */
export function argumentsOf({ words }: ShellCommand, program: string): readonly PlacedText[] | undefined {
  let at = 0;
  const textAt = (i: number) => words[i]?.text ?? '';
  for (;;) {
    // What a command in an assignment prints is not known.
    while (KEYWORDS.has(textAt(at)) || (/^\w+=/.test(textAt(at)) && !/[`(]/.test(textAt(at)))) at += 1;
    const name = textAt(at);
    if (name === program || (name.endsWith(`/${program}`) && !name.includes('='))) return words.slice(at + 1);
    const runner = name.slice(name.lastIndexOf('/') + 1);
    const withValue = Object.hasOwn(RUNNERS, runner) ? RUNNERS[runner] : undefined;
    if (!withValue) return undefined;
    at += 1;
    for (; textAt(at).startsWith('-'); at += 1) {
      if (textAt(at) === '--') {
        at += 1;
        break;
      }
      if (withValue.test(textAt(at))) at += 1;
    }
  }
}
