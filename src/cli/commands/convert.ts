import type { Command } from 'commander';
import type { ResolvedDelegation } from '../../dialects/resolve_delegation.js';
import type { TargetName } from '../../dialects/write/targets.js';
import { writeDelegation } from '../../dialects/write/write_delegation.js';
import type { Profile } from '../../kernel/profile.js';
import type { ConvertJson } from '../../report/schemas/convert.js';
import { delegationScenario } from '../../scenario/delegation_scenario.js';
import { printable } from '../../text/printable.js';
import { defineCommand } from '../define_command.js';
import { readDialectFiles } from '../dialect_files.js';
import { readDelegation } from '../dialect_scenario.js';
import { EXIT, InputError } from '../exit.js';
import type { OptionsOf } from '../options/option.js';
import type { OPTIONS } from '../options/table.js';
import { writeData, writeJson, writeText } from '../output.js';

type ConvertOptions = OptionsOf<typeof OPTIONS.convert>;

/** `bpftoken convert`: a delegation in another format, or what that format cannot say. */
export function convertCommand(program: Command): void {
  defineCommand(program, 'convert').action((path: string, options: ConvertOptions) => {
    const [group] = readDialectFiles([path]);
    if (!group) throw new InputError(`${path}: the file cannot be read`);
    const { profile, resolved, assumed, unused } = readDelegation(group.source, options, group.attached);
    const remarks = [...assumed.map((text) => `assumed: ${text}`), ...unused];
    let text: string;
    if (options.to === 'scenario') {
      const { text: scenario, noToken } = delegationScenario(profile, resolved);
      text = scenario;
      if (noToken !== undefined) remarks.push(`the process has no token: ${noToken}`);
    } else text = written(resolved, options.to, profile, options.json ? [] : remarks);
    if (options.json) {
      const json: ConvertJson = {
        schema: 'bpf-token-sim/convert/1',
        delegation: resolved.name,
        to: options.to,
        text,
        remarks,
      };
      writeJson(process.stdout, json);
    } else {
      for (const remark of remarks) writeText(process.stderr, `${printable(remark)}\n`);
      writeData(process.stdout, text);
    }
    process.exitCode = EXIT.OK;
  });
}

/** What was assumed is told too where it is the reason that a format cannot say it. */
function written(delegation: ResolvedDelegation, to: TargetName, profile: Profile, remarks: readonly string[]): string {
  try {
    return writeDelegation(delegation, to, profile);
  } catch (error) {
    for (const remark of remarks) writeText(process.stderr, `${printable(remark)}\n`);
    throw error;
  }
}
