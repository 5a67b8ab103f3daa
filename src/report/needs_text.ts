import { NEWEST_PROFILE } from '../kernel/profile.js';
import type { BpfObject, InnerMap, ObjectMap, ObjectProgram } from '../programs/bpf_object.js';
import { type SectionRule, sectionRule } from '../programs/libbpf/section_rule.js';
import type { LibbpfRelease } from '../programs/libbpf/section_table.js';
import type { LightMap } from '../programs/light_attributes.js';
import type { LightSkeleton } from '../programs/light_skeletons.js';
import { printable } from '../text/printable.js';
import { count, plural } from './format.js';
import type { ReadFile } from './needs_json.js';
import type { Style } from './style.js';
import { wrapNames } from './wrap_names.js';

const { vocabulary } = NEWEST_PROFILE;
const STRUCT_OPS = vocabulary.require('prog_types', 'struct_ops');

/** What BPF objects hold, for people. */
export function needsText(files: readonly ReadFile[], release: LibbpfRelease, style: Style): string {
  const blocks = files.map((file) => fileLines(file, release, style).join('\n'));
  return `${blocks.join('\n\n')}\n`;
}

function fileLines(
  { file, kind, objects, lightSkeletons, errors }: ReadFile,
  release: LibbpfRelease,
  style: Style,
): string[] {
  const name = style.strong(printable(file));
  const none = objects.length + lightSkeletons.length === 0 ? [`${name}: ${style.bad('no BPF object in it')}`] : [];
  return [
    ...none,
    ...errors.map(({ message }) => `${name}: ${style.bad('an object that cannot be read')}: ${printable(message)}`),
    ...objects.flatMap((object) => [
      `${name}: ${kind === 'object' ? 'BPF object' : `BPF object at byte ${count(object.offset)}`}, ${factsText(object)}`,
      ...object.programs.flatMap((program) => programLines(program, release, style)),
      ...object.maps.flatMap((map) => mapLines(map, style)),
      ...kernelLines(object),
    ]),
    ...lightSkeletons.flatMap((skeleton) => [
      `${name}: light skeleton at byte ${count(skeleton.offset)}, which uses no token`,
      ...lightLines(skeleton, style),
    ]),
  ];
}

function lightLines({ programs, maps, programCount, mapCount }: LightSkeleton, style: Style): string[] {
  if (!programs || !maps)
    return [`  ${plural(programCount, 'program')} and ${plural(mapCount, 'map')}, whose data is not found`];
  return [
    ...programs.map(
      ({ name, progType, expectedAttachType, instructionCount }) =>
        `  program ${style.strong(name)}: ${vocabulary.nameOf('prog_types', progType)}, attach type ` +
        `${vocabulary.nameOf('attach_types', expectedAttachType)}, ${plural(instructionCount, 'instruction')}`,
    ),
    ...maps.map((map) => `  map ${style.strong(map.name)}: ${definitionText(map)}`),
  ];
}

function factsText({ byteOrder, license, isGpl, size }: BpfObject): string {
  const licence = license === undefined ? 'no licence' : `licence ${printable(license)}${isGpl ? '' : ' (not GPL)'}`;
  return `${plural(size, 'byte')}, ${byteOrder}-endian, ${licence}`;
}

