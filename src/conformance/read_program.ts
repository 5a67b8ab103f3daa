import { CAPABILITY_NAMES } from '../abi/capabilities.js';
import type { UnprivilegedBpfDisabled } from '../kernel/context.js';
import { resultOf } from './read_parts.js';
import type { ProgramLoader, ProgramRecord } from './record.js';
import type { Fields } from './record_fields.js';

/** A record of family `helpers` or `liberties`, from its fields. */
export function programRecordOf(
  fields: Fields,
  family: 'helpers' | 'liberties',
  common: {
    readonly line: number;
    readonly kernel: string;
    readonly case: string;
    readonly sysctl: UnprivilegedBpfDisabled;
  },
): ProgramRecord {
  const program = { ...common, progType: fields.u32('prog_type'), loader: loaderOf(fields) };
  if (family === 'liberties') {
    const hasMitigations = !fields.has('mitigations') || fields.text('mitigations') !== 'off';
    const result = resultOf(fields.has('result') ? fields.object('result') : fields);
    return { family, ...program, test: fields.text('test'), hasMitigations, result };
  }
  return {
    family,
    ...program,
    attachType: fields.u32('expected_attach_type'),
    target: fields.textOrNull('attach_target'),
    isSleepable: fields.flag('sleepable'),
    isGpl: fields.flag('gpl'),
    loads: !fields.has('load_errno'),
    permitted: idsOf(fields, 'permitted'),
    refused: idsOf(fields, 'refused'),
    gplRestricted: fields.has('gpl_restricted') ? idsOf(fields, 'gpl_restricted') : [],
    targetDisallows: fields.has('target_disallows') ? idsOf(fields, 'target_disallows') : [],
    needsSleepable: fields.has('needs_sleepable') ? idsOf(fields, 'needs_sleepable') : [],
  };
}

function loaderOf(fields: Fields): ProgramLoader {
  let effective = 0n;
  for (const name of fields.list('caps')) {
    const number = (CAPABILITY_NAMES as readonly unknown[]).indexOf(name);
    if (number === -1) fields.fail('caps', 'a list of capabilities, as in CAP_BPF,');
    effective |= 1n << BigInt(number);
  }
  const isInit = fields.text('userns') === 'init';
  const hasToken = fields.flag('token');
  if (hasToken && fields.text('token_userns') !== fields.text('userns'))
    fields.fail('token_userns', "the caller's user namespace");
  return { isInit, effective, hasToken };
}

function idsOf(fields: Fields, key: string): readonly number[] {
  const ids = fields.list(key);
  return ids.every((id): id is number => Number.isInteger(id)) ? ids : fields.fail(key, 'a list of ids of helpers');
}
