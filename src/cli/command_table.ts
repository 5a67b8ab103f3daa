import { FORMAT_NAMES } from '../dialects/formats.js';
import type { CommandName } from './options/table.js';

/** An argument of a command. */
export interface ArgumentSpec {
  /** As commander reads it: `<scenario>`, `[file]`, `<file...>`. */
  readonly name: string;
  readonly about: string;
  /** What stands for it where it is not given. */
  readonly fallback?: string;
  /** All that it can be; a file otherwise. */
  readonly values?: readonly string[];
}

/** What is said of a command: in its help, in the list of commands, in the man page and in completions. */
export interface CommandSpec {
  readonly about: string;
  readonly arguments: readonly ArgumentSpec[];
  /** More, after the options. */
  readonly notes?: string;
}

const SCENARIO: ArgumentSpec = { name: '<scenario>', about: 'scenario file, YAML or JSON; - for standard input' };

const OTHER: ArgumentSpec = { name: '<other>', about: 'another scenario file' };
const PATTERN: ArgumentSpec = {
  name: '<pattern>',
  about: "requests: 'task=web prog_load prog_type=xdp'",
};
const PATTERN_NOTES =
  'A pattern has words key=value,value or key!=value, and all of them count; a word alone is a command. Keys: task, token (none:\n' +
  'without one), bpffs, cmd, map_type, prog_type, expected_attach_type. Names of tasks and tokens may have *.';

