import { describe, expect, test } from 'vitest';
import type { BpfObject, ObjectMap, ObjectProgram } from '../../src/programs/bpf_object.js';
import { readBpfObject } from '../../src/programs/read_object.js';
import { objectBytes } from './libbpf_answers.js';

const read = (name: string): BpfObject => readBpfObject(objectBytes(name));

function mapOf(object: BpfObject, name: string): ObjectMap {
  const found = object.maps.find((map) => map.name === name);
  if (!found) throw new Error(`no map ${name}`);
  return found;
}

function programOf(object: BpfObject, name: string): ObjectProgram {
  const found = object.programs.find((program) => program.name === name);
  if (!found) throw new Error(`no program ${name}`);
  return found;
}

test('liberties are those that instructions show', () => {
  const liberties = (name: string) =>
    Object.fromEntries(read(name).programs.map((program) => [program.name, program.liberties]));
  expect(liberties('loops.o')).toEqual({ bounded: ['loops'], may_goto: ['may_goto', 'loops'], uses_arena: ['arena'] });
  expect(liberties('loops-eb.o')).toEqual(liberties('loops.o'));
  expect(liberties('long_program.o')).toEqual({ long_program: ['many_instructions'] });
  expect(liberties('functions.o')).toEqual({
    plain: [],
    calls: ['function_calls'],
    passes_callbacks: ['function_calls', 'callbacks'],
  });
  expect(liberties('kfuncs.o')).toEqual({ acquire: ['kfunc_calls'], iterate: ['kfunc_calls', 'loops', 'iterators'] });
  expect(liberties('section_cgroup_skb.o')).toEqual({
    reads_packet: ['packet_pointers'],
    writes_time: ['packet_time'],
    counts: [],
  });
  expect(liberties('section_cgroup_skb-eb.o')).toEqual(liberties('section_cgroup_skb.o'));
});

test('maps whose values have fields that the kernel finds by BTF are told from others', () => {
  const needs = Object.fromEntries(read('map_fields.o').maps.map(({ name, btfNeeds }) => [name, btfNeeds]));
  expect(needs).toEqual({
    locks: ['spin_lock'],
    timers: ['timer'],
    works: ['wq'],
    pointers: ['kptr'],
    plain: [],
    of_sockets: ['local_storage'],
    of_inodes: ['local_storage'],
    of_tasks: ['local_storage'],
    of_cgroups: ['local_storage'],
    '.data.own': ['spin_lock'],
    '.bss.list': ['list_head'],
    '.bss.tree': ['rb_root'],
  });
});

test.each(['maps_of_maps.o', 'maps_of_maps-eb.o'])('%s: maps of maps and of programs have what fills them', (name) => {
  const object = read(name);
  expect(mapOf(object, 'outer').initialSlots).toEqual([
    { index: 0, name: 'first' },
    { index: 2, name: 'second' },
  ]);
  expect(mapOf(object, 'programs').initialSlots).toEqual([{ index: 1, name: 'target' }]);
  expect(mapOf(object, 'outer').inner).toMatchObject({ keySize: 4, valueSize: 8, maxEntries: 4, hasBtfTypes: true });
  expect(mapOf(object, 'rings').inner).toMatchObject({ keySize: 0, valueSize: 0, maxEntries: 4096 });
});

test.each(['section_struct_ops.o', 'section_struct_ops-eb.o'])(
  '%s: operations structures name their programs',
  (name) => {
    const { maps, needsKernelBtf } = read(name);
    expect(maps.map(({ name: own, structOps, isAutocreated }) => [own, isAutocreated, structOps])).toEqual([
      [
        'plain',
        true,
        {
          type: 'tcp_congestion_ops',
          isLink: false,
          programs: [
            { member: 'ssthresh', memberIndex: 0, program: 'ssthresh' },
            { member: 'cong_avoid', memberIndex: 1, program: 'cong_avoid' },
            { member: 'undo_cwnd', memberIndex: 2, program: 'undo_cwnd' },
          ],
        },
      ],
      [
        'linked',
        true,
        {
          type: 'tcp_congestion_ops',
          isLink: true,
          programs: [
            { member: 'ssthresh', memberIndex: 0, program: 'ssthresh' },
            { member: 'cong_avoid', memberIndex: 1, program: 'cong_avoid' },
          ],
        },
      ],
      [
        'optional',
        false,
        {
          type: 'tcp_congestion_ops',
          isLink: true,
          programs: [{ member: 'ssthresh', memberIndex: 0, program: 'ssthresh' }],
        },
      ],
    ]);
    expect(needsKernelBtf).toBe(true);
  },
);

