import { Document, isCollection, isMap, isSeq } from 'yaml';
import { MASK_ANY } from '../abi/bpf.js';
import { CAP_FULL_SET, CAPABILITY_NAMES } from '../abi/capabilities.js';
import { Fault } from '../abi/verdict.js';
import { MASK_KIND, MASK_NAMES, type MaskName } from '../kernel/masks.js';
import { Model } from '../kernel/model.js';
import { findProfile, nearestBuiltIn, type Profile } from '../kernel/profile.js';
import { decodeVerdict, dispositionName, isDecided, outcomeName } from '../kernel/verdict.js';
import type { Vocabulary } from '../kernel/vocabulary.js';
import { NO_TOKEN, type Request, type TokenSpec, type World } from '../kernel/world.js';
import { nameCall } from '../request/name_request.js';
import { parseScenario, ScenarioError } from './parse_scenario.js';

/** Masks of up to as many bits are written as names. */
const MAX_NAMES = 8;

/** A world and requests as a scenario file. */
export interface ScenarioText {
  readonly text: string;
  /** Why the file does not say quite the same, a sentence each; none where it does. */
  readonly caveats: readonly string[];
}

/**
 * Writes a world and requests as a scenario, each request expecting what the model says. What a file cannot say is left
 * out and told: it makes its tokens as the kernel does, and names tasks and tokens.
 */
export function scenarioText(world: World, requests: readonly Request[]): ScenarioText {
  const { vocabulary } = world.profile;
  const written = requests.filter((request) => isNameable(world, request));
  const model = new Model(world);
  const data = {
    profile: profileEntry(world.profile),
    unprivileged_bpf_disabled: world.unprivilegedBpfDisabled,
    userns: mapOf(world.userns.slice(1), ({ parent, owner }) => ({ parent: world.userns[parent]?.name, owner })),
    bpffs: Object.fromEntries(world.tokens.map((token) => [bpffsName(token), bpffsEntry(world, token)])),
    tasks: mapOf(world.tasks, ({ userns, euid, effective }) => ({
      userns: world.userns[userns]?.name,
      euid,
      caps: effective === CAP_FULL_SET ? 'all' : capabilityNames(effective),
    })),
    tokens: mapOf(world.tokens, (token) => tokenEntry(vocabulary, token)),
    requests: written.map((request) => requestEntry(world, request, model)),
  };
  const filled = Object.fromEntries(
    Object.entries(data).filter(([, value]) => typeof value !== 'object' || Object.keys(value).length > 0),
  );
  const text = yamlText(filled);
  return { text, caveats: [...caveatsOf(world, requests), ...parseCaveats(world, written, text)] };
}

/** The name of a built-in profile, or what a file says of another: a built-in one and the rules that differ. */
function profileEntry(profile: Profile): string | object {
  if (findProfile(profile.name) === profile) return profile.name;
  const { base, switched } = nearestBuiltIn(profile);
  return { extends: base.name, name: profile.name, rules: switched };
}

/** Namespaces, tasks and tokens take a line each; what is longer has its lists and maps on a line. */
function yamlText(data: object): string {
  const document = new Document(data);
  const sections = isMap(document.contents) ? document.contents.items : [];
  for (const { key, value } of sections) {
    const isLong = ['bpffs', 'requests'].includes(String(key));
    for (const entry of valuesOf(value)) {
      for (const node of isLong ? valuesOf(entry) : [entry]) if (isCollection(node)) node.flow = true;
    }
  }
  return document.toString({ lineWidth: 120 });
}

function valuesOf(node: unknown): unknown[] {
  if (isMap(node)) return node.items.map(({ value }) => value);
  return isSeq(node) ? node.items : [];
}

function mapOf<Spec extends { readonly name: string }>(specs: readonly Spec[], entry: (spec: Spec) => object): object {
  return Object.fromEntries(specs.map((spec) => [spec.name, entry(spec)]));
}

const bpffsName = ({ name }: TokenSpec): string => `${name}-fs`;

function bpffsEntry(world: World, { userns, allowed }: TokenSpec): object {
  const delegated = MASK_NAMES.filter((mask) => allowed[mask] !== 0n);
  return {
    userns: world.userns[userns]?.name,
    ...Object.fromEntries(delegated.map((mask) => [`delegate_${mask}`, maskText(world, mask, allowed[mask])])),
  };
}

