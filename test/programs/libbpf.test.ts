import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { SECTION_RULES, sectionRule } from '../../src/programs/libbpf/section_rule.js';
import { LIBBPF_RELEASES } from '../../src/programs/libbpf/section_table.js';
import { readBpfObject } from '../../src/programs/read_object.js';
import { comparison, OBJECT_ANSWERS, OBJECTS, objectBytes, SECTION_ANSWERS } from './libbpf_answers.js';

test.each(LIBBPF_RELEASES)('sections mean what libbpf %s says: those of its table, and names near them', (release) => {
  const own = SECTION_ANSWERS.map(({ section }) => {
    const rule = sectionRule(section, release);
    return [section, rule ? `${rule.progType} ${rule.expectedAttachType}` : 'none'];
  });
  expect(own).toEqual(SECTION_ANSWERS.map(({ section, answers }) => [section, answers[release]]));
  expect(own.length).toBeGreaterThan(600);
});

test('the objects have a program for every rule of the table, and each was recorded', () => {
  const names = readdirSync(OBJECTS).filter((name) => name.endsWith('.o'));
  expect(names.length).toBeGreaterThanOrEqual(30);
  expect(OBJECT_ANSWERS.map(({ object }) => object).sort()).toEqual(names.sort());
  const rules = new Set(
    names.flatMap((name) => readBpfObject(objectBytes(name)).programs.map(({ section }) => sectionRule(section)?.name)),
  );
  expect(SECTION_RULES.map(({ name }) => name).filter((name) => !rules.has(name))).toEqual([]);
});

describe.each(OBJECT_ANSWERS)('$object', (answers) => {
  const object = readBpfObject(objectBytes(answers.object));

  test.skipIf(answers.error !== undefined)('has the programs and maps that libbpf opens', () => {
    expect(comparison.compareOpened(object, answers, sectionRule)).toEqual([]);
  });

  test('has the instructions, flags and licence that libbpf sends', () => {
    const { problems, compared } = comparison.compareLoads(object, answers.loads, sectionRule);
    expect(problems).toEqual([]);
    expect(compared).toBe(answers.loads.length);
  });

  test('has the calls and the jumps back that llvm-objdump shows', () => {
    const { problems } = comparison.compareCalls(object, { calls: answers.calls, loops: new Set(answers.loops) });
    expect(problems).toEqual([]);
  });
});

test('the recorded programs are enough to tell a wrong count of instructions', () => {
  const sent = OBJECT_ANSWERS.reduce((sum, { loads }) => sum + loads.length, 0);
  expect(sent).toBeGreaterThan(100);
});
