import type { Command } from 'commander';
import { countLines } from '../../dialects/count_lines.js';
import type { DelegationAssumption } from '../../dialects/delegation.js';
import { NEWEST_SYSTEMD, type Reading, readDelegations } from '../../dialects/read_delegations.js';
import { resolveDelegation } from '../../dialects/resolve_delegation.js';
import { linesOf, type Source } from '../../dialects/source_text.js';
import { NEWEST_PROFILE, type Profile } from '../../kernel/profile.js';
import { lineCountsText } from '../../report/line_counts_text.js';
import { type ResolvedReading, readJson } from '../../report/read_json.js';
import {
  annotatedLines,
  assumptionLines,
  delegationText,
  ruleLines,
  statusLine,
  warningLines,
} from '../../report/read_text.js';
import type { Style } from '../../report/style.js';
import { defineCommand } from '../define_command.js';
import { type FileGroup, readDialectFiles } from '../dialect_files.js';
import { EXIT } from '../exit.js';
import type { OptionsOf } from '../options/option.js';
import type { OPTIONS } from '../options/table.js';
import { writeJson, writeText } from '../output.js';
import { styleFor } from '../terminal.js';

type ReadOptions = OptionsOf<typeof OPTIONS.read>;

/** `bpftoken read`: what files of other tools delegate, and what became of each of their lines. */
export function readCommand(program: Command): void {
  defineCommand(program, 'read').action((paths: readonly string[], options: ReadOptions) => {
    const profile = options.kernel ?? NEWEST_PROFILE;
    const groups = readDialectFiles(paths);
    const sources = groups.flatMap(({ source, attached }) => [source, ...attached]);
    const readings = groups.map((group) => resolved(group, profile, options));
    if (options.json) writeJson(process.stdout, readJson(profile, readings));
    else if (options.counts) {
      const counts = countLines(readings.map(({ reading }) => reading));
      writeText(process.stdout, lineCountsText(counts, styleFor(process.stdout)));
    } else {
      const style = styleFor(process.stdout);
      const texts = readings.map((reading) => readingText(profile, reading, sources, options, style));
      writeText(process.stdout, texts.join('\n'));
    }
    const hasFailed = readings.some(({ reading }) => reading.files.some(({ status }) => status === 'failed'));
    process.exitCode = hasFailed ? EXIT.BAD_INPUT : EXIT.OK;
  });
}

function resolved({ source, attached }: FileGroup, profile: Profile, options: ReadOptions): ResolvedReading {
  const { dialect, kernel, systemd, manager, owner, uid, caps } = options;
  const reading = readDelegations(source, { format: dialect, profile, systemd, manager }, attached);
  const found = reading.delegations.map((delegation) => resolveDelegation(delegation, { owner, uid, caps }));
  return {
    reading,
    delegations: found.map(({ resolved: delegation }) => delegation),
    assumptions: [
      ...found.flatMap(({ assumptions }) => assumptions),
      ...kernelAssumption(profile, kernel),
      ...systemdAssumption(reading, systemd),
    ],
  };
}

/** The kernel whose names these are, where it is not given. */
function kernelAssumption({ name }: Profile, given: Profile | undefined): DelegationAssumption[] {
  return given ? [] : [{ about: 'kernel', of: undefined, text: `names and numbers are those of ${name} (--kernel)` }];
}

/** A release of systemd that is not known yet. */
function systemdAssumption({ format }: Reading, systemd = NEWEST_SYSTEMD): DelegationAssumption[] {
  if (!format.startsWith('system') || systemd <= NEWEST_SYSTEMD) return [];
  const text = `systemd ${systemd} reads it as ${NEWEST_SYSTEMD} does, the newest that is known`;
  return [{ about: 'systemd', of: undefined, text }];
}

function readingText(
  profile: Profile,
  { reading, delegations, assumptions }: ResolvedReading,
  sources: readonly Source[],
  { annotate }: ReadOptions,
  style: Style,
): string {
  const files = reading.files.flatMap((account) => {
    const text = sources.find(({ file }) => file === account.file)?.text ?? '';
    const lines = annotate ? annotatedLines(account, linesOf(text), style) : warningLines(account, style);
    return [statusLine(reading, account, style), ...lines];
  });
  const rules = annotate ? ruleLines(reading.files, style) : [];
  const shown = delegations.flatMap((delegation) => delegationText(profile, delegation, style));
  const none = delegations.length === 0 ? ['no delegation is described here'] : [];
  const parts = [...files, ...rules, ...shown, ...none, ...assumptionLines(assumptions, style)];
  return parts.map((line) => `${line}\n`).join('');
}