function programLines(program: ObjectProgram, release: LibbpfRelease, style: Style): string[] {
  const rule = sectionRule(program.section, release);
  const type = rule
    ? `${vocabulary.nameOf('prog_types', rule.progType)}, attach type ${attachTypeText(rule)}` +
      (rule.isAttachTypeOptional ? ' (optional)' : '') +
      (rule.isSleepable ? ', sleepable' : '')
    : style.bad(`libbpf ${release} has no rule for this section`);
  const left = program.isAutoloaded ? '' : ', loaded only when asked for';
  const unlinked = program.functions.length > 0 ? `, with ${namesText(program.functions)}` : '';
  return [
    `  program ${style.strong(printable(program.name))} (${printable(program.section)}): ${type}${left}`,
    `    ${plural(program.instructionCount, 'instruction')}${unlinked}`,
    ...listed('helpers', [...new Set(program.helperCalls.map(({ name }) => name))]),
    ...listed('kernel functions', [
      ...new Set(program.kfuncCalls.map(({ name, isWeak }) => (isWeak ? `${name} (optional)` : name))),
    ]),
    ...listed('maps', program.maps),
    ...listed('liberties', program.liberties),
    ...(program.coreRelocationCount > 0
      ? [`    ${plural(program.coreRelocationCount, 'relocation')} against the kernel's types (CO-RE)`]
      : []),
  ];
}

/** libbpf sends the kernel's index of the member that a program of struct_ops is. */
function attachTypeText({ progType, expectedAttachType }: SectionRule): string {
  if (progType === STRUCT_OPS) return "the member's index in the kernel";
  return vocabulary.nameOf('attach_types', expectedAttachType);
}

function mapLines(map: ObjectMap, style: Style): string[] {
  const { name, inner, btfNeeds, structOps, initialSlots } = map;
  const notes = [
    ...(inner ? [`of ${definitionText(inner)}`] : []),
    ...(structOps ? [`${structOps.type}${structOps.isLink ? ', attached by a link' : ''}`] : []),
    ...(btfNeeds.length > 0 ? [`needs BTF for ${btfNeeds.join(', ')}`] : []),
    ...(initialSlots.length > 0 ? [`filled with ${initialSlots.map((slot) => slot.name).join(', ')}`] : []),
    ...(map.pinning === 1 ? ['pinned by name'] : []),
    ...(map.definition === 'legacy' ? ['a legacy definition, which libbpf 1.0 and later refuse'] : []),
    ...(map.isAutocreated ? [] : ['made only when asked for']),
  ];
  const programs = (structOps?.programs ?? []).map(({ member, program }) => `${member}: ${program}`);
  return [
    `  map ${style.strong(printable(name))}: ${definitionText(map)}${notes.map((note) => `; ${printable(note)}`).join('')}`,
    ...listed('members', programs),
  ];
}

function definitionText({ type, keySize, valueSize, maxEntries, flags }: LightMap | InnerMap): string {
  const written = flags === 0 ? '' : `, flags 0x${flags.toString(16)}`;
  return `${vocabulary.nameOf('map_types', type)}, key ${keySize}, value ${count(valueSize)}, ${maxEntries === 1 ? '1 entry' : `${count(maxEntries)} entries`}${written}`;
}

/** What the object asks of the kernel besides. */
function kernelLines({ externs, btf, needsKernelBtf, modules }: BpfObject): string[] {
  const parts = btf && [
    ...(btf.hasFuncInfo ? ['function info'] : []),
    ...(btf.hasLineInfo ? ['line info'] : []),
    ...(btf.hasCoreRelocations ? ['CO-RE relocations'] : []),
  ];
  return [
    ...(needsKernelBtf ? ["  reads the kernel's BTF"] : []),
    ...listed('modules', modules, '  '),
    ...listed(
      'externs',
      externs.map(({ name, kind, isWeak }) => `${name} (${kind}${isWeak ? ', optional' : ''})`),
      '  ',
    ),
    ...(btf && parts
      ? listed(
          `BTF of ${plural(btf.typeCount, 'type')}, ${parts.length > 0 ? parts.join(', ') : 'nothing of instructions'}`,
          btf.kinds,
          '  ',
        )
      : ['  no BTF']),
  ];
}

function namesText(names: readonly string[]): string {
  return printable(names.join(', '));
}

function listed(title: string, names: readonly string[], indent = '    '): string[] {
  if (names.length === 0) return [];
  return wrapNames(`${title}: ${namesText(names)}`).map((line) => `${indent}${line}`);
}
