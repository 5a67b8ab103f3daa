import {
  isMount,
  isProgram,
  isTokenCreate,
  type LsmProgram,
  type MountRecord,
  type ProgramRecord,
  type RecordedCase,
  type RecordedStep,
  type TokenCreateRecord,
  type Tree,
  type UseRecord,
} from '../conformance/record.js';
import { MASK_NAMES, type Masks } from '../kernel/masks.js';
import { findProfile, NEWEST_PROFILE } from '../kernel/profile.js';
import { nameCall } from '../request/name_request.js';
import { printable, quoted } from '../text/printable.js';
import { formatCapabilities } from './request_text.js';

/** Characters of a mount option's value that are shown. */
const MAX_SHOWN_LENGTH = 1000;

/** A recorded case, as lines: namespaces, caller, token and request. `profile` names its numbers. */
export function describeRecord(record: RecordedCase, profile: string): string[] {
  return wordsOf(record, profile).map(printable);
}

function wordsOf(record: RecordedCase, profile: string): string[] {
  if (isProgram(record)) return describeProgram(record, profile);
  const lines = [`user namespaces: ${describeTree(record.tree)}`];
  if (isMount(record)) return [...lines, ...describeMount(record)];
  const { ns, euid, effective } = record.caller;
  lines.push(`caller: userns ${ns}, euid ${euid}, ${formatCapabilities(effective)}`);
  lines.push(...(isTokenCreate(record) ? describeTokenCreate(record) : describeUse(record, profile)));
  return record.lsm ? [...lines, `BPF LSM: ${formatLsm(record.lsm)}`] : lines;
}

function describeProgram(record: ProgramRecord, profile: string): string[] {
  const { vocabulary } = findProfile(profile) ?? NEWEST_PROFILE;
  const { loader, progType, sysctl } = record;
  const where = loader.isInit ? 'init' : 'one below it';
  const token = loader.hasToken ? 'with a token that allows everything' : 'without a token';
  const type = vocabulary.nameOf('prog_types', progType);
  const what =
    record.family === 'liberties'
      ? `program ${record.test} of type ${type}`
      : `helpers of ${type}, attach type ${record.attachType}, target ${record.target ?? 'none'}${record.isSleepable ? ', sleepable' : ''}${record.isGpl ? '' : ', not GPL'}`;
  return [
    `caller: userns ${where}, ${formatCapabilities(loader.effective)}, ${token}`,
    `asks: ${what}; unprivileged_bpf_disabled ${sysctl}`,
  ];
}

function describeTree(tree: Tree): string {
  return tree
    .map(({ name, parent, owner }) => (parent === null ? name : `${name} (in ${parent}, of uid ${owner})`))
    .join(', ');
}

function formatMasks(masks: Readonly<Masks>): string {
  return MASK_NAMES.map((mask) => `${mask} 0x${masks[mask].toString(16)}`).join(', ');
}

function describeUse({ cmd, type, attachType, token, tokenFd, variant, sysctl }: UseRecord, profile: string): string[] {
  const { vocabulary } = findProfile(profile) ?? NEWEST_PROFILE;
  const call = nameCall(vocabulary, { cmd, type, attachType });
  const attach = call.expected_attach_type === undefined ? '' : `, attach type ${call.expected_attach_type}`;
  const what = [call.cmd, call.map_type ?? call.prog_type].filter((name) => name !== undefined).join(' ') + attach;
  return [
    ...(token ? [`token: userns ${token.ns}, ${formatMasks(token.allowed)}`] : []),
    `asks: ${what}; token_fd ${tokenFd}, variant ${variant}, unprivileged_bpf_disabled ${sysctl}`,
  ];
}

function describeTokenCreate({ bpffs, fdKind, flags, attrSize, nonzeroByteAt }: TokenCreateRecord): string[] {
  const stray = nonzeroByteAt === null ? '' : `, byte ${nonzeroByteAt} not zero`;
  return [
    ...(bpffs ? [`bpffs: userns ${bpffs.ns}, ${formatMasks(bpffs.delegate)}`] : []),
    `asks: token_create; fd_kind ${fdKind}, flags ${flags}, ${attrSize} bytes of attributes${stray}`,
  ];
}

function describeMount({ opener, sbUserns, data, steps, set }: MountRecord): string[] {
  if (data !== null) return [`mount(2) by ${opener} (userns ${sbUserns}): ${quoted(data, MAX_SHOWN_LENGTH)}`];
  return [
    `opened by ${opener} (userns ${sbUserns})`,
    ...(steps ?? []).map(describeStep),
    ...(set ?? []).map((step) => `when mounted: ${describeStep(step)}`),
  ];
}

function describeStep({ by, op, key, value }: RecordedStep): string {
  if (key === null) return `${op} by ${by}`;
  return `${key}${value === null ? '' : `=${quoted(value, MAX_SHOWN_LENGTH)}`} by ${by}`;
}

function formatLsm({ hook, returns, onlyIfArg }: LsmProgram): string {
  return `${hook} returns ${returns}${onlyIfArg === null ? '' : ` where its second argument is ${onlyIfArg}`}`;
}