/** Topics of `list`. */
export const TOPICS = ['profiles', 'cmds', 'map-types', 'prog-types', 'attach-types', 'helpers', 'liberties'] as const;
/** Shells that `completion` writes a script for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** The commands, in the order of the help. Their options are in options/table.ts. */
export const COMMANDS: Readonly<Record<CommandName, CommandSpec>> = {
  init: {
    about: 'write a commented starter scenario',
    arguments: [{ name: '[file]', about: 'where to; - for standard output', fallback: 'scenario.yaml' }],
  },
  list: {
    about: `what there is: ${TOPICS.join(', ')}`,
    arguments: [{ name: '<topic>', about: TOPICS.join(', '), values: TOPICS }],
  },
  read: {
    about: 'what files of other tools delegate (units, container configuration, mount tables, fdinfo), line by line',
    arguments: [{ name: '<file...>', about: 'files of any format that is read; - for standard input' }],
    notes: `Formats: ${FORMAT_NAMES.join(', ')}.\nExit status 0 when each file was read, with warnings or without; 2 when one is not of its format.`,
  },
  lint: {
    about: 'what in such files, and in scenarios, does nothing, fails, or allows more than it seems to',
    arguments: [{ name: '<file...>', about: 'files of any format that is read, and scenarios; - for standard input' }],
    notes:
      'Each finding has the name of a rule, which docs/lint describes. A comment in the file disables a rule for the next line,\n' +
      '# bpftoken-disable RULE: reason, or for the whole file, # bpftoken-disable-file RULE: reason.\n' +
      'Exit status 0 when nothing was found, or only suggestions; 1 when something was; 2 when a file is not of its format.',
  },
  convert: {
    about: 'a delegation of such a file in another format: the same meaning, or what that format cannot say',
    arguments: [{ name: '<file>', about: 'a file of any format that is read; - for standard input' }],
    notes: 'Exit status 0 when the text was written; 2 when the format cannot say it, or the file cannot be read.',
  },
  needs: {
    about: 'what BPF objects hold: programs, maps, helpers, kernel functions, and what they need BTF for',
    arguments: [{ name: '<file...>', about: 'BPF objects, and executables that carry some; - for standard input' }],
    notes:
      'Finds the objects that skeletons of libbpf and Go programs carry. Program types and attach types are those that libbpf\n' +
      'makes of the names of sections. Exit status 0 when each file has an object; 2 when one has none, or one cannot be read.',
  },
  suggest: {
    about: 'the least delegation and capabilities with which BPF objects load, and why each bit is needed',
    arguments: [{ name: '<file...>', about: 'BPF objects, and executables that carry some; - for standard input' }],
    notes:
      'Runs the loader on the model of the kernel: what it sends depends on what it is allowed. All objects load with what is suggested.\n' +
      'Exit status 0 when a delegation was found; 2 when none is, or a file cannot be read.',
  },
  snapshot: {
    about: 'this host as a scenario: user namespaces, bpffs, tasks and tokens; what could not be seen is said',
    arguments: [],
    notes:
      'Reads /proc, as root or not, and changes nothing. What was seen, what was not and what is assumed go to standard error.\n' +
      'Processes that bpf() answers alike are one task.\n' +
      'Exit status 0 when the scenario was written, whatever could not be seen; 2 without /proc of Linux, or when a copy cannot be\n' +
      'read; 130 interrupted.',
  },
  check: { about: 'one verdict in words; exit status 1 when denied', arguments: [SCENARIO] },
  explain: {
    about:
      'every check the kernel makes, what would make a denied request pass, what other kernels say; or a log of strace',
    arguments: [
      { ...SCENARIO, name: '[scenario]', about: `${SCENARIO.about}; with --strace, what the log does not show` },
    ],
    notes:
      'With --strace, each bpf() call of the log is compared with what the simulator answers, and each that was refused is explained.\n' +
      'Exit status 0 when none was fatal and all agree; 1 when one was fatal, or does not agree; 2 when the file is no log.',
  },
  matrix: {
    about: 'all that a task may do with a token: every command, map type, program type and attach type',
    arguments: [SCENARIO],
  },
  'who-can': {
    about: 'the tasks and tokens that may make a request, of every one there is; exit status 1 when none may',
    arguments: [SCENARIO, PATTERN],
    notes: PATTERN_NOTES,
  },
  'what-can': {
    about: 'what tasks may do, with each token and without: every request asked; exit status 1 for nothing',
    arguments: [SCENARIO],
  },
  diff: {
    about: 'the requests that one policy allows and another does not; exit status 1 when there are any',
    arguments: [SCENARIO, { name: '[other]', about: 'the policy after a change; default: the same one' }],
    notes:
      'Tasks, tokens and bpffs of the same name are the same; files of other tools have one of each.\n' +
      'With --intended, exit status 0 when the intended was not allowed before, is now, and nothing else changes.\n' +
      PATTERN_NOTES,
  },
  never: {
    about: 'whether no request that a pattern means is allowed; exit status 1, with the smallest, when one is',
    arguments: [SCENARIO, PATTERN],
    notes: PATTERN_NOTES,
  },
  always: {
    about: 'whether every request that a pattern means is allowed; exit status 1, with the smallest, when one is not',
    arguments: [SCENARIO, PATTERN],
    notes: PATTERN_NOTES,
  },
  implies: {
    about: 'whether a policy allows all that the first one does; exit status 1, with the smallest, when it does not',
    arguments: [SCENARIO, OTHER, { ...PATTERN, name: '[pattern]' }],
    notes: PATTERN_NOTES,
  },
  equivalent: {
    about: 'whether two policies allow the same; exit status 1, with the smallest difference, when they do not',
    arguments: [SCENARIO, OTHER, { ...PATTERN, name: '[pattern]' }],
    notes: PATTERN_NOTES,
  },
  test: {
    about: 'run the expectations and assertions of a scenario; exit status 1 when one fails, 2 when there are none',
    arguments: [SCENARIO],
  },
  generate: {
    about: 'draw a request table from a scenario’s tasks, tokens and vocabulary; the same for the same seed',
    arguments: [SCENARIO],
  },
  eval: {
    about: 'decide a table of requests: a verdict with its reason for each row, and a summary',
    arguments: [SCENARIO],
    notes:
      'The summary goes to standard output, or to standard error where verdicts or counts go to standard output.\n' +
      'Exit status 0 whatever was denied; 1 when an expect column does not hold; 2 bad input.',
  },
  fuzz: {
    about: 'compare the model with the hot path on random worlds; exit status 1 when they disagree',
    arguments: [],
    notes:
      'A case comes back from its identity: campaign seed, world number, case number.\n' +
      'Exit status 0 when both agree on every case; 1 when they do not; 2 bad input; 130 interrupted.',
  },
  replay: {
    about: 'compare recordings of real kernels with the model and the hot path; exit status 1 when they disagree',
    arguments: [{ name: '<file...>', about: 'recordings, .ndjson or .ndjson.gz (docs/recordings.md)' }],
  },
  probe: {
    about: "compare this machine's own kernel with the model; exit status 1 when they disagree (needs root)",
    arguments: [],
    notes:
      'Compiles a recorder (C), which builds user namespaces, bpffs instances and tokens, and makes bpf() calls. It runs\n' +
      'as root on Linux 6.9 or later with BTF, and changes nothing that outlives it.',
  },
  bench: {
    about: 'measure how fast this machine decides requests drawn from a scenario',
    arguments: [SCENARIO],
    notes:
      'Each worker decides batch after batch, without pause; the first moments are not measured. The checksum is over how\n' +
      'many of the requests got which verdict: it is the same wherever the same scenario and seed are asked.\n' +
      'Exit status 0; 2 bad input; 130 interrupted, with what was measured until then.',
  },
  completion: {
    about: 'write a completion script for a shell',
    arguments: [{ name: '<shell>', about: SHELLS.join(', '), values: SHELLS }],
    notes:
      'bash:  bpftoken completion bash > ~/.local/share/bash-completion/completions/bpftoken\n' +
      'zsh:   bpftoken completion zsh > ~/.zfunc/_bpftoken   (with ~/.zfunc in fpath before compinit)\n' +
      'fish:  bpftoken completion fish > ~/.config/fish/completions/bpftoken.fish',
  },
};

/** What the command is for, in one line. */
export const ABOUT = 'What would bpf() answer to a task with a BPF token, and why';
/** What its exit status means. */
export const EXIT_STATUS = '0 fine or allowed; 1 denied, or an expectation failed; 2 bad input; 130 interrupted';
