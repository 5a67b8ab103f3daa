import { bitNumbers } from '../abi/bits.js';
import { Fault } from '../abi/verdict.js';
import { MASK_NAMES } from '../kernel/masks.js';
import { Model } from '../kernel/model.js';
import { decodeVerdict, dispositionName, isDecided, outcomeName } from '../kernel/verdict.js';
import type { ProgramNeeds, ProgramSpec } from '../kernel/verifier/program_needs.js';
import { helperName } from '../kernel/verifier/program_rules.js';
import type { Vocabulary } from '../kernel/vocabulary.js';
import { NO_TOKEN, type Request, type TokenSpec, type World } from '../kernel/world.js';
import { allowRuleTexts } from '../names/allow_rule.js';
import { nameCall } from '../request/name_request.js';
import { isDeclared } from '../request/program_index.js';
import { parseScenario, ScenarioError } from './parse_scenario.js';
import { capabilityNames, capsEntry, maskEntry, profileEntry, scenarioYaml } from './scenario_yaml.js';

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
    lsm: lsmEntry(world),
    userns: mapOf(world.userns.slice(1), ({ parent, owner }) => ({ parent: world.userns[parent]?.name, owner })),
    bpffs: Object.fromEntries(world.tokens.map((token) => [bpffsName(token), bpffsEntry(world, token)])),
    tasks: mapOf(world.tasks, ({ userns, euid, effective, domain }) => ({
      userns: world.userns[userns]?.name,
      euid,
      caps: capsEntry(effective),
      ...domainEntry(world, domain),
    })),
    tokens: mapOf(world.tokens, (token) => tokenEntry(vocabulary, token)),
    programs: mapOf(world.programs ?? [], (program) => programEntry(vocabulary, program)),
    ...(world.hasMitigations === false ? { mitigations: false } : {}),
    requests: written.map((request) => requestEntry(world, request, model)),
  };
  const filled = Object.fromEntries(
    Object.entries(data).filter(([, value]) => typeof value !== 'object' || Object.keys(value).length > 0),
  );
  const text = scenarioYaml(filled);
  return { text, caveats: [...caveatsOf(world, requests), ...parseCaveats(world, written, text)] };
}

function mapOf<Spec extends { readonly name: string }>(specs: readonly Spec[], entry: (spec: Spec) => object): object {
  return Object.fromEntries(specs.map((spec) => [spec.name, entry(spec)]));
}

const bpffsName = ({ name }: TokenSpec): string => `${name}-fs`;

function lsmEntry({ selinux }: World): object {
  if (!selinux) return {};
  return { selinux: { bpf_token_perms: selinux.bpfTokenPerms, rules: allowRuleTexts(selinux) } };
}

/** The key of a domain that is not the default. */
function domainEntry({ selinux }: World, domain = 0): object {
  return domain === 0 ? {} : { domain: selinux?.domains[domain] };
}

function bpffsEntry(world: World, { userns, allowed, grantor }: TokenSpec): object {
  const delegated = MASK_NAMES.filter((mask) => allowed[mask] !== 0n);
  return {
    userns: world.userns[userns]?.name,
    ...domainEntry(world, grantor),
    ...Object.fromEntries(delegated.map((mask) => [`delegate_${mask}`, maskEntry(world.profile, mask, allowed[mask])])),
  };
}

function tokenEntry(vocabulary: Vocabulary, token: TokenSpec): object {
  const deniedCmds = bitNumbers(token.denials.cmds).map((cmd) => vocabulary.nameOf('cmds', cmd));
  const deniedCaps = capabilityNames(token.denials.caps);
  const lsm = {
    ...(deniedCmds.length > 0 ? { deny_cmds: deniedCmds } : {}),
    ...(deniedCaps.length > 0 ? { deny_caps: deniedCaps } : {}),
  };
  return { bpffs: bpffsName(token), ...(Object.keys(lsm).length > 0 ? { lsm } : {}) };
}

function programEntry(vocabulary: Vocabulary, program: ProgramSpec): object {
  const { progType, attachType, target, isGpl, isSleepable } = program;
  return {
    prog_type: vocabulary.nameOf('prog_types', progType),
    ...(attachType === 0 ? {} : { expected_attach_type: vocabulary.nameOf('attach_types', attachType) }),
    ...(target === undefined ? {} : { target }),
    ...(isGpl ? {} : { gpl: false }),
    ...(isSleepable ? { sleepable: true } : {}),
    ...needsEntry(program),
  };
}

function needsEntry({ helpers, liberties }: ProgramNeeds): object {
  return {
    ...(helpers.length > 0 ? { helpers: helpers.map(helperName) } : {}),
    ...(liberties.length > 0 ? { liberties } : {}),
  };
}

/** A program of the world by its name, else what it needs. */
function programOfRequest({ program }: Request): object {
  if (!program) return {};
  return isDeclared(program) ? { program: program.name } : needsEntry(program);
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
    ...programOfRequest(request),
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
