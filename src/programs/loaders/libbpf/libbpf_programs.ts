import type { BpfObject, ObjectProgram } from '../../bpf_object.js';
import { type SectionRule, sectionRule } from '../../libbpf/section_rule.js';
import type { LibbpfRelease } from '../../libbpf/section_table.js';
import type { CallAnswer, LoadSession, LoadStep, Refusal } from '../load_session.js';
import { succeeded } from '../load_session.js';
import type { ProgramLoad, SentProgram } from '../loader_call.js';
import type { LoaderSetup } from '../loader_setup.js';
import { ATTACH, PROG } from '../numbers.js';
import { type MadeMaps, programLacks } from '../program_lacks.js';
import { callsReplaceable, replacedHelpers } from '../replaced_helpers.js';
import { structOpsMember } from '../struct_ops_member.js';
import type { LibbpfFeatures } from './libbpf_features.js';
import { isDataMap } from './libbpf_maps.js';
import { libbpfRules } from './libbpf_release.js';

/** What programs are loaded with. */
export interface LibbpfProgramInputs {
  readonly release: LibbpfRelease;
  readonly object: BpfObject;
  readonly setup: LoaderSetup;
  readonly made: MadeMaps;
  /** The BTF of the object is loaded, and its programs have function records. */
  readonly hasFuncInfo: boolean;
}

/** Loads the programs of an object in order. Source: bpf_object__load_progs(), bpf_object_load_prog() of libbpf 1.4 to 1.7. */
export class LibbpfPrograms<Answer extends CallAnswer> {
  readonly #session: LoadSession<Answer>;
  readonly #features: LibbpfFeatures<Answer>;
  readonly #inputs: LibbpfProgramInputs;
  /** A refused probe for attach types changes nothing: 1.4. */
  readonly #keepsAttachType: boolean;

  constructor(session: LoadSession<Answer>, features: LibbpfFeatures<Answer>, inputs: LibbpfProgramInputs) {
    this.#session = session;
    this.#features = features;
    this.#inputs = inputs;
    this.#keepsAttachType = libbpfRules(inputs.release).keepsAttachType;
  }

  loadAll(): void {
    const { programs } = this.#inputs.object;
    // Before one is loaded, all are looked at: bpf_object__sanitize_prog().
    if (programs.some(callsReplaceable)) this.#features.has('probe_read_kernel');
    for (const program of programs) if (program.isAutoloaded) this.#load(program);
  }

  #load(program: ObjectProgram): void {
    const { name, section } = program;
    const rule = sectionRule(section, this.#inputs.release);
    if (!rule) {
      this.#session.fail('EINVAL', `prog '${name}': missing BPF prog type, section '${section}'`);
      return;
    }
    const member = structOpsMember(this.#inputs.object, name);
    if (rule.progType === PROG.struct_ops && !member) {
      this.#session.fail('EINVAL', `prog '${name}': SEC("struct_ops") program isn't referenced anywhere`);
    }
    const isNamed = this.#features.has('prog_name');
    const optional = this.#attachTypeOf(rule);
    if (rule.attachesByBtf) this.#requireTarget(program, rule.progType);
    const attachType = member ? (this.#inputs.setup.memberIndexOf?.(member.target) ?? member.index) : optional;
    const sent = this.#sent(program, member?.target ?? program.attachTarget);
    const call = { type: rule.progType, attachType, token: this.#features.token, program: sent };
    const first = this.#send(call, isNamed, { consequence: 'harmless', effect: 'it is sent again with a log' });
    if (!succeeded(first)) {
      const again = this.#send(call, isNamed, { consequence: 'fatal', effect: 'the load ends' });
      const { errno } = again.answer;
      const causes = this.#causesOf(sent, rule);
      if (errno !== null) this.#session.fail(errno, `prog '${name}': failed to load`, { step: again, causes });
    }
    this.#bindData(name);
  }

  #send(call: Omit<ProgramLoad, 'cmd'>, isNamed: boolean, refused: Refusal): LoadStep<Answer> {
    return this.#features.progLoad(call, isNamed, `program ${call.program.name}`, refused);
  }

  /** Source: libbpf_prepare_prog_load(). */
  #attachTypeOf({ expectedAttachType, isAttachTypeOptional, isUsdt }: SectionRule): number {
    const isReplaced = isAttachTypeOptional && !this.#features.has('exp_attach_type') && !this.#keepsAttachType;
    if (isUsdt && this.#features.has('uprobe_multi_link')) return ATTACH.trace_uprobe_multi;
    return isReplaced ? 0 : expectedAttachType;
  }

  /** Source: libbpf_find_attach_btf_id(). */
  #requireTarget({ name, attachTarget }: ObjectProgram, progType: number): void {
    const missing = attachTarget === undefined ? 'no BTF-based attach target is specified' : undefined;
    const why = missing ?? (progType === PROG.ext ? 'attach program FD is not set' : undefined);
    if (why !== undefined) this.#session.fail('EINVAL', `prog '${name}': ${why}`);
  }

  #sent(program: ObjectProgram, target: string | undefined): SentProgram {
    const isReplaced = callsReplaceable(program) && !this.#features.has('probe_read_kernel');
    return {
      name: program.name,
      instructionCount: program.instructionCount,
      helpers: replacedHelpers(program, isReplaced),
      liberties: program.liberties,
      isGpl: this.#inputs.object.isGpl,
      isSleepable: program.isSleepable,
      target,
      lacks: programLacks(this.#inputs.object, program, this.#inputs.made, this.#inputs.hasFuncInfo),
    };
  }

  /** The refusals before that make the verifier, or the token, refuse a program. */
  #causesOf({ lacks }: SentProgram, { isAttachTypeOptional }: SectionRule): LoadStep<Answer>[] {
    const features = this.#features;
    const btf = features.refusalOf('btf') ?? features.refusalOf('btf_func');
    const causes = lacks.map(({ what }) => (what === 'map' ? features.refusalOf('global_data') : btf));
    if (isAttachTypeOptional && !this.#keepsAttachType) causes.push(features.refusalOf('exp_attach_type'));
    return [...new Set(causes.filter((step) => step !== undefined))];
  }

  /** Read-only data is bound to each program, used or not. */
  #bindData(program: string): void {
    const { object, made } = this.#inputs;
    const data = object.maps.filter((map) => isDataMap(map) && map.section.startsWith('.rodata'));
    if (data.length === 0 || !this.#features.has('prog_bind_map')) return;
    for (const { name } of data) {
      const refused = { consequence: 'harmless', effect: 'libbpf warns and goes on' } as const;
      const endsIn = made.leftOut.has(name) ? { endsIn: 'EINVAL' } : {};
      const call = { cmd: 'prog_bind_map', of: name, ...endsIn } as const;
      this.#session.send(call, `map ${name}: bound to program ${program}`, refused);
    }
  }
}