test('legacy maps are read as their sources define them', () => {
  const { maps, programs } = read('legacy_maps.o');
  expect(maps).toMatchObject([
    { name: 'old_hash', definition: 'legacy', type: 1, keySize: 4, valueSize: 8, maxEntries: 100, flags: 1 },
    { name: 'old_array', definition: 'legacy', type: 2, keySize: 4, valueSize: 2, maxEntries: 3, flags: 0 },
  ]);
  expect(programs[0]?.maps).toEqual(['old_hash', 'old_array']);
});

test('externs are functions and variables of the kernel, and values of its configuration', () => {
  expect(read('externs.o').externs).toEqual([
    { name: 'bpf_prog_fops', kind: 'ksym', isWeak: false, isTyped: false },
    { name: 'bpf_prog_active', kind: 'ksym', isWeak: true, isTyped: true },
    { name: 'CONFIG_BPF_SYSCALL', kind: 'kconfig', isWeak: true, isTyped: true },
    { name: 'CONFIG_HZ', kind: 'kconfig', isWeak: false, isTyped: true },
    { name: 'CONFIG_CC_VERSION_TEXT', kind: 'kconfig', isWeak: false, isTyped: true },
    { name: 'LINUX_KERNEL_VERSION', kind: 'kconfig', isWeak: false, isTyped: true },
  ]);
  expect(read('kfuncs.o').externs).toContainEqual({
    name: 'bpf_not_there',
    kind: 'kfunc',
    isWeak: true,
    isTyped: true,
  });
  expect(read('kfuncs-eb.o').externs).toEqual(read('kfuncs.o').externs);
});

describe('the BTF of the kernel and its modules', () => {
  test('relocations are counted in a program and in its functions', () => {
    const { btf, needsKernelBtf, programs } = read('core.o');
    expect(programs[0]).toMatchObject({ functions: ['parent_of'], coreRelocationCount: 2 });
    expect({ needsKernelBtf, has: btf?.hasCoreRelocations }).toEqual({ needsKernelBtf: true, has: true });
    expect(read('maps.o').needsKernelBtf).toBe(false);
  });

  test('modules are those that targets name', () => {
    expect(read('section_tracing.o').modules).toEqual(['nf_conntrack']);
    expect(read('section_uprobe.o').modules).toEqual([]);
  });

  test('programs that are not loaded do not need it', () => {
    const { needsKernelBtf, programs, license, isGpl } = read('section_optional.o');
    expect(programs.map(({ isAutoloaded }) => isAutoloaded)).toEqual([false, false, false, true]);
    expect({ needsKernelBtf, license, isGpl }).toEqual({ needsKernelBtf: false, license: undefined, isGpl: false });
  });
});

test('licences are told by the kernel’s list', () => {
  expect(read('section_tc.o')).toMatchObject({ license: 'Dual BSD/GPL', isGpl: true });
  expect(read('sleepable.o')).toMatchObject({ license: 'GPL v2', isGpl: true });
  expect(read('section_cgroup_other.o')).toMatchObject({ license: 'MIT', isGpl: false });
});

test('targets follow the first slash, and sleepable sections are known', () => {
  const targets = read('section_uprobe.o').programs.map(({ attachTarget, isSleepable }) => [attachTarget, isSleepable]);
  expect(targets).toEqual([
    ['/bin/sh:main', false],
    ['/bin/sh:main', true],
    ['/bin/sh:main', false],
    ['/bin/sh:main', true],
  ]);
  expect(programOf(read('section_syscall.o'), 'run')).toMatchObject({ attachTarget: undefined, isSleepable: true });
});

test('what BTF holds is said', () => {
  expect(read('functions.o').btf).toMatchObject({
    hasGlobalFunctions: true,
    hasFuncInfo: true,
    hasLineInfo: true,
    hasCoreRelocations: false,
    datasecs: [
      { name: '.maps', variableCount: 2 },
      { name: 'license', variableCount: 1 },
    ],
  });
  expect(read('map_fields.o').btf?.typeTags).toEqual(['kptr']);
});
