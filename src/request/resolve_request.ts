import { Fault } from '../abi/verdict.js';
import { InvalidRequestError, UnknownNameError } from '../errors.js';
import { describeGiven } from '../kernel/field_fault.js';
import { isObject, isU32 } from '../kernel/ranges.js';
import type { ProgramSpec } from '../kernel/verifier/program_needs.js';
import { NO_TOKEN, type Request, type World } from '../kernel/world.js';
import { nearestOf } from '../names/nearest.js';
import { unknownName } from '../names/unknown_name.js';
import { type CommandFields, commandFields, READS_MAP_TYPE, READS_PROG_TYPE } from './command_fields.js';
import { EnumIndex } from './enum_index.js';
import { PRE_NAMES, preNamed } from './fault_names.js';
import { IdIndex } from './id_index.js';
import { isDeclared, ProgramIndex } from './program_index.js';

/**
 * One bpf() call in the words of a scenario's request (docs/scenarios.md). Names of commands and types in any common
 * spelling, or their numbers; tasks, tokens and bpffs by name or id. Fields the command does not read are not looked at.
 */
export interface NamedRequest {
  readonly task: string | number;
  /** Without it, no token is given. For prog_attach and link_create: the one the program was loaded with. */
  readonly token?: string | number | undefined;
  readonly cmd: string | number;
  /** Needed by map_create. */
  readonly map_type?: string | number | undefined;
  /** Needed by prog_load; read by prog_attach and link_create, where it is 0 if it is not there. */
  readonly prog_type?: string | number | undefined;
  /** Read by prog_load, prog_attach and link_create; 0 if it is not there. */
  readonly expected_attach_type?: string | number | undefined;
  /** Instructions of a program: 0 to 2^32-1, 1 if it is not there. */
  readonly insn_cnt?: number | undefined;
  /** For prog_load: a program of the world by its name, which says prog_type and expected_attach_type. */
  readonly program?: string | undefined;
  /** For prog_load: helpers that the program calls, by name or number; the program is under the GPL and does not sleep. */
  readonly helpers?: readonly (string | number)[] | undefined;
  /** For prog_load: liberties that the program takes of the verifier. */
  readonly liberties?: readonly string[] | undefined;
  /** For token_create, which only explainRequest() can decide. */
  readonly bpffs?: string | number | undefined;
  /** Something wrong with the call besides permission: `token_ebadf`, `attr_einval`. */
  readonly pre?: string | undefined;
}

/** Decides requests by ids: an evaluator's part that does, whose methods say more. */
export interface RequestDecider {
  decideRequest(request: Request): number;
  decideIds(task: number, token: number, cmd: number, type: number, attachType: number): number;
}

/** Turns requests by names into requests by ids, for one world. */
export class RequestNames {
  readonly tasks: IdIndex;
  readonly tokens: IdIndex;
  readonly #bpffs: IdIndex;
  readonly #cmds: EnumIndex;
  readonly #mapTypes: EnumIndex;
  readonly #progTypes: EnumIndex;
  readonly #attachTypes: EnumIndex;
  readonly #programs: ProgramIndex;
  readonly #progLoad: number;
  readonly #fields: CommandFields;

  constructor({ profile, tasks, tokens, bpffs, programs = [] }: World) {
    const { vocabulary } = profile;
    this.tasks = new IdIndex('task', tasks);
    this.tokens = new IdIndex('token', tokens);
    this.#bpffs = new IdIndex('bpffs', bpffs);
    this.#cmds = new EnumIndex(profile, 'cmds', 'cmd');
    this.#mapTypes = new EnumIndex(profile, 'map_types', 'map_type');
    this.#progTypes = new EnumIndex(profile, 'prog_types', 'prog_type');
    this.#attachTypes = new EnumIndex(profile, 'attach_types', 'expected_attach_type');
    this.#programs = new ProgramIndex(programs);
    this.#progLoad = vocabulary.require('cmds', 'prog_load');
    this.#fields = commandFields(vocabulary);
  }