function maskText({ profile: { vocabulary } }: World, mask: MaskName, bits: bigint): string | string[] {
  if (bits === MASK_ANY) return 'any';
  const kind = MASK_KIND[mask];
  const numbers = bitsOf(bits);
  const known = numbers.every((number) => vocabulary.has(kind, number));
  if (!known || numbers.length > MAX_NAMES) return `0x${bits.toString(16)}`;
  return numbers.map((number) => vocabulary.nameOf(kind, number));
}

function tokenEntry(vocabulary: Vocabulary, token: TokenSpec): object {
  const deniedCmds = bitsOf(token.denials.cmds).map((cmd) => vocabulary.nameOf('cmds', cmd));
  const deniedCaps = capabilityNames(token.denials.caps);
  const lsm = {
    ...(deniedCmds.length > 0 ? { deny_cmds: deniedCmds } : {}),
    ...(deniedCaps.length > 0 ? { deny_caps: deniedCaps } : {}),
  };
  return { bpffs: bpffsName(token), ...(Object.keys(lsm).length > 0 ? { lsm } : {}) };
}

function capabilityNames(set: bigint): string[] {
  return bitsOf(set).flatMap((cap) => CAPABILITY_NAMES[cap] ?? []);
}

function requestEntry(world: World, request: Request, model: Model): object {
  const { vocabulary } = world.profile;
  const { pre, insnCnt, attachType } = request;
  const { expected_attach_type: attach, ...call } = nameCall(vocabulary, request);
  return {
    task: world.tasks[request.task]?.name,
    ...(request.token === NO_TOKEN ? {} : { token: world.tokens[request.token]?.name }),
    ...call,
    ...(attach === undefined || attachType === 0 ? {} : { expected_attach_type: attach }),
    ...(insnCnt !== 1 ? { insn_cnt: insnCnt } : {}),
    ...(pre === Fault.NONE ? {} : { pre: Fault[pre].toLowerCase() }),
    ...expectation(request, model),
  };
}

function expectation(request: Request, model: Model): object {
  const byte = askSafely(model, request);
  if (byte === undefined) return {};
  const { outcome, disposition, allowed, errno } = decodeVerdict(byte);
  if (!isDecided(outcome)) return {};
  const token = dispositionName(disposition);
  return { expect: { verdict: allowed ? 'allowed' : errno, reason: outcomeName(outcome), token } };
}

/** A model that throws has been found out already. */
function askSafely(model: Model, request: Request): number | undefined {
  try {
    return model.ask(request);
  } catch {
    return undefined;
  }
}

/** Whether a file can name who asks, with what, and for what. */
function isNameable(world: World, { task, token, cmd }: Request): boolean {
  const isThere = task < world.tasks.length && (token === NO_TOKEN || token < world.tokens.length);
  return isThere && world.profile.vocabulary.nameOf('cmds', cmd) !== 'token_create';
}

/** What the file leaves out. */
function caveatsOf(world: World, requests: readonly Request[]): string[] {
  const caveats: string[] = [];
  for (const request of requests) {
    if (isNameable(world, request)) continue;
    const { task, token, cmd, type, attachType, insnCnt, pre } = request;
    caveats.push(
      `a file cannot make this request: task ${task}, token ${token === NO_TOKEN ? 'none' : token}, ` +
        `cmd ${world.profile.vocabulary.nameOf('cmds', cmd)}, type ${type}, attach type ${attachType}, ` +
        `insn_cnt ${insnCnt}, pre ${Fault[pre].toLowerCase()}`,
    );
  }
  return caveats;
}

/** What reading the file says: tokens the kernel does not make, and answers that depend on what it left out. */
function parseCaveats(world: World, written: readonly Request[], text: string): string[] {
  try {
    const parsed = parseScenario(text);
    const before = new Model(world);
    const after = new Model(parsed.world);
    return parsed.requests.flatMap(({ request: read }, i) => {
      const { type, ...request } = written[i] as Request;
      if (askSafely(after, read) !== askSafely(before, { ...request, type })) {
        return ['the model answers the file otherwise: it depends on something no file says'];
      }
      return read.type === type ? [] : [`a file cannot give this command the type ${type}, which the command ignores`];
    });
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return error.diagnostics.map(({ message }) => `no scenario file can say this world: ${message}`);
  }
}

function bitsOf(set: bigint): number[] {
  const numbers: number[] = [];
  for (let bit = 0; bit < 64; bit++) if ((set >> BigInt(bit)) & 1n) numbers.push(bit);
  return numbers;
}
