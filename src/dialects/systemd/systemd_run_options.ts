import type { KnownOptions, OptionValue } from '../getopt.js';

const SHORT_WITH_VALUE = 'HMCupE';
const SHORT = 'hrdRtTPqvGS';

const LONG_WITH_VALUE =
  'host machine capsule unit property description slice expand-environment service-type uid gid nice working-directory ' +
  'root-directory setenv output json job-mode background path-property socket-property on-active on-boot on-startup ' +
  'on-unit-active on-unit-inactive on-calendar timer-property';
const LONG =
  'help version no-ask-password user system scope slice-inherit no-block remain-after-exit wait send-sighup same-dir ' +
  'same-root-dir tty pty pty-late pipe quiet verbose collect shell ignore-failure no-pager on-timezone-change ' +
  'on-clock-change introspect-cli';

function each(names: Iterable<string>, value: OptionValue): Record<string, OptionValue> {
  return Object.fromEntries([...names].map((name) => [name, value]));
}

/** The options of systemd-run. Source: systemd 262, src/run/run.c: parse_argv(); its parser: src/shared/options.c: option_parse(). */
export const SYSTEMD_RUN_OPTIONS: KnownOptions = {
  short: { ...each(SHORT, 'none'), ...each(SHORT_WITH_VALUE, 'value') },
  long: { ...each(LONG.split(' '), 'none'), ...each(LONG_WITH_VALUE.split(' '), 'value') },
};

/** The long option of each letter that is read. */
export const LONG_OF_LETTER: Readonly<Record<string, string>> = {
  p: 'property',
  u: 'unit',
  C: 'capsule',
  h: 'help',
};