  /**
   * The request by ids. Throws an UnknownNameError for a name of nothing, and an InvalidRequestError for a field that is
   * missing or of a wrong kind. Ids and numbers are taken as they are: the verdict says where they stand for nothing.
   */
  resolve(request: NamedRequest): Request {
    checkIsRequest(request);
    const { task, token, insn_cnt: insnCnt, bpffs, pre } = request;
    const cmd = this.#cmds.numberOf(request.cmd);
    const program = cmd === this.#progLoad ? this.#programs.needsOf(request) : undefined;
    if (isDeclared(program)) checkAgrees(program, request, this.#progTypes, this.#attachTypes);
    const resolved: Request = {
      task: this.tasks.idOf(task),
      token: this.tokenOf(token),
      cmd,
      type: isDeclared(program) ? program.progType : this.#typeOf(cmd, request),
      attachType: isDeclared(program) ? program.attachType : this.#attachTypeOf(cmd, request),
      insnCnt: insnCnt === undefined ? 1 : countOf(insnCnt),
      pre: pre === undefined ? Fault.NONE : preOf(pre),
      ...(program && { program }),
    };
    return bpffs === undefined ? resolved : { ...resolved, bpffs: this.#bpffs.existing(bpffs) };
  }

  /** The id of a token, NO_TOKEN where none is named. Throws as IdIndex.idOf() does. */
  tokenOf(token: string | number | undefined): number {
    return token === undefined ? NO_TOKEN : this.tokens.idOf(token);
  }

  /** decider.decideRequest(resolve(request)), without allocating in the common case. */
  decide(decider: RequestDecider, request: NamedRequest): number {
    checkIsRequest(request);
    if (hasRareField(request)) {
      return decider.decideRequest(this.resolve(request));
    }
    const cmd = this.#cmds.numberOf(request.cmd);
    return decider.decideIds(
      this.tasks.idOf(request.task),
      this.tokenOf(request.token),
      cmd,
      this.#typeOf(cmd, request),
      this.#attachTypeOf(cmd, request),
    );
  }

  #typeOf(cmd: number, { map_type: mapType, prog_type: progType }: NamedRequest): number {
    const { type, typeRequired } = this.#fields;
    const reads = type[cmd];
    if (reads === READS_PROG_TYPE) {
      if (progType !== undefined) return this.#progTypes.numberOf(progType);
      if (typeRequired[cmd] === 1) throw missing('prog_load', 'prog_type', 'xdp');
    } else if (reads === READS_MAP_TYPE) {
      if (mapType !== undefined) return this.#mapTypes.numberOf(mapType);
      throw missing('map_create', 'map_type', 'hash');
    }
    return 0;
  }

  #attachTypeOf(cmd: number, { expected_attach_type: attachType }: NamedRequest): number {
    const hasReader = attachType !== undefined && this.#fields.attachType[cmd] === 1;
    return hasReader ? this.#attachTypes.numberOf(attachType) : 0;
  }
}

/** Whether a request has a field that few have. */
function hasRareField({ insn_cnt: insnCnt, pre, bpffs, program, helpers, liberties }: NamedRequest): boolean {
  return (
    insnCnt !== undefined ||
    pre !== undefined ||
    bpffs !== undefined ||
    program !== undefined ||
    helpers !== undefined ||
    liberties !== undefined
  );
}

/** Throws an InvalidRequestError for a type that is not the program's. */
function checkAgrees(program: ProgramSpec, request: NamedRequest, progTypes: EnumIndex, attachTypes: EnumIndex): void {
  const { prog_type: progType, expected_attach_type: attachType } = request;
  for (const [field, written, index, own] of [
    ['prog_type', progType, progTypes, program.progType],
    ['expected_attach_type', attachType, attachTypes, program.attachType],
  ] as const) {
    if (written === undefined || index.numberOf(written) === own) continue;
    throw new InvalidRequestError(field, `${field} is ${written}, and program ${program.name} has ${own}`);
  }
}

/** Whether a request has ids and numbers, not names. */
export function isByIds(request: NamedRequest | Request): request is Request {
  return typeof request === 'object' && request !== null && 'attachType' in request;
}

function checkIsRequest(request: unknown): void {
  if (isObject(request)) return;
  throw new InvalidRequestError('request', `request is ${describeGiven(request)}: an object is expected`);
}

function missing(command: string, field: string, example: string): InvalidRequestError {
  return new InvalidRequestError(field, `${command} needs ${field}, as in ${field}: '${example}'`);
}

function countOf(written: number): number {
  if (isU32(written)) return written;
  throw new InvalidRequestError(
    'insn_cnt',
    `insn_cnt is ${String(written)}: a whole number from 0 to 2^32-1 is expected`,
  );
}

function preOf(written: string): Fault {
  if (typeof written !== 'string') {
    throw new InvalidRequestError('pre', `pre is ${typeof written}: one of ${PRE_NAMES.join(', ')} is expected`);
  }
  const pre = preNamed(written);
  if (pre !== undefined) return pre;
  const nearest = nearestOf(written.trim().toLowerCase().replaceAll('-', '_'), PRE_NAMES);
  throw new UnknownNameError('fault', written, unknownName('fault', written, PRE_NAMES, nearest));
}
