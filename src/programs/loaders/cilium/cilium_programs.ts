import type { BpfObject, ObjectProgram } from '../../bpf_object.js';
import { type SectionRule, sectionRule } from '../../libbpf/section_rule.js';
import type { CallAnswer, LoadSession, LoadStep } from '../load_session.js';
import { succeeded } from '../load_session.js';
import type { SentProgram } from '../loader_call.js';
import type { LoaderSetup } from '../loader_setup.js';
import { programLacks } from '../program_lacks.js';
import { replacedHelpers } from '../replaced_helpers.js';
import { structOpsMember } from '../struct_ops_member.js';
import { loadBtfHandle } from './cilium_btf.js';
import type { CiliumFeatures } from './cilium_features.js';
import type { CiliumMaps } from './cilium_maps.js';

/** Loads programs of an object. Source: cilium/ebpf 0.22, prog.go: newProgramWithOptions(). */
export class CiliumPrograms<Answer extends CallAnswer> {
  readonly #session: LoadSession<Answer>;
  readonly #features: CiliumFeatures<Answer>;
  readonly #maps: CiliumMaps<Answer>;
  readonly #object: BpfObject;
  readonly #setup: LoaderSetup;

  constructor(
    session: LoadSession<Answer>,
    features: CiliumFeatures<Answer>,
    maps: CiliumMaps<Answer>,
    object: BpfObject,
    setup: LoaderSetup,
  ) {
    this.#session = session;
    this.#features = features;
    this.#maps = maps;
    this.#object = object;
    this.#setup = setup;
  }

  /** Loads a program, those that libbpf leaves out (`?`) too; one whose section has no rule is left out. */
  load(program: ObjectProgram): void {
    const rule = sectionRule(program.section);
    if (!rule) return;
    const { name } = program;
    if (this.#features.has('object_names')) this.#features.has('dots_in_names');
    const hasRecords = this.#features.has('ext_infos') && this.#object.btf?.hasFuncInfo === true;
    if (hasRecords) this.#loadBtf(name);
    this.#loadKconfig(program);
    const isReplaced = program.helperCalls.length > 0 && !this.#features.has('probe_read_kernel');
    const sent = this.#sent(program, hasRecords, isReplaced);
    const step = this.#send(rule, sent);
    const { errno } = step.answer;
    if (errno === null) return;
    const callsFunctions = program.callsFunctions || program.passesCallbacks;
    // After EPERM and no log, which is a missing permission, the library gives up.
    if (callsFunctions && errno === 'EINVAL') this.#features.has('function_calls');
    const refusals = sent.lacks.map(({ what }) => this.#features.refusalOf(what === 'map_btf' ? 'btf' : 'ext_infos'));
    const causes = refusals.filter((one) => one !== undefined);
    this.#session.fail(errno, `program ${name}: load program`, { step, causes });
  }

  #send(rule: SectionRule, program: SentProgram): LoadStep<Answer> {
    const member = structOpsMember(this.#object, program.name ?? '');
    const attachType = member ? (this.#setup.memberIndexOf?.(member.target) ?? member.index) : rule.expectedAttachType;
    const call = { cmd: 'prog_load', type: rule.progType, attachType, token: this.#features.token, program } as const;
    const purpose = `program ${program.name}`;
    const first = this.#session.send(call, purpose, { consequence: 'harmless', effect: 'it is sent again with a log' });
    if (succeeded(first)) return first;
    return this.#session.send(call, purpose, { consequence: 'fatal', effect: 'the load ends' });
  }

  #loadBtf(name: string): void {
    const step = loadBtfHandle(this.#session, this.#features, `BTF of program ${name}`, true);
    const { errno } = step.answer;
    if (errno !== null) this.#session.fail(errno, `program ${name}: load BTF`, { step });
  }

  /** Each program that refers to configuration has a map of its own. Source: resolveKconfigReferences(). */
  #loadKconfig({ maps }: ObjectProgram): void {
    const kconfig = this.#object.maps.find(({ section, name }) => section === '.kconfig' && maps.includes(name));
    if (kconfig) this.#maps.load(kconfig);
  }

  #sent(program: ObjectProgram, hasRecords: boolean, isReplaced: boolean): SentProgram {
    const made = { leftOut: new Set<string>(), withoutBtf: this.#maps.withoutBtf };
    return {
      name: program.name,
      instructionCount: program.instructionCount,
      helpers: replacedHelpers(program, isReplaced),
      liberties: program.liberties,
      isGpl: this.#object.isGpl,
      isSleepable: program.isSleepable,
      target: structOpsMember(this.#object, program.name)?.target ?? program.attachTarget,
      lacks: programLacks(this.#object, program, made, hasRecords),
    };
  }
}
